package storetest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// probe asks for one object of a furnished customer, or changes it.
type probe struct {
	name string
	call func(tx *store.Tx, c bank.CustomerID) error
}

// found drops the value of a query.
func found[T any](_ T, err error) error { return err }

// customerProbes ask for what every customer has from the start.
var customerProbes = []probe{
	{"Customer", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Customer(c)) }},
	{"LockCustomer", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockCustomer(c)) }},
	{"UpdateCustomer", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateCustomer(bank.Customer{ID: c}) }},
	{"LockHead", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockHead(c)) }},
	{"ReadHead", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.ReadHead(c)) }},
	{"NextBalanceNo", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.NextBalanceNo(c)) }},
	{"NextFileNo", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.NextFileNo(c)) }},
	{"RestoreCustomer", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.RestoreCustomer(c, "a", at(99))) }},
	{"NextExecutionNo", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.NextExecutionNo(c)) }},
	{"Audit", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.Audit(c, at(99), bank.AuditEvent{Action: "a.b"})
	}},
}

var peopleProbes = []probe{
	{"User", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.User(c, id(1))) }},
	{"LockUser", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockUser(c, id(1))) }},
	{"UpdateUser", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateUser(user(c, 1)) }},
	{"SetLegalHold", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetLegalHold(c, id(1), "K 1/26") }},
	{"EraseUser", func(tx *store.Tx, c bank.CustomerID) error { return tx.EraseUser(c, id(1), at(90)) }},
	{"Role", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Role(c, operator(1, 1).ID)) }},
	{"SetRoleLocked", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetRoleLocked(c, operator(1, 1).ID, true) }},
	{"StaffByEmail", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.StaffByEmail(c, operator(1, 1).Email)) }},
	{"StaffByID", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.StaffByID(c, operator(1, 1).ID)) }},
	{"AcceptRole", func(tx *store.Tx, c bank.CustomerID) error { return tx.AcceptRole(c, operator(1, 1).ID, at(9)) }},
	{"OperatorLink", func(tx *store.Tx, c bank.CustomerID) error {
		return found(tx.OperatorLink(c, operatorLink(c, 1, bank.LinkReset).TokenHash))
	}},
	{"UseOperatorLink", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.UseOperatorLink(c, operatorLink(c, 1, bank.LinkReset).TokenHash)
	}},
	{"OperatorSession", func(tx *store.Tx, c bank.CustomerID) error {
		return found(tx.OperatorSession(c, operatorSession(c, 1).TokenHash))
	}},
	{"TouchOperatorSession", func(tx *store.Tx, c bank.CustomerID) error { return tx.TouchOperatorSession(c, id(1), at(99)) }},
	{"ConfirmOperatorSession", func(tx *store.Tx, c bank.CustomerID) error { return tx.ConfirmOperatorSession(c, id(1), 1, at(99)) }},
	{"EndOperatorSession", func(tx *store.Tx, c bank.CustomerID) error { return tx.EndOperatorSession(c, id(1), id(1)) }},
	{"LockApproval", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockApproval(c, id(1))) }},
	{"OpenApproval", func(tx *store.Tx, c bank.CustomerID) error {
		return found(tx.OpenApproval(c, "file.execute", "file 1"))
	}},
	{"DecideApproval", func(tx *store.Tx, c bank.CustomerID) error { return tx.DecideApproval(approval(c, 1)) }},
	{"SessionByToken", func(tx *store.Tx, c bank.CustomerID) error {
		return found(tx.SessionByToken(c, session(c, 1).TokenHash))
	}},
	{"ExtendSession", func(tx *store.Tx, c bank.CustomerID) error { return tx.ExtendSession(c, id(1), at(9000)) }},
	{"EndSession", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.EndSession(c, id(1))) }},
	{"RevokeCertificate", func(tx *store.Tx, c bank.CustomerID) error { return tx.RevokeCertificate(c, "0001", "lost", 1) }},
}

var moneyProbes = []probe{
	{"UpdateMasterAccount", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateMasterAccount(master(c, 1)) }},
	{"MasterAccount", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.MasterAccount(c, id(1))) }},
	{"IssuingBase", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.IssuingBase(c, "PLN")) }},
	{"AdvanceBase", func(tx *store.Tx, c bank.CustomerID) error { return tx.AdvanceBase(c, baseOf(1), 8) }},
	{"Balance", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Balance(c, id(105))) }},
	{"SetAmounts", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetAmounts(c, []bank.Balance{balance(c, 5)}) }},
	{"CloseBalance", func(tx *store.Tx, c bank.CustomerID) error { return tx.CloseBalance(c, 5) }},
	{"LastTransactionAt", func(tx *store.Tx, c bank.CustomerID) error {
		last, err := tx.LastTransactionAt(c, 5)
		if err == nil && last.IsZero() {
			err = bank.ErrNotFound
		}
		return err
	}},
	{"BookedWithDeltas", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.BookedWithDeltas(c, 3)) }},
	{"ReleaseHolds", func(tx *store.Tx, c bank.CustomerID) error { return tx.ReleaseHolds(c, hold(c, 1)) }},
	{"BankAccount", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.BankAccount(c, number(5))) }},
	{"CloseIBAN", func(tx *store.Tx, c bank.CustomerID) error { return tx.CloseIBAN(c, number(5), at(50)) }},
	{"LiftBlock", func(tx *store.Tx, c bank.CustomerID) error { return tx.LiftBlock(c, id(1), at(50)) }},
	{"Posting", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Posting(c, 1)) }},
	{"Item", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Item(c, id(1))) }},
	{"LockItem", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockItem(c, id(1))) }},
	{"DecideItem", func(tx *store.Tx, c bank.CustomerID) error { return tx.DecideItem(item(c, 1)) }},
}

var fileProbes = []probe{
	{"File", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.File(c, id(1))) }},
	{"LockFile", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockFile(c, id(1))) }},
	{"FileWithContent", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FileWithContent(c, digest("content 1"))) }},
	{"FileWithName", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FileWithName(c, "day-1.pli")) }},
	{"FileNamed", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FileNamed(c, "day-1.pli")) }},
	{"UpdateFile", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateFile(file(c, 1)) }},
	{"RenewLease", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.RenewLease(store.DueFile{Customer: c, ID: id(1)}, "", at(60))
	}},
	{"HoldLease", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.HoldLease(store.DueFile{Customer: c, ID: id(1), Status: bank.FileExecuting}, "")
	}},
	{"Block", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Block(c, id(1))) }},
	{"FilePart", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FilePart(c, id(1), 0)) }},
	{"PlanChunk", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.PlanChunk(c, 1, 0)) }},
	{"SetChunkOutcomes", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetChunkOutcomes(c, 1, 0, nil) }},
}

// TestOneObject proves each query and each change of one object three times: the owner has it, another customer with none
// of its own gets bank.ErrNotFound, and so does a customer that does not exist.
func TestOneObject(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		owner, stranger := furnished(t, s), newCustomer(t, s)
		for _, list := range [][]probe{peopleProbes, moneyProbes, fileProbes, notificationProbes, reportProbes, operatorProbes, transferProbes, orderFileProbes} {
			for _, p := range list {
				wantError(t, p.name+" by its owner", s.try(t, func(tx *store.Tx) error { return p.call(tx, owner) }), nil)
				wantError(t, p.name+" by a stranger", s.try(t, func(tx *store.Tx) error { return p.call(tx, stranger) }), bank.ErrNotFound)
				wantError(t, p.name+" by nobody", s.try(t, func(tx *store.Tx) error { return p.call(tx, 999) }), bank.ErrNotFound)
			}
		}
		for _, p := range customerProbes {
			wantError(t, p.name, s.try(t, func(tx *store.Tx) error { return p.call(tx, stranger) }), nil)
			wantError(t, p.name+" of nobody", s.try(t, func(tx *store.Tx) error { return p.call(tx, 999) }), bank.ErrNotFound)
		}
	})
}

// sums collects amounts by balance.
func sums(run func(fn func(bank.BalanceNo, int64) error) error) (map[bank.BalanceNo]int64, error) {
	all := map[bank.BalanceNo]int64{}
	err := run(func(no bank.BalanceNo, amount int64) error { all[no] += amount; return nil })
	return all, err
}

// listing is a query for many objects of one customer.
type listing struct {
	name string
	call func(tx *store.Tx, c bank.CustomerID) (any, error)
}

// list gives the values of different queries one type.
func list[T any](v T, err error) (any, error) { return v, err }

var peopleListings = []listing{
	{"Users", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Users(c, store.UserFilter{})) }},
	{"Users by words", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Users(c, store.UserFilter{Name: "przyklad", Status: bank.UserActive, Limit: 10}))
	}},
	{"Users by address", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Users(c, store.UserFilter{Email: "zofia", Limit: 10}))
	}},
	{"Users of a class", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Users(c, store.UserFilter{Status: bank.UserActive, Limit: 10}))
	}},
	{"Users by IBAN", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Users(c, store.UserFilter{IBAN: number(5).String()}))
	}},
	{"Operators", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Operators(c)) }},
	{"OperatorSessions", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.OperatorSessions(c, id(1))) }},
	{"Permissions", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Permissions(c, bank.Admin)) }},
	{"KeyUses", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.KeyUses(c, []string{"key-1"})) }},
	{"Answers", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Answers(c, []string{"key-1"})) }},
	{"Domains", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Domains(c)) }},
	{"Approvals", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Approvals(c, store.ApprovalFilter{}))
	}},
	{"Certificates", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Certificates(c, "")) }},
	{"AuditEvents", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.AuditEvents(c, 1, 1000)) }},
}

var moneyListings = []listing{
	{"MasterAccounts", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.MasterAccounts(c)) }},
	{"BaseIBANs", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.BaseIBANs(c)) }},
	{"UserBalances", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.UserBalances(c, id(1))) }},
	{"BalancesByID", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.BalancesByID(c, []bank.ID{id(105)}))
	}},
	{"BalancesByNo", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.BalancesByNo(c, []bank.BalanceNo{-5, 1, 5}))
	}},
	{"SpecialBalances", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.SpecialBalances(c)) }},
	{"BalancesWithoutIBAN", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.BalancesWithoutIBAN(c, "PLN", 0, 100))
	}},
	{"BankAccountsOf", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.BankAccountsOf(c, 5, 6)) }},
	{"EndedBlocks", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.EndedBlocks(c, time.Now().AddDate(100, 0, 0), 10))
	}},
	{"StandingBlocks", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.StandingBlocks(c, []string{number(5).String()}))
	}},
	{"IBANBlocks", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.IBANBlocks(c, []bank.BalanceNo{5, 6}))
	}},
	{"Declines", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Declines(c, 1, 1000)) }},
	{"Voids", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Voids(c, 1, 1000)) }},
	{"OpenHolds", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.OpenHolds(c, 5)) }},
	{"States", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.States(c, []string{number(5).String()}))
	}},
	{"Items", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Items(c, store.ItemFilter{})) }},
	{"History", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.History(c, store.HistoryFilter{})) }},
	{"Posted", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Posted(c, 5, 0, 1000, 100)) }},
	// Sums are no list either.
	{"PostedSums", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		in, out, err := tx.PostedSums(c, 5, 1, 1000)
		if in.Count+out.Count == 0 {
			return []bank.Sum{}, err
		}
		return []bank.Sum{in, out}, err
	}},
	{"BookedBefore", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		sum, err := tx.BookedBefore(bank.Balance{Customer: c, No: 5, Kind: bank.KindTechnical}, 1000)
		if sum == 0 {
			return []int64{}, err
		}
		return []int64{sum}, err
	}},
	{"FirstIDSince", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		first, err := tx.FirstIDSince(c, at(0), 1000)
		if first == 1000 {
			return []bank.TransactionID{}, err
		}
		return []bank.TransactionID{first}, err
	}},
	{"EachBalance", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(bank.Balance) error) error { return tx.EachBalance(c, fn) }))
	}},
	{"EachDeltaSum", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(sums(func(fn func(bank.BalanceNo, int64) error) error { return tx.EachDeltaSum(c, fn) }))
	}},
	{"EachHoldSum", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		all, err := holdSums(tx, c)
		return slices.Collect(maps.Keys(all)), err
	}},
	{"EachPosting", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.PostingRow) error) error { return tx.EachPosting(c, 1, 1000, fn) }))
	}},
	{"EachTransaction", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(bank.Transaction) error) error { return tx.EachTransaction(c, 1, 1000, fn) }))
	}},
	{"FileFigures", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.FileFigures(c)) }},
	{"ItemFigures", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.ItemFigures(c)) }},
	{"BalanceSums", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.BalanceSums(c)) }},
	{"DeltaSums", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.DeltaSums(c)) }},
	{"UserWordsAfter", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.UserWordsAfter(c, id(1), []bank.BalanceNo{1, 3, 5, 6}, 0, 100))
	}},
	{"ErasableUsers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.ErasableUsers(c, at(99000), bank.ID{}, 100))
	}},
	{"Proofs", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Proofs(c)) }},
	{"EachLink", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.Link) error) error { return tx.EachLink(c, 1, fn) }))
	}},
}

var fileListings = []listing{
	{"Files", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Files(c, store.FileFilter{})) }},
	{"Findings", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Findings(c, 1, 0, 100)) }},
	{"FilteredFindings", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.FilteredFindings(c, 1, store.FindingFilter{}))
	}},
	{"ChunkOutcomes", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.ChunkOutcomes(c, 1)) }},
	{"EachFileKeys", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.KeyPart) error) error { return tx.EachFileKeys(c, "2026-03-13", 1, fn) }))
	}},
	{"EachEarlierKeys", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.KeyPart) error) error { return tx.EachEarlierKeys(c, "2026-03-13", 0, fn) }))
	}},
	{"EachExecutedDebits", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.DebitPart) error) error {
			return tx.EachExecutedDebits(c, "2026-03-01", "2026-03-31", fn)
		}))
	}},
	{"HasExecutedDebits", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		there, err := tx.HasExecutedDebits(c, "2026-03-01")
		if !there {
			return []bool{}, err
		}
		return []bool{there}, err
	}},
	{"FileItems", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.FileItems(c, 1, 1, 1000)) }},
	{"FileDates", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.FileDates(c, 1)) }},
	{"EachFilePosting", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.PostingRow) error) error { return tx.EachFilePosting(c, 1, 1, 1000, fn) }))
	}},
	{"ItemsByID", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.ItemsByID(c, []bank.ID{id(1)})) }},
	{"EachLineDetails", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(bank.Details) error) error { return tx.EachLineDetails(c, 1, []int64{1, 2, 3, 4, 5}, fn) }))
	}},
	{"EachDetails", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(bank.Details) error) error { return tx.EachDetails(c, 1, 1, 1000, fn) }))
	}},
	// Without a row of its own a sum is no list: a list of one or of none stands for it.
	{"OpenItemSum", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		sum, err := tx.OpenItemSum(c, "PLN")
		if sum == 0 {
			return []int64{}, err
		}
		return []int64{sum}, err
	}},
	// The workers see the files of all customers; here the customer's own are picked out.
	{"DueFiles", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		due, err := tx.DueFiles(at(1000), 100)
		own := []store.DueFile{}
		for _, d := range due {
			if d.Customer == c {
				own = append(own, d)
			}
		}
		return own, err
	}},
}

// everything walks every listing of one customer.
func everything(t testing.TB, s *scene, c bank.CustomerID) map[string]any {
	t.Helper()
	return get(t, s, func(tx *store.Tx) (map[string]any, error) {
		all := map[string]any{}
		for _, listings := range [][]listing{peopleListings, moneyListings, fileListings, notificationListings, reportListings, operatorListings, transferListings, orderFileListings} {
			for _, l := range listings {
				v, err := l.call(tx, c)
				if err != nil {
					t.Errorf("%s: %v", l.name, err)
				}
				all[l.name] = v
			}
		}
		return all, nil
	})
}

// TestManyObjects walks every listing with two customers whose rows have the same keys: a customer without rows sees none
// of the other's, and neither customer's rows are changed, doubled or seen by the other's.
func TestManyObjects(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		first := furnished(t, s)
		before := everything(t, s, first)
		second := newCustomer(t, s)
		for name, v := range everything(t, s, second) {
			if n := reflect.ValueOf(v).Len(); n != 0 {
				t.Errorf("%s: a customer without rows sees %d", name, n)
			}
		}
		s.write(t, func(tx *store.Tx) error { return furnish(tx, second) })
		equal(t, "the first customer after the second has the same rows", everything(t, s, first), before)
		for name, v := range everything(t, s, second) {
			n, want := reflect.ValueOf(v).Len(), reflect.ValueOf(before[name]).Len()
			if n != want || n == 0 {
				t.Errorf("%s: the second customer sees %d rows, the first %d", name, n, want)
			}
		}
	})
}

// TestNeighbourUntouched lets one customer delete and change whatever it can; the neighbour with the same keys keeps all.
func TestNeighbourUntouched(t *testing.T) {
	changes := []probe{
		{"DeleteFileParts", func(tx *store.Tx, c bank.CustomerID) error { return tx.DeleteFileParts(c, id(1)) }},
		{"SweepFileParts", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.SweepFileParts(c, at(1000))) }},
		{"ClearValidation", func(tx *store.Tx, c bank.CustomerID) error { return tx.ClearValidation(c, 1) }},
		{"DeleteDetails", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DeleteDetails(c, 1, 100)) }},
		{"FoldDeltas", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FoldDeltas(c, 3)) }},
		{"RestoreCustomer", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.RestoreCustomer(c, "a", at(99))) }},
		{"EraseWords", func(tx *store.Tx, c bank.CustomerID) error {
			return tx.EraseWords(c, []bank.Details{{Origin: bank.Origin{File: 1, Line: 1}, Erased: digest("words")}})
		}},
		{"DropFileContents", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DropFileContents(c, at(99000), 100)) }},
		{"SetProof", func(tx *store.Tx, c bank.CustomerID) error {
			return tx.SetProof(store.ProofResult{Customer: c, Depth: store.ProofFull})
		}},
		{"LeaseFile", func(tx *store.Tx, c bank.CustomerID) error {
			return isNew(tx.LeaseFile(store.DueFile{Customer: c, ID: id(1), Status: bank.FileExecuting}, "w", at(1), at(2000)))
		}},
		{"EndOperatorSessions", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.EndOperatorSessions(c, id(1), bank.ID{})) }},
		{"DropOperatorSessions", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DropOperatorSessions(c, at(9000), 100)) }},
		{"EndOperatorLinks", func(tx *store.Tx, c bank.CustomerID) error { return tx.EndOperatorLinks(c, id(1)) }},
		{"DropOperatorLinks", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DropOperatorLinks(c, at(9000), 100)) }},
		{"EndUserSessions", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.EndUserSessions(c, id(1))) }},
		{"DropExpiredSessions", func(tx *store.Tx, c bank.CustomerID) error {
			return found(tx.DropExpiredSessions(c, at(9000), 100))
		}},
		{"DropUsedAssertions", func(tx *store.Tx, c bank.CustomerID) error {
			return found(tx.DropUsedAssertions(c, at(9000), 100))
		}},
		{"DropAnswers", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DropAnswers(c, at(1000), 100)) }},
		{"RemoveDomain", func(tx *store.Tx, c bank.CustomerID) error { return tx.RemoveDomain(c, "panel-2.example") }},
		{"RemoveSavedView", func(tx *store.Tx, c bank.CustomerID) error { return tx.RemoveSavedView(c, id(50)) }},
		{"SetPreference", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetPreference(c, id(1), "theme", "light") }},
		{"SetPermissions", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetPermissions(c, bank.Admin, nil) }},
		{"AddBaseIBAN", func(tx *store.Tx, c bank.CustomerID) error { return tx.AddBaseIBAN(baseIBAN(c, "DE99")) }},
	}
	each(t, func(t *testing.T, s *scene) {
		first, second := furnished(t, s), furnished(t, s)
		before, counts := everything(t, s, second), s.counts(t)
		for _, list := range [][]probe{moneyProbes, fileProbes, notificationProbes, reportProbes, operatorProbes, transferProbes, orderFileProbes, changes, notificationChanges, transferChanges, orderFileChanges} {
			for _, p := range list {
				// Closing a balance or releasing a hold twice is refused; what counts here is the neighbour.
				_ = s.Write(context.Background(), func(tx *store.Tx) error { return p.call(tx, first) })
			}
		}
		equal(t, "the neighbour", everything(t, s, second), before)
		parts := get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.FilePart(second, id(77), 0) })
		equal(t, "the neighbour's upload", string(parts), "an upload that became no file")
		plan := get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.PlanChunk(second, 1, 0) })
		equal(t, "the neighbour's plan", string(plan), "plan")
		kept := get(t, s, func(tx *store.Tx) (bank.Session, error) {
			return tx.SessionByToken(second, session(second, 1).TokenHash)
		})
		equal(t, "the neighbour's session", kept, session(second, 1))
		used := s.try(t, func(tx *store.Tx) error { return isNew(tx.UseAssertion(second, "jti-1", at(1))) })
		wantError(t, "the neighbour's assertion", used, errNotNew)
		if after := s.counts(t); after["file_plan"] == counts["file_plan"] || after["details"] == counts["details"] {
			t.Error("the changes did nothing, so the test proves nothing")
		}
	})
}

// TestGlobalObjects asks for what belongs to the whole installation.
func TestGlobalObjects(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		for _, p := range []struct {
			name string
			call func(tx *store.Tx) error
		}{
			{"Fact", func(tx *store.Tx) error { return found(tx.Fact("sandbox")) }},
			{"Secret", func(tx *store.Tx) error { return found(tx.Secret("ca")) }},
			{"LockFact", func(tx *store.Tx) error { return tx.LockFact("sandbox") }},
			{"OperatorByEmail", func(tx *store.Tx) error { return found(tx.OperatorByEmail("nobody@example.com")) }},
			{"SetOperatorLocked", func(tx *store.Tx) error { return tx.SetOperatorLocked(id(1), true) }},
			{"CustomerOfDomain", func(tx *store.Tx) error { return found(tx.CustomerOfDomain("nobody.example")) }},
			{"CustomerOfCN", func(tx *store.Tx) error { return found(tx.CustomerOfCN("V-Nobody-App")) }},
		} {
			wantError(t, p.name, s.try(t, p.call), bank.ErrNotFound)
		}
	})
}
