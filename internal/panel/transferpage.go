package panel

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/history"
)

// transferView is a transfer with all that its page tells.
type transferView struct {
	bank.Transfer
	steps   []bank.TransferStep
	from    legSide
	to      legSide
	booked  history.Story // of the payer's transaction; zero while there is none
	notices templ.Component
}

// transfer is the page of one transfer: its whole story.
func (v *visit) transfer() error {
	t, err := v.transferOfPath()
	if err != nil {
		return err
	}
	if t.from, err = v.legOfPayer(t.Transfer); err != nil {
		return err
	}
	if t.to, err = v.legOfPayee(t.Transfer); err != nil {
		return err
	}
	if t.Transaction != 0 {
		if t.booked, err = v.History.Story(v.r.Context(), v.actor, t.Transaction); absent(err) != nil {
			return err
		}
	}
	t.notices = templ.NopComponent
	if t.Status == bank.TransferReceived {
		if t.notices, err = v.noticesOf(t.ID.String()); err != nil {
			return err
		}
	}
	return v.show(v.transferTitle(t.Transfer), transferPage(v, t))
}

func (v *visit) transferOfPath() (t transferView, err error) {
	id, err := v.id()
	if err != nil {
		return t, err
	}
	t.Transfer, t.steps, err = v.Transfers.Transfer(v.r.Context(), v.actor, id)
	return t, err
}

// transferTitle names a transfer by its amount.
func (v *visit) transferTitle(t bank.Transfer) string {
	return v.T("transfer.title", v.amount(t.Amount.Minor(), t.Amount.Currency())+" "+t.Amount.Currency().Code())
}

// legOfPayer is who pays: an end user, or the customer where an item goes back to its payer.
func (v *visit) legOfPayer(t bank.Transfer) (legSide, error) {
	if t.User.IsZero() {
		return legSide{name: v.customer.Name, kind: v.word("balanceKind", bank.KindTechnical.String())}, nil
	}
	return v.legOfBalance(t.PayerID)
}

func (v *visit) legOfBalance(id bank.ID) (legSide, error) {
	leg := legSide{kind: v.word("balanceKind", bank.KindUser.String()), balanceHref: v.reach("/balances/" + id.String())}
	if !v.may(bank.PermUsersRead) {
		return leg, nil
	}
	c, err := v.candidate(id)
	if err != nil {
		return leg, err
	}
	leg.name, leg.userHref = c.user.Name(), v.reach("/users/"+c.user.ID.String())
	if n := c.number(); !n.IsZero() {
		leg.account = masked(n)
	}
	return leg, nil
}

// legOfPayee is who is paid. Of one of our own IBANs it leads to the balance.
func (v *visit) legOfPayee(t bank.Transfer) (legSide, error) {
	leg := legSide{name: t.PayeeName, account: payeeAccount(t)}
	if !t.Internal || t.Payee.IsZero() || !v.may(bank.PermUsersRead) {
		return leg, nil
	}
	return leg, absent(v.leadToBalance(&leg, t.Payee))
}

func (v *visit) leadToBalance(leg *legSide, number iban.IBAN) error {
	a, err := v.Accounts.BankAccount(v.r.Context(), v.actor, number)
	if err == nil {
		leg.kind, leg.balanceHref = v.word("balanceKind", bank.KindUser.String()), v.reach("/balances/"+a.BalanceID.String())
	}
	return err
}

// cancellable tells whether the operator can take the order back.
func (v *visit) cancellable(t bank.Transfer) bool {
	return v.may(bank.PermTransfersOrder) && t.Status.MayBecome(bank.TransferCancelled) && t.OrderFile.IsZero()
}

// facts is what is known of the transfer, and where it leads.
func (t transferView) facts(v *visit) []fact {
	known := []fact{
		{v.word("column", "paymentTitle"), plain(t.Title)},
		{v.word("column", "reference"), code(t.Reference)},
		{v.word("column", "requestedOn"), plain(t.requested(v))},
		{v.word("column", "orderedBy"), plain(t.OrderedBy)},
	}
	if number := bankReference(t.Transfer); number != "" {
		known = append(known, fact{v.word("column", "bankReference"), copyable(v, number, number)})
	}
	if t.Transaction != 0 {
		known = append(known, fact{v.word("column", "transaction"), transactionOf(v, t.Transaction)})
	}
	if at := (told{Story: t.booked}); t.booked.Origin.File != 0 {
		known = append(known, fact{v.T("transfer.bookedBy"), at.source(v)})
	}
	if !t.OrderFile.IsZero() {
		known = append(known, fact{v.word("column", "orderFile"), linked(v.T("transfer.orderFile"), v.reach(orderFileHref(t.OrderFile)))})
	}
	if !t.Item.IsZero() {
		known = append(known, fact{v.word("column", "item"), linked(v.T("transfer.item"), v.reach("/items/"+t.Item.String()))})
	}
	if t.Return != 0 {
		known = append(known, fact{v.T("transfer.cameBack"), transactionOf(v, t.Return)})
	}
	return append(known, fact{v.word("column", "id"), copyable(v, t.ID.String(), t.ID.String())})
}

func (t transferView) requested(v *visit) string {
	if t.RequestedOn == "" {
		return v.T("transfer.soon")
	}
	return t.RequestedOn
}

// next says what the transfer waits for, or how it ended.
func (t transferView) next(v *visit) string {
	switch {
	case t.Status == bank.TransferSettled && t.Internal:
		return v.T("transfer.settledInternal")
	case t.Status == bank.TransferHeld && !t.OrderFile.IsZero():
		return v.T("transfer.inFile")
	}
	return v.word("transferNext", string(t.Status))
}

// askCancel asks before an order is taken back.
func (v *visit) askCancel() error { return v.showCancel(http.StatusOK, nil, "") }

func (v *visit) showCancel(status int, faults map[string]string, whole string) error {
	t, err := v.transferOfPath()
	if err != nil {
		return err
	}
	home := transferHref(t.ID)
	return v.answer(status, v.T("transfer.cancelTitle"), askPage(v, ask{title: v.T("transfer.cancelTitle"), text: v.T("transfer.cancelText", v.transferTitle(t.Transfer)),
		action: home + "/cancel", back: home, button: v.T("transfer.cancel"), danger: true, fault: whole,
		fields: fieldOf(v, field{name: "reason", label: v.T("items.reason"), value: v.r.FormValue("reason"), limit: 140, fault: faults["reason"]})}))
}

func (v *visit) cancelTransfer() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	t, err := v.Transfers.Cancel(v.r.Context(), v.actor, id, strings.TrimSpace(v.r.PostFormValue("reason")))
	if err == nil {
		v.say("transfer.cancelDone", v.transferTitle(t))
		return v.redirect(transferHref(id))
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.showCancel(http.StatusUnprocessableEntity, faults, whole)
}

// transferOfTransaction is the transfer whose payer's side a transaction is, if it is one.
func (v *visit) transferOfTransaction(id bank.TransactionID) (found bank.ID, err error) {
	t, _, err := v.Transfers.TransferOf(v.r.Context(), v.actor, id)
	if errors.Is(err, bank.ErrNotFound) {
		return found, nil
	}
	return t.ID, err
}
