package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/transfers"
)

// ActionLinkReturn is the action of linking a transfer with what brought it back, in approvals and in the audit trail.
const ActionLinkReturn = "transfer.link-return"

// ReturnContent is what exactly is approved when a transfer is linked with what brought it back.
type ReturnContent struct {
	Transfer    bank.ID            `json:"transfer"`
	Transaction bank.TransactionID `json:"transaction"` // of the credit
	Amount      int64              `json:"amount"`      // that came back, minor units
	Currency    string             `json:"currency"`
	Reason      string             `json:"reason"`
}

// LinkReturn ends a settled transfer with the credit that brought it back, which files could not tell for certain: a credit from
// outside to the balance that paid, or one that lies on the technical balance, of the transfer's amount or less. Nothing is
// posted. It needs bank.PermItemsDecide, as deciding about items. Where a second person is needed, the approval that waits is
// returned and nothing else happens. It is done once per idempotency key of the context. Errors: bank.ErrNotFound,
// ErrConflict where the transfer is not settled, the credit cannot be its return, or already is another's.
func (s *Service) LinkReturn(ctx context.Context, actor bank.Actor, transfer bank.ID, credit bank.TransactionID, reason string) (t bank.Transfer, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermItemsDecide); err != nil {
		return t, nil, err
	}
	if fault := bank.CheckText(reason, true, 140); fault != "" {
		return t, nil, bank.ErrInvalid.With("the reason %s", fault).Field("/reason", "invalid", "reason "+fault)
	}
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		if t, err = lockTransfer(tx, actor.Customer, transfer); err != nil {
			return nil, err
		}
		p, err := creditOf(tx, t, credit)
		if err != nil {
			return nil, err
		}
		if pending, err = s.approve(ctx, tx, actor, returnApproval(t, p, reason)); err != nil || pending != nil {
			return nil, err
		}
		now := s.now().UTC()
		if err := transfers.Returned(tx, &t, p.ID, transfers.Told{Actor: actor.Name, Note: reason, At: now}); err != nil {
			return nil, err
		}
		return t, tx.Audit(t.Customer, now, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: ActionLinkReturn, Object: t.ID.String(),
			Before: string(bank.TransferSettled), After: fmt.Sprintf(`{"status":"%s","transaction":%d}`, t.Status, p.ID)})
	})
	return t, pending, err
}

// lockTransfer locks a transfer that may still come back.
func lockTransfer(tx *store.Tx, customer bank.CustomerID, id bank.ID) (bank.Transfer, error) {
	list, err := transfers.Locked(tx, customer, id)
	switch {
	case err != nil:
		return bank.Transfer{}, err
	case len(list) == 0:
		return bank.Transfer{}, bank.ErrNotFound.With("there is no such transfer")
	case list[0].Status != bank.TransferSettled || list[0].Internal:
		return bank.Transfer{}, bank.ErrConflict.With("only a transfer that a bank has booked and that did not come back can be linked; this one is %s", list[0].Status)
	}
	return list[0], nil
}

// creditOf reads the posting of a credit and refuses what cannot have brought a transfer back.
func creditOf(tx *store.Tx, t bank.Transfer, credit bank.TransactionID) (store.PostingRow, error) {
	p, err := tx.Posting(t.Customer, credit)
	if errors.Is(err, bank.ErrNotFound) {
		return p, bank.ErrNotFound.With("there is no such credit")
	}
	if err != nil {
		return p, err
	}
	to, err := tx.BalancesByNo(t.Customer, []bank.BalanceNo{p.To})
	if err != nil || len(to) != 1 {
		return p, fmt.Errorf("balance %d of the credit: %w", p.To, err)
	}
	switch home := p.To == t.Payer || to[0].Kind == bank.KindTechnical && to[0].Currency == t.Amount.Currency(); {
	case p.Cause != bank.CauseIncoming || !home:
		return p, bank.ErrConflict.With("the credit came neither to the balance that paid nor to the technical one")
	case p.Amount > t.Amount.Minor():
		return p, bank.ErrConflict.With("the credit is of more than the transfer")
	case p.PostedAt.Before(t.CreatedAt):
		return p, bank.ErrConflict.With("the credit is older than the transfer")
	}
	return p, unlinked(tx, t.Customer, p.ID)
}

// unlinked refuses a credit that was taken back, or that brought another transfer back.
func unlinked(tx *store.Tx, customer bank.CustomerID, credit bank.TransactionID) error {
	_, err := tx.ReversalOf(customer, credit)
	if err == nil {
		return bank.ErrConflict.With("the credit was reversed")
	}
	if !errors.Is(err, bank.ErrNotFound) {
		return err
	}
	other, err := tx.TransferReturnedBy(customer, credit)
	switch {
	case errors.Is(err, bank.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return bank.ErrConflict.With("the credit has brought another transfer back: %s", other.ID)
}

// returnApproval binds an approval to the transfer, the credit and the reason.
func returnApproval(t bank.Transfer, p store.PostingRow, reason string) store.ApprovalRequest {
	content := bank.ApprovalContent(ReturnContent{t.ID, p.ID, p.Amount, t.Amount.Currency().Code(), reason})
	return store.ApprovalRequest{Action: ActionLinkReturn, Object: t.ID.String(), Digest: sha256.Sum256([]byte(content)), Content: content,
		Summary: fmt.Sprintf("transfer %s of %s came back with transaction %d: %s", t.ID, t.Amount, p.ID, reason)}
}
