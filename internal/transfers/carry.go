package transfers

import (
	"encoding/json"
	"fmt"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// carry reserves the money of a transfer, or posts it to one of our own IBANs, and commits the batch. It returns the status
// that the transfer has reached and sets its transaction and hold. before is the audit event's; empty for a new order.
func (s *scene) carry(actor bank.Actor, t *bank.Transfer, key, before string) (bank.TransferStatus, error) {
	reached := bank.TransferHeld
	finish := s.authorize
	if t.Internal = s.internal(); t.Internal {
		reached, finish = bank.TransferSettled, s.post
	}
	done, err := finish(actor, *t, key)
	if err != nil {
		return "", err
	}
	after := *t
	after.Status = reached
	action := "transfer.ordered"
	if before != "" {
		action = "transfer.confirmed"
	}
	s.batch.Audit(actor, action, t.ID.String(), before, auditText(after))
	if err := s.batch.Commit(); err != nil {
		return "", fmt.Errorf("commit: %w", err)
	}
	t.Transaction, t.Hold = done()
	return reached, nil
}

// authorize reserves the money until the bank has booked it.
func (s *scene) authorize(actor bank.Actor, t bank.Transfer, key string) (func() (bank.TransactionID, bank.ID), error) {
	index, err := s.batch.Authorize(ledger.NewAuthorization{Balance: t.Payer, Amount: t.Amount.Minor(), Cause: bank.CauseOutgoing, By: &actor,
		Details: s.words(t, key)})
	return func() (bank.TransactionID, bank.ID) { return s.batch.Authorized(index) }, err
}

// post pays one of our own IBANs at once; what its balance owes is repaid first.
func (s *scene) post(actor bank.Actor, t bank.Transfer, key string) (func() (bank.TransactionID, bank.ID), error) {
	today := bank.CivilDate(s.now)
	index, err := s.batch.Post(ledger.NewPosting{From: t.Payer, To: s.to.balance.No, Amount: t.Amount.Minor(), Cause: bank.CauseInternal,
		BookingDate: today, By: &actor, Details: s.words(t, key)})
	if err != nil {
		return nil, err
	}
	// The posting bears the id of the payer's side.
	done := func() (bank.TransactionID, bank.ID) { return s.batch.PostingID(index), bank.ID{} }
	return done, s.batch.Repay(s.to.balance.No, ledger.NewPosting{BookingDate: today})
}

// decline leaves a declined transaction of a transfer that the payer's balance refuses, and commits the batch.
func (s *scene) decline(actor bank.Actor, t bank.Transfer, key string, why bank.Reason) (bank.TransactionID, error) {
	cause := bank.CauseOutgoing
	if s.internal() {
		cause = bank.CauseInternal
	}
	index, err := s.batch.Decline(ledger.NewDecline{Balance: t.Payer, Amount: t.Amount.Minor(), Cause: cause, Reason: why, By: &actor,
		Details: s.words(t, key)})
	if err != nil {
		return 0, err
	}
	if err := s.batch.Commit(); err != nil {
		return 0, fmt.Errorf("commit: %w", err)
	}
	return s.batch.DeclineID(index), nil
}

// words are what the history shows beside the transaction.
func (s *scene) words(t bank.Transfer, key string) *bank.Details {
	return &bank.Details{PayerName: s.user.Name(), PayeeName: t.PayeeName, PayerAccount: s.from.String(), PayeeAccount: t.Payee.String(),
		Title: t.Title, Reference: t.Reference, Operation: key, Salt: store.NewSalt()}
}

// auditText is what the audit trail keeps of a transfer: no words, which are erased one day.
func auditText(t bank.Transfer) string {
	text, err := json.Marshal(struct {
		Status  bank.TransferStatus `json:"status"`
		Reason  bank.Reason         `json:"reason,omitempty"`
		Balance bank.ID             `json:"balanceId"`
		Amount  string              `json:"amount"`
	}{t.Status, t.Reason, t.PayerID, t.Amount.String()})
	if err != nil {
		panic(fmt.Sprintf("transfers: audit event: %v", err)) // a struct of texts always marshals
	}
	return string(text)
}
