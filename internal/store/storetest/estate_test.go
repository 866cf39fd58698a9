package storetest

import (
	"fmt"
	"testing"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// The factories below give every field a value, and the same keys to every customer: a query that forgets the customer
// meets the neighbour's rows. Only what is one for the whole installation (operators, CNs, base IBANs) names the customer.

var pln, eur = mustCurrency("PLN"), mustCurrency("EUR")

func mustCurrency(code string) money.Currency {
	c, err := money.ParseCurrency(code)
	if err != nil {
		panic(err)
	}
	return c
}

// number is the n-th IBAN of an invented German bank.
func number(n int) iban.IBAN {
	i, err := iban.FromBBAN("DE", fmt.Sprintf("12345678%010d", n))
	if err != nil {
		panic(err)
	}
	return i
}

func of(c bank.CustomerID, what string, n int) string {
	return fmt.Sprintf("%s %d of customer %d", what, n, c)
}

func customer(name string) bank.Customer {
	return bank.Customer{Name: name, Status: bank.CustomerSetup, CreatedAt: at(0),
		Settings: bank.Settings{IBANMode: bank.IssueByAPI, FourEyes: true, KYCGate: true}}
}

// newCustomer adds a customer.
func newCustomer(t testing.TB, s *scene) (c bank.CustomerID) {
	t.Helper()
	s.write(t, func(tx *store.Tx) (err error) {
		c, err = tx.AddCustomer(customer("Example Pay"))
		return err
	})
	return c
}

func master(c bank.CustomerID, n int) bank.MasterAccount {
	return bank.MasterAccount{Customer: c, ID: id(n), IBAN: number(9000 + n), Name: of(c, "master account", n), Currency: pln,
		Format: "pli", Acceptance: bank.ByRecord, BankBalance: 3, CreatedAt: at(n), Dialect: bank.Dialect{Encoding: "IBM852", Types: []string{"110", of(c, "", n)}}, Ordering: bank.Ordering{CutOffs: []string{"14:30"}, BIC: of(c, "", n)}}
}

func baseOf(c bank.CustomerID) string { return fmt.Sprintf("DE12345678%04d", c) }

func baseIBAN(c bank.CustomerID, base string) bank.BaseIBAN {
	return bank.BaseIBAN{Customer: c, Base: base, Suffix: "0" + base[len(base)-1:], MasterAccount: id(1), Currency: pln, Issuing: true, Capacity: 1_000_000,
		Key: []byte("key of " + base), CreatedAt: at(2)}
}

func user(c bank.CustomerID, n int) bank.User {
	return bank.User{Customer: c, ID: id(n), ExternalID: fmt.Sprintf("ext-%d", n), Type: bank.Person, FirstName: of(c, "Zofia", n),
		LastName: fmt.Sprintf("Przykład-%d", n), CompanyName: fmt.Sprintf("Firma %d", n), Email: "zofia@example.com", Phone: "+48000000000",
		KYC: bank.KYCAccepted, Status: bank.UserActive, CreatedAt: at(n), UpdatedAt: at(n + 1)}
}

// balance is the n-th balance, of end user 1 in PLN.
func balance(c bank.CustomerID, n int) bank.Balance {
	return bank.Balance{Customer: c, No: bank.BalanceNo(n), ID: id(100 + n), Kind: bank.KindUser, Currency: pln, User: id(1),
		Booked: int64(1000 * n), Held: int64(n), CreatedAt: at(n)}
}

func special(c bank.CustomerID, n int, kind bank.BalanceKind, currency money.Currency) bank.Balance {
	b := balance(c, n)
	b.Kind, b.Currency, b.User = kind, currency, bank.ID{}
	if kind == bank.KindBank {
		b.MasterAccount = id(1)
	}
	return b
}

func block(c bank.CustomerID, n int, target string) bank.Block {
	return bank.Block{Customer: c, ID: id(n), Target: bank.BlockIBAN, TargetKey: target, Kind: bank.BlockByCourt,
		Direction: bank.BlockCredits, Reference: of(c, "KM", n), From: at(n), To: at(n + 100), CreatedAt: at(n)}
}

func hold(c bank.CustomerID, n int) bank.Hold {
	return bank.Hold{Customer: c, ID: id(n), Balance: 5, Amount: int64(n), Reason: bank.HoldFrozen, Origin: bank.Origin{File: 1, Line: int64(n)},
		CreatedAt: at(n)}
}

func file(c bank.CustomerID, n int) bank.TransactionFile {
	return bank.TransactionFile{Customer: c, No: bank.FileNo(n), ID: id(n), MasterAccount: id(1), Name: fmt.Sprintf("day-%d.pli", n),
		SHA256: digest(fmt.Sprintf("content %d", n)), Bytes: int64(512 * n), Status: bank.FilePending, Acceptance: bank.ByRecord,
		UploadedBy: of(c, "ada", n), UploadedAt: at(n)}
}

func finding(c bank.CustomerID, n int) bank.FileFinding {
	return bank.FileFinding{Line: int64(n), Field: n % 40, Code: "payee-unknown", Severity: "WARNING", Value: of(c, "value", n), Message: "unknown",
		Element: "CdtrAcct", Params: `{"got":1}`, Record: of(c, "110,\\x01", n), From: n, To: n + 3}
}

func item(c bank.CustomerID, n int) bank.Item {
	return bank.Item{Customer: c, ID: id(n), Currency: "PLN", Amount: int64(10 * n), State: bank.ItemPosted, Reason: bank.ReasonUnknownIBAN,
		Status: bank.ItemOpen, Origin: bank.Origin{File: 1, Line: int64(n)}, Posting: bank.TransactionID(n), OpenedAt: at(n)}
}

func operator(c bank.CustomerID, n int) bank.Operator {
	return bank.Operator{ID: id(int(c)*1000 + n), Email: fmt.Sprintf("op%d@c%d.example", n, c), CreatedAt: at(n)}
}

func approval(c bank.CustomerID, n int) bank.Approval {
	return bank.Approval{Customer: c, ID: id(n), Action: "file.execute", Object: fmt.Sprintf("file %d", n), Digest: digest("seen"),
		Summary: of(c, "execute", n), Content: bank.ApprovalContent(n), Barred: "kim@example.com",
		Status: bank.ApprovalPending, RequestedBy: "ada@example.com", RequestedAt: at(n)}
}

func cnOf(c bank.CustomerID) string { return fmt.Sprintf("V-Example%d-App", c) }

func certificate(c bank.CustomerID, n int) bank.Certificate {
	return bank.Certificate{Customer: c, ID: id(n), CN: cnOf(c), Serial: fmt.Sprintf("%04x", n), KeyHash: digest("key"), Email: "ops@example.com",
		PEM: of(c, "PEM", n), NotBefore: at(0), NotAfter: at(1_000_000), Status: bank.CertificateActive,
		Permissions: []bank.Permission{bank.PermUsersRead, bank.PermMoneyPost}, CreatedAt: at(n)}
}

func details(c bank.CustomerID, o bank.Origin) bank.Details {
	n := int(o.Line)
	d := bank.Details{Origin: bank.Origin{File: o.File, Line: o.Line}, PayerName: of(c, "payer", n), PayeeName: of(c, "payee", n),
		PayerAccount: number(n).String(), PayeeAccount: number(n + 1).String(), Title: of(c, "invoice", n), Reference: "ref", Operation: "op", Class: "51"}
	copy(d.Salt[:], "salt and \x00 pepper")
	return d
}

func posting(n int, file bank.FileNo, when time.Time) store.PostingRow {
	return store.PostingRow{Outcome: bank.OutcomeCredited, Posting: bank.Posting{ID: bank.TransactionID(n), From: 3, To: 5, Amount: int64(n),
		Cause: bank.CauseIncoming, BookingDate: "2026-03-13", ValueDate: "2026-03-12", PostedAt: when,
		Origin: bank.Origin{File: file, Line: int64(n), Leg: 1}}}
}

func transaction(p store.PostingRow) bank.Transaction {
	return bank.Transaction{ID: p.ID, Balance: p.To, Posting: p.ID, Type: bank.TypeTransferIn, Status: bank.StatusCleared, Amount: p.Amount,
		BalanceAfter: 10 * p.Amount, At: p.PostedAt, Origin: bank.Origin{File: p.Origin.File, Line: p.Origin.Line}}
}

// post appends n postings of a file's lines, each with one transaction, and returns what was written.
func post(tx *store.Tx, c bank.CustomerID, file bank.FileNo, n int, now time.Time) (store.Rows, error) {
	head, err := tx.LockHead(c)
	if err != nil {
		return store.Rows{}, err
	}
	head.Begin(now)
	first := head.NextID
	var rows store.Rows
	for range n {
		p := posting(int(head.NextID), file, head.LastAt)
		rows.Postings = append(rows.Postings, p)
		rows.Transactions = append(rows.Transactions, transaction(p))
		if file == 0 {
			rows.Details = append(rows.Details, details(c, p.Origin))
		}
		head.NextID++
	}
	return rows, tx.Append(head, first, rows)
}

// furnish writes rows of every kind for a customer.
func furnish(tx *store.Tx, c bank.CustomerID) error {
	for _, step := range []func(*store.Tx, bank.CustomerID) error{furnishPeople, furnishBalances, furnishFiles, furnishLedger, furnishNotifications, furnishReports, furnishOperators, furnishTransfers, furnishOrderFiles} {
		if err := step(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// steps runs statements up to the first error.
func steps(list ...func() error) error {
	for i, step := range list {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// isNew turns a refusal to insert into an error.
func isNew(fresh bool, err error) error {
	if err == nil && !fresh {
		return errNotNew
	}
	return err
}

var errNotNew = fmt.Errorf("the row was there already")

func furnishPeople(tx *store.Tx, c bank.CustomerID) error {
	o := operator(c, 1)
	return steps(
		func() error { return tx.AddOperator(o) },
		func() error {
			return tx.SetRole(bank.OperatorRole{Customer: c, Operator: o.ID, Role: bank.Admin, Institution: true})
		},
		func() error { return tx.SetPermissions(c, bank.Admin, bank.DefaultPermissions(bank.Admin)) },
		func() error { _, err := tx.ClaimCN(cnOf(c), c); return err },
		func() error { return tx.AddCertificate(certificate(c, 1)) },
		func() error { return isNew(tx.AddApproval(approval(c, 1))) },
		func() error { return tx.AddUser(user(c, 1)) },
		func() error { return tx.AddUser(user(c, 2)) },
		func() error { return put(tx, session(c, 1)) },
		func() error { return tx.AddOperatorSession(operatorSession(c, 1)) },
		func() error { return tx.PutOperatorLink(operatorLink(c, 1, bank.LinkReset)) },
		func() error { return isNew(tx.UseAssertion(c, "jti-1", at(9))) },
	)
}

func furnishBalances(tx *store.Tx, c bank.CustomerID) error {
	companion := special(c, -5, bank.KindReceivable, pln)
	companion.User = id(1)
	list := []bank.Balance{special(c, 1, bank.KindOwn, pln), special(c, 2, bank.KindTechnical, pln), special(c, 3, bank.KindBank, pln),
		special(c, 4, bank.KindReceivable, pln), balance(c, 5), balance(c, 6), companion}
	for _, b := range list {
		if err := tx.AddBalance(b); err != nil {
			return fmt.Errorf("balance %d: %w", b.No, err)
		}
	}
	for range list {
		if _, err := tx.NextBalanceNo(c); err != nil {
			return err
		}
	}
	return steps(
		func() error { return tx.AddMasterAccount(master(c, 1)) },
		func() error { return tx.RegisterBase(baseOf(c), c) },
		func() error { return tx.AddBaseIBAN(baseIBAN(c, baseOf(c))) },
		func() error { return tx.AddIBAN(c, number(5), 5, baseOf(c), 7, at(5)) },
		func() error { return tx.AddBlock(block(c, 1, number(5).String())) },
		func() error { return tx.AddHolds(c, hold(c, 1)) },
		func() error { return tx.AddDelta(c, 3, 1, -70) },
	)
}

func furnishFiles(tx *store.Tx, c bank.CustomerID) error {
	f := file(c, 1)
	executing := f
	executing.Status, executing.ExecutionNo = bank.FileExecuting, 1
	return steps(
		func() error { return tx.AddFilePart(c, f.ID, 0, []byte("bytes"), at(1)) },
		func() error { return tx.AddFilePart(c, id(77), 0, []byte("an upload that became no file"), at(1)) },
		func() error { return isNew(tx.AddFile(f)) },
		func() error { return tx.UpdateFile(executing) },
		func() error { return tx.AddPlanChunk(c, 1, 0, 3, []byte("plan")) },
		func() error { return isNew(tx.MarkChunk(c, 1, 0, at(2))) },
		func() error {
			return tx.SetChunkOutcomes(c, 1, 0, map[string]bank.Sum{"CREDITED": {Count: 3, Amount: 6}})
		},
		func() error { return tx.AddFindings(c, 1, []bank.FileFinding{finding(c, 1), finding(c, 2)}) },
		func() error { return tx.AddFileKeys(c, "2026-03-13", 1, 0, []byte("0123456789abcdef")) },
		func() error { return tx.AddFileDebits(c, "2026-03-13", 1, 0, []byte(of(c, "debits", 1))) },
		func() error {
			return tx.AddDetails(c, []bank.Details{details(c, bank.Origin{File: 1, Line: 1}), details(c, bank.Origin{File: 1, Line: 2})})
		},
		func() error { return tx.AddItems(c, []bank.Item{item(c, 1), item(c, 2)}) },
	)
}

// decline leaves one debit that was declined.
func decline(tx *store.Tx, c bank.CustomerID) error {
	head, err := tx.LockHead(c)
	if err != nil {
		return err
	}
	head.Begin(at(11))
	row := bank.Transaction{ID: head.NextID, Balance: 5, Type: bank.TypeDebit, Status: bank.StatusDeclined, Amount: -5, At: head.LastAt,
		Origin: bank.Origin{Line: int64(head.NextID)}}
	head.NextID++
	return tx.Append(head, row.ID, store.Rows{Transactions: []bank.Transaction{row}, Declines: []bank.Decline{{ID: row.ID, Reason: bank.ReasonFunds}}})
}

// authorise leaves a transaction that waits, of an amount of 5 on balance 5, and returns its id.
func authorise(tx *store.Tx, c bank.CustomerID) (bank.TransactionID, error) {
	head, err := tx.LockHead(c)
	if err != nil {
		return 0, err
	}
	head.Begin(at(11))
	row := bank.Transaction{ID: head.NextID, Balance: 5, Type: bank.TypeTransferOut, Status: bank.StatusAuthorized, Amount: -5, At: head.LastAt,
		Origin: bank.Origin{Line: int64(head.NextID)}}
	head.NextID++
	return row.ID, tx.Append(head, row.ID, store.Rows{Transactions: []bank.Transaction{row}})
}

// void takes back an authorised transaction.
func void(tx *store.Tx, c bank.CustomerID, id bank.TransactionID) error {
	head, err := tx.LockHead(c)
	if err != nil {
		return err
	}
	head.Begin(at(12))
	v := bank.Void{ID: head.NextID, Transaction: id, Reason: bank.ReasonRejected, At: head.LastAt}
	head.NextID++
	return tx.Append(head, v.ID, store.Rows{Voids: []bank.Void{v}})
}

func furnishLedger(tx *store.Tx, c bank.CustomerID) error {
	return steps(
		func() error { _, err := post(tx, c, 1, 3, at(10)); return err },
		func() error { _, err := post(tx, c, 0, 1, at(11)); return err },
		func() error { return decline(tx, c) },
		func() error {
			return tx.Audit(c, at(12), bank.AuditEvent{Actor: of(c, "ada", 1), Action: "file.execute", Object: "file 1", Before: "{}", After: "{}"})
		},
		func() error {
			return isNew(tx.UseKeys(c, []store.Key{{Key: "key-1", Digest: digest(of(c, "body", 1)), Object: "4", At: at(13)}}))
		},
		func() error { return isNew(tx.AddAnswer(c, answer("key-1", of(c, "body", 1), 13))) },
		func() error {
			return tx.SetProof(store.ProofResult{Customer: c, Depth: store.ProofFull, At: at(14), Duration: time.Second, OK: true})
		},
		func() error {
			_, fresh, err := tx.ClaimDomain(store.Domain{Host: fmt.Sprintf("panel-%d.example", c), Customer: c, CreatedAt: at(14)})
			return isNew(fresh, err)
		},
		func() error {
			authorised, err := authorise(tx, c)
			if err != nil {
				return err
			}
			return void(tx, c, authorised)
		},
	)
}

// furnished adds a customer with rows of every kind.
func furnished(t testing.TB, s *scene) bank.CustomerID {
	t.Helper()
	c := newCustomer(t, s)
	s.write(t, func(tx *store.Tx) error { return furnish(tx, c) })
	return c
}
