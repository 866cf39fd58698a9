package transfers

import (
	"context"
	"crypto/sha256"
	"fmt"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// longestReference bounds the bank's reference and people's reasons, in characters.
const longestReference = 140

// wordsGiven refuses texts of people that cannot be kept.
func wordsGiven(reference, reason string, needed bool) error {
	e := bank.ErrInvalid.With("the words cannot be used")
	if why := bank.CheckText(reference, needed, longestReference); why != "" {
		e = e.Field("/reference", "invalid", "the bank's reference "+why)
	}
	if why := bank.CheckText(reason, false, longestReference); why != "" {
		e = e.Field("/reason", "invalid", "reason "+why)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// OrderFileDecision is what an approval about order files holds: what was asked for, so that it can be shown and carried out.
type OrderFileDecision struct {
	OrderFile bank.ID `json:"orderFileId,omitzero"`
	Transfer  bank.ID `json:"transferId,omitzero"`
	Name      string  `json:"name,omitempty"` // of the file
	Orders    int64   `json:"orders,omitempty"`
	Amount    string  `json:"amount"`
	Day       string  `json:"day,omitempty"`
	SHA256    string  `json:"sha256,omitempty"`
	Reference string  `json:"reference,omitempty"` // of the bank
	Reason    string  `json:"reason,omitempty"`
}

func decisionOf(f bank.OrderFile, reference, reason string) OrderFileDecision {
	return OrderFileDecision{OrderFile: f.ID, Name: f.Name, Orders: f.Orders, Amount: f.Total().String(), Day: f.Day, SHA256: fmt.Sprintf("%x", f.SHA256),
		Reference: reference, Reason: reason}
}

// twoPeople asks for a second person; for these actions also where the settings ask for none.
func (s *Service) twoPeople(ctx context.Context, tx *store.Tx, actor bank.Actor, action, object, text string, d OrderFileDecision) (*bank.Approval, error) {
	content := bank.ApprovalContent(d)
	return s.guard.Require(ctx, tx, actor, store.ApprovalRequest{Action: action, Object: object, Summary: text, Content: content,
		Digest: sha256.Sum256([]byte(action + "\n" + object + "\n" + text + "\n" + content))})
}

// HandOver notes that the bank has an order file: its orders become SENT, and none of them is released from now on without the
// bank's negative answer. reference is what the bank has acknowledged it with; without one, two people must say so. It needs
// bank.PermFilesExecute, and the file must be approved.
//
// Errors: bank.ErrNotFound, ErrConflict for a file that is not GENERATED, ErrFourEyes while a second person must decide,
// ErrInvalid about the reference.
func (s *Service) HandOver(ctx context.Context, actor bank.Actor, id bank.ID, reference string) (bank.OrderFile, error) {
	if err := wordsGiven(reference, "", false); err != nil {
		return bank.OrderFile{}, err
	}
	f, err := s.changeFile(ctx, actor, id, func(tx *store.Tx, f *bank.OrderFile) (*bank.Approval, error) {
		return s.handOver(ctx, tx, actor, f, reference)
	})
	return s.settled(ctx, f, err)
}

func (s *Service) handOver(ctx context.Context, tx *store.Tx, actor bank.Actor, f *bank.OrderFile, reference string) (*bank.Approval, error) {
	if f.Status != bank.OrderFileGenerated {
		return nil, bank.ErrConflict.With("the order file is %s", f.Status)
	}
	if pending, err := s.approved(ctx, tx, actor, f); err != nil || pending != nil {
		return pending, err
	}
	if reference == "" {
		text := fmt.Sprintf("order file %s was handed to the bank: %d orders, %s", f.Name, f.Orders, f.Total())
		if pending, err := s.twoPeople(ctx, tx, actor, bank.ActionHandOver, f.ID.String(), text, decisionOf(*f, "", "")); err != nil || pending != nil {
			return pending, err
		}
	}
	before := f.Status
	f.BankReference = reference
	if err := s.moveFile(tx, f, bank.OrderFileHandedOver, bank.TaskSend, actor.Name, reference); err != nil {
		return nil, err
	}
	return nil, s.auditFile(tx, actor, "order-file.handed-over", before, *f)
}

// DiscardOrderFile gives up a file that never reached the bank: its orders wait for another one. Where somebody has downloaded
// it, two people must say so. It needs bank.PermFilesExecute.
//
// Errors: bank.ErrNotFound, ErrConflict for a file that was handed over or is being written, ErrFourEyes, ErrInvalid.
func (s *Service) DiscardOrderFile(ctx context.Context, actor bank.Actor, id bank.ID, reason string) (bank.OrderFile, error) {
	if err := wordsGiven("", reason, false); err != nil {
		return bank.OrderFile{}, err
	}
	f, err := s.changeFile(ctx, actor, id, func(tx *store.Tx, f *bank.OrderFile) (*bank.Approval, error) {
		before := f.Status
		if !before.MayBecome(bank.OrderFileDiscarded) || before == bank.OrderFilePreparing && f.StopReason == "" {
			return nil, bank.ErrConflict.With("the order file is %s", f.Status)
		}
		if f.Downloads > 0 {
			text := fmt.Sprintf("discard order file %s (%d orders, %s), which was downloaded and must not be at the bank", f.Name, f.Orders, f.Total())
			if pending, err := s.twoPeople(ctx, tx, actor, bank.ActionDiscard, f.ID.String(), text, decisionOf(*f, "", reason)); err != nil || pending != nil {
				return pending, err
			}
		}
		f.Reason = reason
		if err := s.moveFile(tx, f, bank.OrderFileDiscarded, bank.TaskFree, actor.Name, reason); err != nil {
			return nil, err
		}
		return nil, s.auditFile(tx, actor, "order-file.discarded", before, *f)
	})
	return s.settled(ctx, f, err)
}

// RejectOrderFile notes that the bank has refused a file as a whole, as its reference proves: what is reserved for its orders is
// free again. Two people must say so. It needs bank.PermFilesExecute.
//
// Errors: bank.ErrNotFound, ErrConflict for a file that was not handed over or that the bank has answered, ErrFourEyes,
// ErrInvalid about the reference, which is required, and the reason.
func (s *Service) RejectOrderFile(ctx context.Context, actor bank.Actor, id bank.ID, reference, reason string) (bank.OrderFile, error) {
	if err := wordsGiven(reference, reason, true); err != nil {
		return bank.OrderFile{}, err
	}
	f, err := s.changeFile(ctx, actor, id, func(tx *store.Tx, f *bank.OrderFile) (*bank.Approval, error) {
		before := f.Status
		if !before.MayBecome(bank.OrderFileRejected) {
			return nil, bank.ErrConflict.With("the order file is %s", f.Status)
		}
		if f.Task != bank.TaskNone {
			return nil, bank.ErrConflict.With("the orders of the file are still being moved on")
		}
		text := fmt.Sprintf("the bank refused order file %s (%d orders, %s): %s %s", f.Name, f.Orders, f.Total(), reference, reason)
		if pending, err := s.twoPeople(ctx, tx, actor, bank.ActionRejectFile, f.ID.String(), text, decisionOf(*f, reference, reason)); err != nil || pending != nil {
			return pending, err
		}
		f.BankReference, f.Reason = reference, reason
		if err := s.moveFile(tx, f, bank.OrderFileRejected, bank.TaskReject, actor.Name, joined(reference, reason)); err != nil {
			return nil, err
		}
		return nil, s.auditFile(tx, actor, "order-file.rejected", before, *f)
	})
	return s.settled(ctx, f, err)
}

func joined(reference, reason string) string {
	if reference == "" || reason == "" {
		return reference + reason
	}
	return reference + ": " + reason
}

// RejectTransfer notes that the bank has refused one order of a file, as its reference proves: what is reserved is free again.
// Two people must say so. It needs bank.PermFilesExecute.
//
// Errors: bank.ErrNotFound, ErrConflict for a transfer that is not SENT, ErrFourEyes, ErrInvalid about the reference, which is
// required, and the reason.
func (s *Service) RejectTransfer(ctx context.Context, actor bank.Actor, id bank.ID, reference, reason string) (t bank.Transfer, err error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return t, err
	}
	if err := wordsGiven(reference, reason, true); err != nil {
		return t, err
	}
	var waits error
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		var err error
		waits = nil
		if t, err = read(tx, actor, id); err != nil {
			return nil, err
		}
		if t.Status != bank.TransferSent {
			return nil, bank.ErrConflict.With("the transfer is %s", t.Status)
		}
		text := fmt.Sprintf("the bank refused transfer %s of %s from balance %s: %s %s", t.ID, t.Amount, t.PayerID, reference, reason)
		pending, err := s.twoPeople(ctx, tx, actor, bank.ActionRejectOrder, t.ID.String(), text,
			OrderFileDecision{Transfer: t.ID, OrderFile: t.OrderFile, Amount: t.Amount.String(), Reference: reference, Reason: reason})
		if err != nil {
			return nil, err
		}
		if pending != nil {
			waits = waitingFor(pending)
			return nil, nil
		}
		told := Told{Actor: actor.Name, Reason: bank.ReasonRejected, Note: joined(reference, reason), At: s.stamp()}
		list, err := s.rejectEach(tx, actor, []bank.Transfer{t}, func(bank.Transfer) Told { return told })
		if err == nil && len(list) == 0 {
			err = bank.ErrConflict.With("the transfer is not %s any more", bank.TransferSent)
		}
		if err != nil {
			return nil, err
		}
		t = list[0]
		return t, nil
	})
	if err == nil {
		err = waits
	}
	return t, err
}

// rejectEach ends those of some transfers that are SENT by now, and commits what that means for the money. It returns them.
func (s *Service) rejectEach(tx *store.Tx, actor bank.Actor, list []bank.Transfer, told func(bank.Transfer) Told) (rejected []bank.Transfer, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	batch, locked, err := s.lockAll(tx, list)
	if err != nil {
		return nil, err
	}
	for _, t := range locked {
		if t.Status != bank.TransferSent {
			continue
		}
		before := auditText(t)
		if err := Reject(tx, batch, &t, told(t)); err != nil {
			return nil, err
		}
		batch.Audit(actor, "transfer.rejected", t.ID.String(), before, auditText(t))
		rejected = append(rejected, t)
	}
	if len(rejected) == 0 {
		return nil, nil
	}
	if err := batch.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return rejected, nil
}

// lockAll locks the payers of some transfers, and then the transfers, which it returns as they are now.
func (s *Service) lockAll(tx *store.Tx, list []bank.Transfer) (*ledger.Batch, []bank.Transfer, error) {
	customer := list[0].Customer
	batch := ledger.NewBatch(tx, customer, s.stamp())
	var payers []bank.BalanceNo
	ids, plain := make([]bank.ID, len(list)), false
	for i, t := range list {
		if ids[i] = t.ID; t.User.IsZero() {
			plain = true
		} else {
			payers = append(payers, t.Payer)
		}
	}
	if err := batch.Lock(payers...); err != nil {
		return nil, nil, err
	}
	if plain { // items go back from technical balances, which need no lock
		special, err := tx.SpecialBalances(customer)
		if err != nil {
			return nil, nil, fmt.Errorf("balances of the customer: %w", err)
		}
		for _, b := range special {
			if b.Kind == bank.KindTechnical {
				if err := batch.Use(b); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	locked, err := Locked(tx, customer, ids...)
	return batch, locked, err
}

// settled does what is left to do with the orders of a file that was changed. What fails now, a worker does later: the change
// itself is made.
func (s *Service) settled(ctx context.Context, f bank.OrderFile, err error) (bank.OrderFile, error) {
	if err != nil {
		return f, err
	}
	done, failed := s.finishFile(ctx, f.Customer, f.ID)
	if failed == nil && ctx.Err() == nil {
		f = done
	}
	return f, nil
}
