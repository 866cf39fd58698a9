package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Execute takes a Validated file to Executing, once for ever. Where a second person is needed and none has decided yet, the
// approval that waits is returned and nothing else happens. Who uploaded the file may ask so, but neither approve nor execute:
// when it is approved, whoever approved it, or anybody else who may, calls Execute again; the uploader gets
// bank.ErrFourEyes. It is done once per idempotency key of the context, which stays free while an approval waits.
func (s *Service) Execute(ctx context.Context, actor bank.Actor, id bank.ID) (f bank.TransactionFile, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return f, nil, err
	}
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		if f, err = tx.LockFile(actor.Customer, id); err != nil {
			return nil, noFile(err)
		}
		if f.Status != bank.FileValidated {
			return nil, bank.ErrFileNotExecutable.With("the file is %s; only a Validated file can be executed, and only once", f.Status)
		}
		account, err := tx.MasterAccount(f.Customer, f.MasterAccount)
		if err != nil {
			return nil, fmt.Errorf("master account: %w", err)
		}
		if err := s.due(tx, f); err != nil {
			return nil, err
		}
		if pending, err = s.approve(ctx, tx, actor, executeApproval(f, account.Currency)); err != nil || pending != nil {
			return nil, err
		}
		f.Status, f.ExecutedBy, f.ExecutingAt, f.Attempts, f.StopReason = bank.FileExecuting, actor.Name, s.now().UTC(), 0, ""
		if f.ExecutionNo, err = tx.NextExecutionNo(f.Customer); err != nil {
			return nil, err
		}
		if err := tx.UpdateFile(f); err != nil {
			return nil, err
		}
		return f, tx.Audit(f.Customer, f.ExecutingAt, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: ActionExecute, Object: id.String()})
	})
	return f, pending, err
}

// due refuses a file with a booking date that has not come yet, as after a clock that was ahead when it was validated.
func (s *Service) due(tx *store.Tx, f bank.TransactionFile) error {
	dates, err := tx.FileDates(f.Customer, f.No)
	if err != nil {
		return fmt.Errorf("booking dates: %w", err)
	}
	if len(dates) == 0 || dates[len(dates)-1] <= bank.CivilDate(s.now()) {
		return nil
	}
	early := bankfile.Finding{Code: bankfile.DomainNotDue, Value: dates[len(dates)-1]}
	return bank.ErrFileNotExecutable.With("%s", early.Message("en")).Field("", string(early.Code), early.Message("en"))
}

// ActionExecute is the action of an execution, in approvals and in the audit trail.
const ActionExecute = "file.execute"

// ExecutionContent is what exactly is approved with an execution.
type ExecutionContent struct {
	File       bank.ID         `json:"file"`
	Name       string          `json:"name"`
	SHA256     string          `json:"sha256"` // hexadecimal
	UploadedBy string          `json:"uploadedBy"`
	Currency   string          `json:"currency"` // of all sums
	Totals     bank.FileTotals `json:"totals"`
}

// executeApproval binds an approval to the bytes of the file and to what validation said about them. The second person reads
// sums in the currency of the master account.
func executeApproval(f bank.TransactionFile, c money.Currency) store.ApprovalRequest {
	totals, _ := json.Marshal(f.Totals) // numbers and texts always marshal
	digest := sha256.New()
	digest.Write(f.SHA256[:])
	digest.Write(totals)
	a := store.ApprovalRequest{Action: ActionExecute, Object: f.ID.String(), Summary: executeSummary(f, c), Barred: f.UploadedBy,
		Content: bank.ApprovalContent(ExecutionContent{f.ID, f.Name, hex.EncodeToString(f.SHA256[:]), f.UploadedBy, c.Code(), f.Totals})}
	digest.Sum(a.Digest[:0])
	return a
}

func executeSummary(f bank.TransactionFile, c money.Currency) string {
	parts := []string{fmt.Sprintf("execute %s: %d records", f.Name, f.Totals.Records)}
	for _, direction := range slices.Sorted(maps.Keys(f.Totals.ByKind)) {
		sum := f.Totals.ByKind[direction]
		parts = append(parts, fmt.Sprintf("%s %d with %s", direction, sum.Count, money.New(sum.Amount, c)))
	}
	parts = append(parts, fmt.Sprintf("errors %d, warnings %d", f.Totals.Errors, f.Totals.Warnings))
	return strings.Join(parts, "; ")
}

// Retry lets a stopped stage go on after somebody has mended the reason.
func (s *Service) Retry(ctx context.Context, actor bank.Actor, id bank.ID) (f bank.TransactionFile, err error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return f, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if f, err = tx.LockFile(actor.Customer, id); err != nil {
			return noFile(err)
		}
		if f.StopReason == "" {
			return bank.ErrConflict.With("the file did not stop: it is %s", f.Status)
		}
		before := f.StopReason
		f.StopReason, f.Attempts = "", 0
		if err := tx.UpdateFile(f); err != nil {
			return err
		}
		return tx.Audit(f.Customer, s.now(), bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "file.retry", Object: id.String(), Before: before})
	})
	return f, err
}

// execution is one run of the executing stage: it starts behind the last committed chunk, whoever committed it.
type execution struct {
	s       *Service
	file    bank.TransactionFile
	account bank.MasterAccount
	special special
	surplus []uint32 // lines that repeat records of files executed before, sorted
}

// special are the customer's own balances in the currency of the file.
type special struct {
	own, receivable bank.BalanceNo
	technical, bank bank.Balance
}

// execute runs the stage: Executing -> Executed.
func (s *Service) execute(ctx context.Context, f bank.TransactionFile) error {
	x := &execution{s: s, file: f}
	done, err := x.prepare(ctx)
	if err != nil {
		return fmt.Errorf("prepare execution: %w", err)
	}
	for no := int64(0); no < f.Chunks; no++ {
		if done[no] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		spanned, end := store.Span(ctx, "chunk", attribute.Int64("ims.chunk", no))
		err := x.chunk(spanned, no)
		end(err)
		if err != nil {
			return fmt.Errorf("chunk %d of %d: %w", no+1, f.Chunks, err)
		}
		s.changes.tell()
	}
	return x.finish(ctx)
}

// prepare reads what all chunks need and tells which are committed.
func (x *execution) prepare(ctx context.Context) (done map[int64]bool, err error) {
	f := x.file
	err = x.s.db.Read(ctx, func(tx *store.Tx) error {
		if x.account, err = tx.MasterAccount(f.Customer, f.MasterAccount); err != nil {
			return fmt.Errorf("master account: %w", err)
		}
		if x.special, err = specialOf(tx, x.account); err != nil {
			return err
		}
		chunks, err := tx.ChunkOutcomes(f.Customer, f.No)
		if err != nil {
			return err
		}
		done = make(map[int64]bool, len(chunks))
		for no := range chunks {
			done[no] = true
		}
		x.surplus, err = surplusOf(tx, f)
		return err
	})
	return done, err
}

// surplusOf compares the file with those whose execution began before its own. That never changes, so every run of the
// stage decides the same.
func surplusOf(tx *store.Tx, f bank.TransactionFile) (lines []uint32, err error) {
	dates, err := tx.FileDates(f.Customer, f.No)
	if err != nil {
		return nil, err
	}
	for _, date := range dates {
		var ours []natural
		err := tx.EachFileKeys(f.Customer, date, f.No, func(part store.KeyPart) error {
			ours = unpackNatural(ours, part.Keys)
			return nil
		})
		if err != nil {
			return nil, err
		}
		found, err := surplus(tx, f.Customer, date, ours, f.ExecutionNo)
		if err != nil {
			return nil, err
		}
		lines = append(lines, linesOf(found)...)
	}
	slices.Sort(lines)
	return lines, nil
}

func specialOf(tx *store.Tx, account bank.MasterAccount) (s special, err error) {
	balances, err := tx.SpecialBalances(account.Customer)
	if err != nil {
		return s, err
	}
	for _, b := range balances {
		if b.Currency != account.Currency {
			continue
		}
		switch b.Kind {
		case bank.KindOwn:
			s.own = b.No
		case bank.KindTechnical:
			s.technical = b
		case bank.KindReceivable:
			s.receivable = b.No
		case bank.KindBank:
			if b.No == account.BankBalance {
				s.bank = b
			}
		}
	}
	if s.own == 0 || s.technical.No == 0 || s.receivable == 0 || s.bank.No == 0 {
		return s, fmt.Errorf("customer %d lacks a balance of its own in %s", account.Customer, account.Currency.Code())
	}
	return s, nil
}

// finish moves the status once every chunk is committed.
func (x *execution) finish(ctx context.Context) error {
	return x.s.db.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.LockFile(x.file.Customer, x.file.ID)
		if err != nil {
			return err
		}
		if f.Status != bank.FileExecuting {
			return nil // another worker finished the same chunks
		}
		total, chunks, err := outcomes(tx, f)
		if err != nil {
			return err
		}
		if chunks != f.Chunks {
			return fmt.Errorf("%d of %d chunks are committed", chunks, f.Chunks)
		}
		f.Status, f.ExecutedAt, f.Attempts = bank.FileExecuted, x.s.now().UTC(), 0
		if err := tx.UpdateFile(f); err != nil {
			return err
		}
		after, err := json.Marshal(total)
		if err != nil {
			return err
		}
		return tx.Audit(f.Customer, f.ExecutedAt, bank.AuditEvent{Actor: workerName, Action: "file.executed", Object: f.ID.String(), After: string(after)})
	})
}
