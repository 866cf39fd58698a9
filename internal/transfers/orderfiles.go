package transfers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ims/internal/bank"
	"ims/internal/store"
)

// OrderFileFilter selects order files; it has a name here for the doors, which do not know the store.
type OrderFileFilter = store.OrderFileFilter

// OrderFileView is an order file with what belongs to it.
type OrderFileView struct {
	bank.OrderFile
	Steps   []bank.OrderFileStep
	Reports []bank.OrderReport  // of the bank
	Left    []bank.OrderLeftOut // the first hundred
	Pending *bank.Approval      // a second person must decide first about its content; nil: nobody need
}

// mostLeftShown is how many of the orders that a file could not carry are shown with it.
const mostLeftShown = 100

// OrderFiles lists order files, newest first. It needs bank.PermFilesRead.
func (s *Service) OrderFiles(ctx context.Context, actor bank.Actor, f OrderFileFilter) (list []bank.OrderFile, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.OrderFiles(actor.Customer, f)
		return err
	})
	return list, err
}

// OrderFile returns an order file with its steps, the bank's answers and what it could not carry. It needs bank.PermFilesRead.
func (s *Service) OrderFile(ctx context.Context, actor bank.Actor, id bank.ID) (v OrderFileView, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return v, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if v.OrderFile, err = tx.OrderFile(actor.Customer, id); err != nil {
			return noOrderFile(err)
		}
		if v.Steps, err = tx.OrderFileSteps(actor.Customer, id); err != nil {
			return err
		}
		if v.Reports, err = tx.OrderReports(actor.Customer, id); err != nil {
			return err
		}
		if v.Left, err = tx.LeftOut(actor.Customer, id, bank.ID{}, mostLeftShown); err != nil {
			return err
		}
		v.Pending, err = openApproval(tx, v.OrderFile)
		return err
	})
	return v, err
}

// openApproval is the approval of a file's content that waits or was given, nil if there is none.
func openApproval(tx *store.Tx, f bank.OrderFile) (*bank.Approval, error) {
	if f.Status != bank.OrderFileGenerated || !f.ApprovedAt.IsZero() {
		return nil, nil
	}
	open, err := tx.OpenApproval(f.Customer, ActionOrderFile, f.ID.String())
	if errors.Is(err, bank.ErrNotFound) || err == nil && open.Digest != approvalOfFile(f).Digest {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("approval of order file: %w", err)
	}
	return &open, nil
}

func noOrderFile(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such order file")
	}
	return err
}

// OrderFileContent hands out the bytes of an order file that is approved, the same each time. What a second person has agreed
// to meanwhile is used up here. It needs bank.PermFilesRead.
//
// Errors: bank.ErrNotFound; ErrFourEyes while a second person must decide; ErrConflict for a file that is not approved, not
// written yet, or discarded: that must never reach the bank.
func (s *Service) OrderFileContent(ctx context.Context, actor bank.Actor, id bank.ID) (f bank.OrderFile, content io.Reader, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return f, nil, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if f, err = tx.LockOrderFile(actor.Customer, id); err != nil {
			return noOrderFile(err)
		}
		if f.Status == bank.OrderFilePreparing || f.Status == bank.OrderFileDiscarded {
			return bank.ErrConflict.With("the order file is %s", f.Status)
		}
		if err := s.useApproval(ctx, tx, actor, &f); err != nil {
			return err
		}
		f.Downloads++
		if err := tx.UpdateOrderFile(f); err != nil {
			return fmt.Errorf("update order file: %w", err)
		}
		return s.auditFile(tx, actor, "order-file.downloaded", "", f)
	})
	if err != nil {
		return bank.OrderFile{}, nil, err
	}
	return f, s.partsOf(ctx, f.Customer, f.ID, f.Parts), nil
}

// useApproval refuses a file that is not approved; it asks nobody to approve it.
func (s *Service) useApproval(ctx context.Context, tx *store.Tx, actor bank.Actor, f *bank.OrderFile) error {
	if !f.ApprovedAt.IsZero() {
		return nil
	}
	open, err := openApproval(tx, *f)
	switch {
	case err != nil:
		return err
	case open == nil:
		return bank.ErrConflict.With("the order file is not approved")
	case open.Status == bank.ApprovalPending:
		return waitingFor(open)
	}
	pending, err := s.approved(ctx, tx, actor, f)
	if err == nil && pending != nil {
		err = waitingFor(pending)
	}
	return err
}

// parts reads stored parts one by one.
type parts struct {
	ctx        context.Context
	s          *Service
	customer   bank.CustomerID
	id         bank.ID
	next, last int64
	part       bytes.Reader
}

func (s *Service) partsOf(ctx context.Context, customer bank.CustomerID, id bank.ID, count int64) io.Reader {
	return &parts{ctx: ctx, s: s, customer: customer, id: id, last: count}
}

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) {
	for p.part.Len() == 0 {
		if p.next == p.last {
			return 0, io.EOF
		}
		err := p.s.db.Read(p.ctx, func(tx *store.Tx) error {
			data, err := tx.OrderFilePart(p.customer, p.id, p.next)
			if err == nil {
				p.part.Reset(data)
			}
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("part %d of %s: %w", p.next, p.id, err)
		}
		p.next++
	}
	return p.part.Read(b)
}

// ActionOrderFile is what a second person approves: that the content of an order file may go to the bank.
const ActionOrderFile = "order-file.approve"

// approvalOfFile binds an approval to every byte of a file and to its totals.
func approvalOfFile(f bank.OrderFile) store.ApprovalRequest {
	text := fmt.Sprintf("order file %s: %d orders, %s, to be carried out on %s, SHA-256 %x", f.Name, f.Orders, f.Total(), f.Day, f.SHA256)
	return store.ApprovalRequest{Action: ActionOrderFile, Object: f.ID.String(), Digest: sha256.Sum256([]byte(f.ID.String() + "\n" + text)), Summary: text,
		Content: bank.ApprovalContent(decisionOf(f, "", ""))}
}

// ApproveOrderFile asks for the second person who must agree to the content of an order file, or uses what they have agreed.
// It needs bank.PermFilesExecute. Errors: bank.ErrNotFound, ErrFourEyes while somebody must decide, ErrConflict for a file that
// is not GENERATED.
func (s *Service) ApproveOrderFile(ctx context.Context, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
	return s.changeFile(ctx, actor, id, func(tx *store.Tx, f *bank.OrderFile) (*bank.Approval, error) {
		if f.Status != bank.OrderFileGenerated {
			return nil, bank.ErrConflict.With("the order file is %s", f.Status)
		}
		return s.approved(ctx, tx, actor, f)
	})
}

// approved marks a file as approved, or returns the approval that waits.
func (s *Service) approved(ctx context.Context, tx *store.Tx, actor bank.Actor, f *bank.OrderFile) (*bank.Approval, error) {
	if !f.ApprovedAt.IsZero() {
		return nil, nil
	}
	by := actor.Name
	if open, err := openApproval(tx, *f); err != nil {
		return nil, err
	} else if open != nil && open.Status == bank.ApprovalApproved {
		by = open.DecidedBy
	}
	pending, err := s.guard.Require(ctx, tx, actor, approvalOfFile(*f))
	if err != nil || pending != nil {
		return pending, err
	}
	f.ApprovedBy, f.ApprovedAt = by, s.stamp()
	if err := s.fileStep(tx, *f, by, "approved"); err != nil {
		return nil, err
	}
	return nil, s.auditFile(tx, actor, "order-file.approved", "", *f)
}

// changeFile changes an order file under its lock, once per idempotency key of the context. What fn has changed is also
// written where somebody must agree first.
func (s *Service) changeFile(ctx context.Context, actor bank.Actor, id bank.ID, fn func(*store.Tx, *bank.OrderFile) (*bank.Approval, error)) (f bank.OrderFile, err error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return f, err
	}
	var waits error
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		waits = nil
		if f, err = tx.LockOrderFile(actor.Customer, id); err != nil {
			return nil, noOrderFile(err)
		}
		pending, err := fn(tx, &f)
		if err != nil {
			return nil, err
		}
		if err := tx.UpdateOrderFile(f); err != nil {
			return nil, fmt.Errorf("update order file: %w", err)
		}
		if pending != nil {
			waits = waitingFor(pending)
			return nil, nil // the key stays free
		}
		return f, nil
	})
	if err == nil {
		err = waits
	}
	return f, err
}

// moveFile sets the next status of a locked file, with its step and the task that follows.
func (s *Service) moveFile(tx *store.Tx, f *bank.OrderFile, to bank.OrderFileStatus, task bank.OrderFileTask, actor, note string) error {
	if !f.Status.MayBecome(to) {
		return bank.ErrConflict.With("the order file is %s", f.Status)
	}
	f.Status, f.Task, f.Reached, f.Attempts, f.StopReason = to, task, bank.ID{}, 0, ""
	return s.fileStep(tx, *f, actor, note)
}

func (s *Service) fileStep(tx *store.Tx, f bank.OrderFile, actor, note string) error {
	err := tx.AddOrderFileStep(f.Customer, f.ID, bank.OrderFileStep{Status: f.Status, Actor: actor, Note: note, At: s.stamp()})
	if err != nil {
		return fmt.Errorf("add step of order file: %w", err)
	}
	return nil
}

// auditFile leaves an audit event. before is a status.
func (s *Service) auditFile(tx *store.Tx, actor bank.Actor, action string, before bank.OrderFileStatus, f bank.OrderFile) error {
	event := actor.Event(action, f.ID.String(), "", fileText(f))
	if before != "" {
		event.Before = fmt.Sprintf(`{"status":%q}`, before)
	}
	if err := tx.Audit(f.Customer, s.stamp(), event); err != nil {
		return fmt.Errorf("audit order file: %w", err)
	}
	return nil
}

func fileText(f bank.OrderFile) string {
	text, err := json.Marshal(struct {
		Name      string               `json:"name"`
		Status    bank.OrderFileStatus `json:"status"`
		Orders    int64                `json:"orders"`
		Amount    string               `json:"amount"`
		SHA256    string               `json:"sha256"`
		Reference string               `json:"bankReference,omitempty"`
		Reason    string               `json:"reason,omitempty"`
	}{f.Name, f.Status, f.Orders, f.Total().String(), fmt.Sprintf("%x", f.SHA256), f.BankReference, f.Reason})
	if err != nil {
		panic(fmt.Sprintf("transfers: audit event: %v", err)) // a struct of texts and numbers always marshals
	}
	return string(text)
}
