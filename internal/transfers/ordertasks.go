package transfers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	taskAttempts = 5 // before a task stops until somebody looks
	taskPause    = 500 * time.Millisecond
)

// RunOrders does one piece of what is left to do with order files of all customers: a task of a file, the last step of one
// whose orders are all answered, or a collection whose cut-off has come. It tells whether there was any. Any number of workers
// may run it; owner names this one.
func (s *Service) RunOrders(ctx context.Context, owner string) (worked bool, err error) {
	var due, answered []store.DueOrderFile
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		if due, err = tx.DueOrderFiles(now, 20); err != nil {
			return err
		}
		answered, err = tx.AnsweredOrderFiles(20)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("due order files: %w", err)
	}
	for _, d := range due {
		taken, err := s.takeFile(ctx, d, owner)
		if err != nil {
			return false, err
		}
		if taken {
			return true, s.runTask(ctx, d, owner)
		}
	}
	for _, d := range answered {
		if err := s.book(ctx, d); err != nil {
			return false, err
		}
	}
	return len(answered) > 0, nil
}

func (s *Service) takeFile(ctx context.Context, d store.DueOrderFile, owner string) (taken bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err == nil {
			taken, err = tx.LeaseOrderFile(d, owner, now, now.Add(s.lease))
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease order file %s: %w", d.ID, err)
	}
	return taken, nil
}

// finishFile does all tasks of a file here and now, or waits for the worker that is at them, and returns the file as it is then.
func (s *Service) finishFile(ctx context.Context, customer bank.CustomerID, id bank.ID) (f bank.OrderFile, err error) {
	d, owner := store.DueOrderFile{Customer: customer, ID: id}, "call "+bank.NewID().String()
	for {
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) { f, err = tx.OrderFile(customer, id); return err })
		if err != nil || f.Task == bank.TaskNone || f.StopReason != "" {
			return f, err
		}
		taken, err := s.takeFile(ctx, d, owner)
		if err != nil {
			return f, err
		}
		if taken {
			if err := s.runTask(ctx, d, owner); err != nil {
				return f, err
			}
			continue
		}
		timer := time.NewTimer(s.lease / 100)
		select {
		case <-ctx.Done():
			timer.Stop()
			return f, ctx.Err()
		case <-timer.C:
		}
	}
}

// runTask does the task of a file under its lease, and what follows from it, until there is none.
func (s *Service) runTask(ctx context.Context, d store.DueOrderFile, owner string) error {
	extend := func(tx *store.Tx, until time.Time) error { return tx.RenewOrderFile(d, owner, until) }
	err := s.db.UnderLease(ctx, s.lease, extend, func(ctx context.Context) (err error) {
		ctx, end := store.Span(ctx, "order file")
		defer func() { end(err) }()
		t := &orderTask{s: s, ctx: ctx, due: d, owner: owner}
		for err == nil {
			var f bank.OrderFile
			if f, err = t.step(func(*store.Tx, *bank.OrderFile) error { return nil }); err == nil && f.Task == bank.TaskNone {
				return nil
			}
			if err == nil {
				err = t.run(f.Task)
			}
		}
		return err
	})
	if errors.Is(err, store.ErrLeaseLost) {
		return nil // the other worker goes on
	}
	return errors.Join(err, s.giveBackFile(ctx, d, owner, err))
}

// giveBackFile ends the lease and notes a failure: after some attempts the task stops until somebody looks.
func (s *Service) giveBackFile(ctx context.Context, d store.DueOrderFile, owner string, failure error) error {
	if ctx.Err() != nil {
		failure = nil // asked to stop: somebody else goes on
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if failure == nil {
			return tx.ReleaseOrderFile(d, owner, time.Time{})
		}
		now, err := tx.Now()
		if err != nil {
			return err
		}
		f, err := tx.HoldOrderFile(d, owner)
		if errors.Is(err, bank.ErrNotFound) {
			return nil // lost meanwhile: it is nobody's failure
		}
		if err != nil {
			return err
		}
		if f.Attempts++; f.Attempts >= taskAttempts {
			f.StopReason = fmt.Sprintf("failed %d times: %v", f.Attempts, failure)
		}
		if err := tx.UpdateOrderFile(f); err != nil {
			return err
		}
		return tx.ReleaseOrderFile(d, owner, now.Add(taskPause<<f.Attempts))
	})
}

// orderTask is the work of one worker on one file.
type orderTask struct {
	s     *Service
	ctx   context.Context
	due   store.DueOrderFile
	owner string
}

// step changes the file in one transaction, as long as the lease is ours.
func (t *orderTask) step(fn func(*store.Tx, *bank.OrderFile) error) (f bank.OrderFile, err error) {
	err = t.s.db.Write(t.ctx, func(tx *store.Tx) error {
		if f, err = tx.HoldOrderFile(t.due, t.owner); errors.Is(err, bank.ErrNotFound) {
			return store.ErrLeaseLost
		} else if err != nil {
			return err
		}
		before := f
		if err := fn(tx, &f); err != nil || f == before {
			return err
		}
		return tx.UpdateOrderFile(f)
	})
	if err == nil {
		err = t.s.between()
	}
	return f, err
}

func (t *orderTask) run(task bank.OrderFileTask) error {
	switch task {
	case bank.TaskCollect:
		return t.collect()
	case bank.TaskSend:
		return t.each(t.send)
	case bank.TaskFree:
		return t.each(t.free)
	case bank.TaskReject:
		return t.each(t.reject)
	case bank.TaskReport:
		return t.report()
	}
	return fmt.Errorf("order file %s: nobody knows the task %s", t.due.ID, task)
}

// each hands the orders of the file to fn, a chunk in each transaction, which notes how far it is; then the task is done.
func (t *orderTask) each(fn func(*store.Tx, *bank.OrderFile, []bank.Transfer) error) error {
	for {
		f, err := t.step(func(tx *store.Tx, f *bank.OrderFile) error {
			page, err := tx.FiledTransfers(f.Customer, f.ID, f.Reached, t.s.chunk)
			if err != nil {
				return fmt.Errorf("orders of order file: %w", err)
			}
			if len(page) == 0 {
				return t.done(tx, f)
			}
			f.Reached = page[len(page)-1].ID
			return fn(tx, f, page)
		})
		if err != nil || f.Reached.IsZero() {
			return err
		}
	}
}

// done ends a task; a report of the bank that came meanwhile is next.
func (t *orderTask) done(tx *store.Tx, f *bank.OrderFile) error {
	f.Task, f.Reached, f.Attempts = bank.TaskNone, bank.ID{}, 0
	reports, err := tx.OrderReports(f.Customer, f.ID)
	if err != nil {
		return fmt.Errorf("reports on order file: %w", err)
	}
	for _, r := range reports {
		if r.FinishedAt.IsZero() {
			f.Task = bank.TaskReport
		}
	}
	return nil
}

// send moves orders from HELD to SENT.
func (t *orderTask) send(tx *store.Tx, f *bank.OrderFile, page []bank.Transfer) error {
	ids, err := heldOf(tx, f.Customer, page)
	if err != nil || len(ids) == 0 {
		return err
	}
	step := bank.TransferStep{Actor: workerName, Note: "order file " + f.Name, At: t.s.stamp()}
	n, err := tx.SendTransfers(f.Customer, f.ID, ids, step)
	if err == nil && n != int64(len(ids)) {
		err = fmt.Errorf("%d of %d orders could be sent", n, len(ids))
	}
	return err
}

// free takes orders out of the file.
func (t *orderTask) free(tx *store.Tx, f *bank.OrderFile, page []bank.Transfer) error {
	ids, err := heldOf(tx, f.Customer, page)
	if err != nil || len(ids) == 0 {
		return err
	}
	n, err := tx.FreeTransfers(f.Customer, f.ID, ids, t.s.stamp())
	if err == nil && n != int64(len(ids)) {
		err = fmt.Errorf("%d of %d orders could be taken out", n, len(ids))
	}
	return err
}

// heldOf locks orders and returns those that are HELD by now.
func heldOf(tx *store.Tx, customer bank.CustomerID, page []bank.Transfer) (held []bank.ID, err error) {
	ids := make([]bank.ID, len(page))
	for i := range page {
		ids[i] = page[i].ID
	}
	locked, err := Locked(tx, customer, ids...)
	for _, t := range locked {
		if t.Status == bank.TransferHeld {
			held = append(held, t.ID)
		}
	}
	return held, err
}

// reject ends orders that the bank has refused with the whole file.
func (t *orderTask) reject(tx *store.Tx, f *bank.OrderFile, page []bank.Transfer) error {
	told := Told{Actor: workerName, Reason: bank.ReasonRejected, Note: joined(f.BankReference, f.Reason), At: t.s.stamp()}
	_, err := t.s.rejectEach(tx, bank.System(f.Customer, workerName), page, func(bank.Transfer) Told { return told })
	return err
}

// workerName is who acts where nobody does.
const workerName = "order files"

// book ends the life of a file whose orders are all answered.
func (s *Service) book(ctx context.Context, d store.DueOrderFile) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.LockOrderFile(d.Customer, d.ID)
		if err != nil {
			return fmt.Errorf("book order file: %w", err)
		}
		before := f.Status
		if f.Task != bank.TaskNone || before != bank.OrderFileHandedOver && before != bank.OrderFileAccepted {
			return nil // somebody was faster
		}
		if before == bank.OrderFileHandedOver {
			if err := s.moveFile(tx, &f, bank.OrderFileAccepted, bank.TaskNone, workerName, "the bank has answered every order"); err != nil {
				return err
			}
		}
		if err := s.moveFile(tx, &f, bank.OrderFileBooked, bank.TaskNone, workerName, ""); err != nil {
			return err
		}
		if before == bank.OrderFileHandedOver { // the engines let a file take one step at a time
			accepted := f
			accepted.Status = bank.OrderFileAccepted
			if err := tx.UpdateOrderFile(accepted); err != nil {
				return err
			}
		}
		if err := tx.UpdateOrderFile(f); err != nil {
			return err
		}
		return s.auditFile(tx, bank.System(f.Customer, workerName), "order-file.booked", before, f)
	})
}
