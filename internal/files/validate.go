package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync/atomic"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// detailRows is how many records' words one transaction stores.
const detailRows = 10_000

// validation is one run of the validating stage. It can be repeated from the start: it first removes what an earlier run
// left, and the file's status moves last.
type validation struct {
	s       *Service
	ctx     context.Context
	due     store.DueFile
	owner   string
	file    bank.TransactionFile
	account bank.MasterAccount
	options bankfile.Options
	plan    *plan
	keys    keyring
	words   []bank.Details
	digest  hash.Hash
	returns returns
	domain  domainFindings

	forecast *forecast
	stage    store.FileStage // how far it has read
	bytes    atomic.Int64    // read of the file
}

// validate runs the stage: Pending -> Validated or Invalid.
func (s *Service) validate(ctx context.Context, due store.DueFile, owner string, f bank.TransactionFile) error {
	v := &validation{s: s, ctx: ctx, due: due, owner: owner, file: f, plan: newPlan(), keys: keyring{}, digest: sha256.New()}
	if err := v.clear(); err != nil {
		return fmt.Errorf("clear earlier validation: %w", err)
	}
	if err := v.prepare(); err != nil {
		return fmt.Errorf("prepare validation: %w", err)
	}
	report, err := v.read()
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	if err := v.judge(); err != nil {
		return fmt.Errorf("judge records: %w", err)
	}
	if err := v.storePlan(); err != nil {
		return fmt.Errorf("store plan: %w", err)
	}
	if err := v.storeKeys(); err != nil {
		return fmt.Errorf("store natural keys: %w", err)
	}
	if err := v.storeDebits(); err != nil {
		return fmt.Errorf("store debits: %w", err)
	}
	return v.finish(&report)
}

// prepare reads what must be known before the first record. The file is judged by what the account is now, also when it is
// validated again.
func (v *validation) prepare() error {
	return v.s.db.Read(v.ctx, func(tx *store.Tx) (err error) {
		if v.account, err = tx.MasterAccount(v.file.Customer, v.file.MasterAccount); err != nil {
			return fmt.Errorf("master account: %w", err)
		}
		v.file.Acceptance, v.file.Dialect, v.file.ValidatedAt = v.account.Acceptance, v.account.Dialect, v.s.now().UTC()
		if v.options, err = readingOptions(tx, v.file, v.account); err != nil {
			return err
		}
		v.returns, err = newReturns(tx, v.file)
		return err
	})
}

// write does nothing once the lease is lost: a worker that was late must not touch what another has validated since.
func (v *validation) write(fn func(tx *store.Tx) error) error {
	return v.s.db.Write(v.ctx, func(tx *store.Tx) error {
		if err := tx.HoldLease(v.due, v.owner); errors.Is(err, bank.ErrNotFound) {
			return fmt.Errorf("lease of file %s: %w", v.due.ID, store.ErrLeaseLost)
		} else if err != nil {
			return fmt.Errorf("hold the lease of file %s: %w", v.due.ID, err)
		}
		return fn(tx)
	})
}

func (v *validation) clear() error {
	err := v.write(func(tx *store.Tx) error { return tx.ClearValidation(v.file.Customer, v.file.No) })
	for n := int64(detailRows); err == nil && n == detailRows; {
		err = v.write(func(tx *store.Tx) error {
			n, err = tx.DeleteDetails(v.file.Customer, v.file.No, detailRows)
			return err
		})
	}
	return err
}

// read streams the file: words to the store in steps, everything else into the plan.
func (v *validation) read() (bankfile.Report, error) {
	r, err := Open(v.account.Format, v.counted, v.options)
	if err != nil {
		return bankfile.Report{}, err
	}
	defer r.Close()
	v.stage.Began = v.s.now().UTC()
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Report(), v.flushWords()
		}
		if err != nil {
			return bankfile.Report{}, err
		}
		if err := v.take(record); err != nil {
			return bankfile.Report{}, err
		}
	}
}

func (v *validation) take(r *bankfile.Record) error {
	v.stage.Records++
	v.plan.add(r)
	if r.OK() {
		v.keys.add(r)
		v.returns.add(r)
	}
	v.words = append(v.words, wordsOf(v.file.No, r))
	if len(v.words) < detailRows {
		return v.ctx.Err()
	}
	return v.flushWords()
}

func wordsOf(file bank.FileNo, r *bankfile.Record) bank.Details {
	return bank.Details{Origin: bank.Origin{File: file, Line: int64(r.Line)}, PayerName: r.PayerName, PayeeName: r.PayeeName,
		PayerAccount: r.Payer.String(), PayeeAccount: r.Payee.String(), Title: r.Title, Reference: r.Reference,
		Operation: r.OperationNumber, Class: r.Class, Salt: store.NewSalt()}
}

// flushWords stores the gathered words and hashes them for the audit trail, so that the chain covers them.
func (v *validation) flushWords() error {
	if len(v.words) == 0 {
		return nil
	}
	for i := range v.words {
		sum := store.DetailsDigest(&v.words[i])
		v.digest.Write(sum[:])
	}
	err := v.write(func(tx *store.Tx) error {
		v.stage.Bytes = v.bytes.Load()
		if err := tx.SetFileStage(v.file.Customer, v.file.No, v.stage); err != nil {
			return err
		}
		return tx.AddDetails(v.file.Customer, v.words)
	})
	v.words = v.words[:0]
	v.s.changes.tell()
	return err
}

// storePlan stores the chunks in the order of execution.
func (v *validation) storePlan() error {
	size := v.s.chunk
	for no := 0; no*size < len(v.plan.entries); no++ {
		part := v.plan.entries[no*size : min((no+1)*size, len(v.plan.entries))]
		err := v.write(func(tx *store.Tx) error {
			return tx.AddPlanChunk(v.file.Customer, v.file.No, int64(no), len(part), v.plan.pack(part))
		})
		if err != nil {
			return err
		}
	}
	v.file.Chunks = int64((len(v.plan.entries) + size - 1) / size)
	return nil
}

// storeKeys stores the sorted natural keys in parts.
func (v *validation) storeKeys() error {
	for date, list := range v.keys {
		for no := 0; no*partKeys < len(list); no++ {
			part := list[no*partKeys : min((no+1)*partKeys, len(list))]
			err := v.write(func(tx *store.Tx) error {
				return tx.AddFileKeys(v.file.Customer, date, v.file.No, no, packNatural(part))
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// finish stores findings and totals and moves the status, all in one transaction.
func (v *validation) finish(report *bankfile.Report) error {
	findings, err := v.findings(report)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	return v.write(func(tx *store.Tx) error {
		f, err := tx.LockFile(v.file.Customer, v.file.ID)
		if err != nil {
			return err
		}
		f.Chunks, f.ValidatedAt, f.Attempts = v.file.Chunks, v.file.ValidatedAt, 0
		f.Acceptance, f.Dialect = v.file.Acceptance, v.file.Dialect
		f.Totals, f.Status = v.totals(report), bank.FileInvalid
		if v.acceptable(report) {
			f.Status = bank.FileValidated
		}
		if err := tx.AddFindings(f.Customer, f.No, findings); err != nil {
			return err
		}
		if err := tx.UpdateFile(f); err != nil {
			return err
		}
		after := fmt.Sprintf(`{"status":"%s","acceptance":"%s","records":%d,"errors":%d,"wordsDigest":"%x"}`, f.Status, f.Acceptance, f.Totals.Records, f.Totals.Errors, v.digest.Sum(nil))
		return tx.Audit(f.Customer, f.ValidatedAt, bank.AuditEvent{Actor: workerName, Action: ledger.FileValidated, Object: f.ID.String(), After: after})
	})
}

// workerName is the actor of stages in the audit trail.
const workerName = "worker"

// acceptable applies the acceptance: strict refuses a file for one error; by-record only for damage to the whole.
func (v *validation) acceptable(report *bankfile.Report) bool {
	if v.file.Acceptance == bank.ByRecord {
		return !report.Damaged()
	}
	return report.Executable() && v.domain.errors == 0
}

// ValidateAgain takes an Invalid file back to Pending: the same bytes, after a setting or an account was mended. Its name
// must still be free. What was said of a file that holds something else is set aside: its content cannot be uploaded a second
// time, and who validates it again has seen what it holds. It is done once per idempotency key of the context.
func (s *Service) ValidateAgain(ctx context.Context, actor bank.Actor, id bank.ID) (f bank.TransactionFile, err error) {
	if err := actor.May(bank.PermFilesUpload); err != nil {
		return f, err
	}
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		if f, err = tx.LockFile(actor.Customer, id); err != nil {
			return nil, noFile(err)
		}
		if f.Status != bank.FileInvalid {
			return nil, bank.ErrConflict.With("only an Invalid file is validated again; this one is %s", f.Status)
		}
		// The head is what uploads lock too: nobody takes the name meanwhile.
		if _, err := tx.LockHead(f.Customer); err != nil {
			return nil, err
		}
		if err := nameFree(tx, f); err != nil {
			return nil, err
		}
		audit := bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "file.validate", Object: id.String()}
		if otherThanSaid(f.Totals) {
			said := f.Totals.Expected
			audit.Before = fmt.Sprintf(`{"expect":"%s","expectedRecords":%d,"expectedSum":%d}`, said.Direction, said.Records, said.Sum)
			f.Totals.Expected = bank.FileExpected{}
		}
		f.Status, f.StopReason, f.Attempts = bank.FilePending, "", 0
		if err := tx.UpdateFile(f); err != nil {
			return nil, err
		}
		return f, tx.Audit(f.Customer, s.now(), audit)
	})
	return f, err
}
