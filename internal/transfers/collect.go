package transfers

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// CollectOrders gathers what is HELD and paid by a master account into order files, and writes them: one, or more where the
// format cannot carry all of it or a file has a limit. It returns them as they are then; what fails on the way a worker goes on
// with. It needs bank.PermFilesExecute and is done once per idempotency key of the context.
//
// Errors: bank.ErrNotFound about the master account, ErrConflict where no order waits for a file, or a file is being made.
func (s *Service) CollectOrders(ctx context.Context, actor bank.Actor, masterAccount bank.ID) ([]bank.OrderFile, error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return nil, err
	}
	var first bank.OrderFile
	err := s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		m, err := tx.MasterAccount(actor.Customer, masterAccount)
		if errors.Is(err, bank.ErrNotFound) {
			return nil, bank.ErrNotFound.With("there is no such master account")
		}
		if err != nil {
			return nil, fmt.Errorf("master account: %w", err)
		}
		if _, err := tx.OrderRun(m.Customer, m.ID); err != nil { // of two who collect, one waits
			return nil, fmt.Errorf("collection: %w", err)
		}
		var begun bool
		if first, begun, err = s.begin(tx, actor, m, s.now()); err == nil && !begun {
			err = bank.ErrConflict.With("no order waits for an order file")
		}
		return first, err
	})
	if err != nil {
		return nil, err
	}
	return s.finishAll(ctx, first), nil
}

// finishAll finishes a file and those that follow from it.
func (s *Service) finishAll(ctx context.Context, f bank.OrderFile) (made []bank.OrderFile) {
	for {
		done, err := s.finishFile(ctx, f.Customer, f.ID)
		if err != nil {
			return append(made, f)
		}
		made = append(made, done)
		var next []bank.OrderFile
		err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
			next, err = tx.OrderFiles(f.Customer, store.OrderFileFilter{MasterAccount: f.MasterAccount, Statuses: []bank.OrderFileStatus{bank.OrderFilePreparing}, Limit: 1})
			return err
		})
		if err != nil || len(next) == 0 || next[0].StopReason != "" {
			return made
		}
		f = next[0]
	}
}

// begin makes an order file that waits for its orders, unless none waits for a file. The caller has locked the run of the master
// account.
func (s *Service) begin(tx *store.Tx, actor bank.Actor, m bank.MasterAccount, at time.Time) (f bank.OrderFile, begun bool, err error) {
	making, err := tx.OrderFiles(m.Customer, store.OrderFileFilter{MasterAccount: m.ID, Statuses: []bank.OrderFileStatus{bank.OrderFilePreparing}, Limit: 1})
	if err != nil {
		return f, false, fmt.Errorf("order files that are being made: %w", err)
	}
	if len(making) > 0 {
		return f, false, bank.ErrConflict.With("order file %s is being made", making[0].Name)
	}
	day := m.Ordering.Day(at, m.Currency.Code())
	c, err := newCarrier(tx, m, formatOf(m), day)
	if err != nil {
		return f, false, err
	}
	if waits, err := c.anyWaits(tx, false); err != nil || !waits {
		return f, false, err
	}
	f, err = s.newFile(tx, actor, m, formatOf(m), day)
	return f, err == nil, err
}

// formatOf is the format in which a master account's orders go out first.
func formatOf(m bank.MasterAccount) string {
	if m.Currency == money.PLN && m.Ordering.Format == "" && m.IBAN.Country() == "PL" {
		return bank.OrdersPLI
	}
	return bank.OrdersPain
}

func (s *Service) newFile(tx *store.Tx, actor bank.Actor, m bank.MasterAccount, format, day string) (f bank.OrderFile, err error) {
	if _, err := tx.LockCustomer(m.Customer); err != nil {
		return f, fmt.Errorf("lock customer: %w", err)
	}
	no, err := tx.NextOrderFileNo(m.Customer)
	if err != nil {
		return f, fmt.Errorf("number of order file: %w", err)
	}
	id := bank.NewID()
	f = bank.OrderFile{Customer: m.Customer, ID: id, No: no, MasterAccount: m.ID, Format: format, Status: bank.OrderFilePreparing,
		Task: bank.TaskCollect, Day: day, Name: fileName(day, no, format), Message: "IMS" + hex.EncodeToString(id[:]), Currency: m.Currency,
		CreatedBy: actor.Name, CreatedAt: s.stamp()}
	if err := tx.AddOrderFile(f); err != nil {
		return f, fmt.Errorf("add order file: %w", err)
	}
	if err := s.fileStep(tx, f, actor.Name, ""); err != nil {
		return f, err
	}
	return f, s.auditFile(tx, actor, "order-file.begun", "", f)
}

func fileName(day string, no int64, format string) string {
	extension := "xml"
	if format == bank.OrdersPLI {
		extension = "pli"
	}
	return fmt.Sprintf("IMS-%s-%06d.%s", day, no, extension)
}

// CollectDue gathers orders of a customer's master accounts whose cut-off has come, once for each, and tells for how many. The
// first time that a master account has cut-offs only notes the last: what is held then waits for the next.
func (s *Service) CollectDue(ctx context.Context, customer bank.CustomerID) (begun int, err error) {
	var accounts []bank.MasterAccount
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { accounts, err = tx.MasterAccounts(customer); return err })
	if err != nil {
		return 0, fmt.Errorf("master accounts: %w", err)
	}
	for _, m := range accounts {
		cutOff := m.Ordering.LastCutOff(s.now(), m.Currency.Code())
		if cutOff.IsZero() {
			continue
		}
		did, err := s.collectAt(ctx, m, cutOff)
		if err != nil {
			return begun, fmt.Errorf("collect orders of master account %s: %w", m.ID, err)
		}
		if did {
			begun++
		}
	}
	return begun, nil
}

// latest is how late a worker may be at a cut-off.
const latest = 15 * time.Minute

// collectAt begins the file of a cut-off, unless somebody did.
func (s *Service) collectAt(ctx context.Context, m bank.MasterAccount, cutOff time.Time) (begun bool, err error) {
	var last time.Time
	if err := s.db.Read(ctx, func(tx *store.Tx) (err error) { last, err = tx.LastOrderRun(m.Customer, m.ID); return err }); err != nil {
		return false, err
	}
	if !cutOff.After(last) {
		return false, nil
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		begun = false
		last, err := tx.OrderRun(m.Customer, m.ID)
		if err != nil || !cutOff.After(last) {
			return err
		}
		if err := tx.SetOrderRun(m.Customer, m.ID, cutOff); err != nil || last.IsZero() {
			return err
		}
		at := s.now()
		if at.Sub(cutOff) < latest {
			at = cutOff // so that they are carried out on its day
		}
		_, begun, err = s.begin(tx, bank.System(m.Customer, workerName), m, at)
		if errors.Is(err, bank.ErrConflict) {
			err = nil // somebody is collecting by hand: that file has what was held
		}
		return err
	})
	return begun, err
}

// collect gathers the orders of a file, and writes it.
func (t *orderTask) collect() error {
	for more := true; more; {
		_, err := t.step(func(tx *store.Tx, f *bank.OrderFile) (err error) {
			more, err = t.gather(tx, f)
			return err
		})
		if err != nil {
			return err
		}
	}
	f, err := t.step(func(_ *store.Tx, _ *bank.OrderFile) error { return nil })
	if err != nil {
		return err
	}
	if f.Orders == 0 {
		_, err := t.step(t.endEmpty)
		return err
	}
	written, err := t.write(f)
	if err != nil {
		return fmt.Errorf("write order file %s: %w", f.ID, err)
	}
	_, err = t.step(func(tx *store.Tx, f *bank.OrderFile) error { return t.generated(tx, f, written) })
	return err
}

// mostOfFile bounds the control sum of a file, in minor units, far below what a number holds.
const mostOfFile = 1e17

// gather puts a chunk of waiting orders into the file, and tells whether there may be more.
func (t *orderTask) gather(tx *store.Tx, f *bank.OrderFile) (more bool, err error) {
	m, err := tx.MasterAccount(f.Customer, f.MasterAccount)
	if err != nil {
		return false, fmt.Errorf("master account: %w", err)
	}
	c, err := newCarrier(tx, m, f.Format, f.Day)
	if err != nil {
		return false, err
	}
	most := int64(m.Ordering.MaxOrders)
	if most == 0 {
		most = bank.MaxOrdersPerFile
	}
	limit := min(int64(t.s.chunk), most-f.Orders)
	if limit <= 0 || f.Amount >= mostOfFile {
		return false, nil
	}
	page, err := tx.WaitingTransfers(f.Customer, f.Currency, f.Day, f.Reached, int(limit))
	if err != nil {
		return false, fmt.Errorf("waiting orders: %w", err)
	}
	if len(page) == 0 {
		return t.otherFormat(f), nil
	}
	f.Reached = page[len(page)-1].ID
	taken, err := t.judge(tx, f, c, page)
	if err != nil {
		return false, err
	}
	return true, t.claim(tx, f, taken)
}

// otherFormat turns an empty file into one of the format that carries everything, and tells whether it did.
func (t *orderTask) otherFormat(f *bank.OrderFile) bool {
	if f.Orders > 0 || f.Format == bank.OrdersPain {
		return false
	}
	f.Format, f.Name, f.Reached = bank.OrdersPain, fileName(f.Day, f.No, bank.OrdersPain), bank.ID{}
	return true
}

// judge returns the orders of a page that the file can carry, and notes those that no file can.
func (t *orderTask) judge(tx *store.Tx, f *bank.OrderFile, c *carrier, page []bank.Transfer) (taken []bank.ID, err error) {
	lines, err := c.lines(tx, page)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if !c.ours(l) {
			continue
		}
		fault := c.fault(l)
		if fault == "" {
			taken = append(taken, l.ID)
			continue
		}
		if err := tx.LeaveOut(f.Customer, f.ID, bank.OrderLeftOut{Transfer: l.ID, Reason: fault}); err != nil {
			return nil, fmt.Errorf("leave order out: %w", err)
		}
		f.LeftOut++
	}
	return taken, nil
}

// claim puts orders into the file that are still HELD and in none.
func (t *orderTask) claim(tx *store.Tx, f *bank.OrderFile, ids []bank.ID) error {
	locked, err := Locked(tx, f.Customer, ids...)
	if err != nil {
		return err
	}
	free := ids[:0]
	for _, l := range locked {
		if l.Status == bank.TransferHeld && l.OrderFile.IsZero() {
			free = append(free, l.ID)
			f.Orders++
			f.Amount += l.Amount.Minor()
		}
	}
	n, err := tx.FileTransfers(f.Customer, f.ID, free, t.s.stamp())
	if err == nil && n != int64(len(free)) {
		err = fmt.Errorf("%d of %d orders could be put into the file", n, len(free))
	}
	return err
}

// endEmpty gives up a file without orders: others were faster, or no order could be carried.
func (t *orderTask) endEmpty(tx *store.Tx, f *bank.OrderFile) error {
	f.Reason = "there was nothing to send"
	if f.LeftOut > 0 {
		f.Reason = fmt.Sprintf("none of %d orders can be carried", f.LeftOut)
	}
	if err := t.s.moveFile(tx, f, bank.OrderFileDiscarded, bank.TaskNone, workerName, f.Reason); err != nil {
		return err
	}
	return t.s.auditFile(tx, bank.System(f.Customer, workerName), "order-file.discarded", bank.OrderFilePreparing, *f)
}

// generated ends the making of a file: from now on its content stands. What the file had no room for goes into the next.
func (t *orderTask) generated(tx *store.Tx, f *bank.OrderFile, w *fileWriter) error {
	if f.Orders != w.orders || f.Amount != w.amount || f.Parts != w.parts {
		return fmt.Errorf("order file %s: %d orders of %d were gathered, %d of %d written", f.ID, f.Orders, f.Amount, w.orders, w.amount)
	}
	f.SHA256, f.Bytes = [32]byte(w.sum.Sum(nil)), w.bytes
	maker := bank.System(f.Customer, f.CreatedBy)
	if err := t.s.moveFile(tx, f, bank.OrderFileGenerated, bank.TaskNone, f.CreatedBy, ""); err != nil {
		return err
	}
	if err := t.s.auditFile(tx, maker, "order-file.generated", bank.OrderFilePreparing, *f); err != nil {
		return err
	}
	if _, err := t.s.approved(t.ctx, tx, maker, f); err != nil {
		return fmt.Errorf("approval of order file: %w", err)
	}
	return t.next(tx, *f, maker)
}

// next begins another file where orders wait that this one had no room for.
func (t *orderTask) next(tx *store.Tx, f bank.OrderFile, maker bank.Actor) error {
	m, err := tx.MasterAccount(f.Customer, f.MasterAccount)
	if err != nil {
		return fmt.Errorf("master account: %w", err)
	}
	for _, format := range slices.Compact([]string{f.Format, bank.OrdersPain}) {
		c, err := newCarrier(tx, m, format, f.Day)
		if err != nil {
			return err
		}
		if waits, err := c.anyWaits(tx, true); err != nil {
			return err
		} else if waits {
			_, err := t.s.newFile(tx, maker, m, format, f.Day)
			return err
		}
	}
	return nil
}
