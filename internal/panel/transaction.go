package panel

import (
	"strconv"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/history"
)

// told is the whole story of a transaction with the attempts to tell of it.
type told struct {
	history.Story
	transfer bank.ID                    // whose payer's side it is; zero: of none
	attempts map[bank.ID][]bank.Attempt // by delivery, of the newest ones
}

// mostLogs is how many deliveries are shown with all their attempts; of older ones the last attempt is.
const mostLogs = 5

func (v *visit) transactionID() (bank.TransactionID, error) {
	n, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, bank.ErrNotFound.With("there is no such transaction")
	}
	return bank.TransactionID(n), nil
}

func (v *visit) transaction() error {
	id, err := v.transactionID()
	if err != nil {
		return err
	}
	t := told{attempts: map[bank.ID][]bank.Attempt{}}
	if t.Story, err = v.History.Story(v.r.Context(), v.actor, id); err != nil {
		return err
	}
	if t.transfer, err = v.transferOfTransaction(id); err != nil {
		return err
	}
	for i, d := range t.Deliveries {
		switch {
		case i < mostLogs && d.Events == 1:
			if _, t.attempts[d.ID], err = v.Notify.Delivery(v.r.Context(), v.actor, d.ID); err != nil {
				return err
			}
		case !d.Latest.At.IsZero():
			t.attempts[d.ID] = []bank.Attempt{d.Latest}
		}
	}
	return v.show(v.T("transaction.title", v.r.PathValue("id")), transactionPage(v, t))
}

// resend tells the customer of the transaction again.
func (v *visit) resend() error {
	id, err := v.transactionID()
	if err != nil {
		return err
	}
	delivery, err := bank.ParseID(v.r.PathValue("delivery"))
	if err != nil {
		return bank.ErrNotFound.With("there is no such delivery")
	}
	if _, err := v.Notify.Retry(v.r.Context(), v.actor, delivery); err != nil {
		return err
	}
	v.say("transaction.resent", "")
	return v.redirect(transactionHref(id))
}

// legSide is one side of a transaction as its page shows it.
type legSide struct {
	name, account, kind   string
	userHref, balanceHref string
}

// legOf prefers what we know of our own end users to what the bank wrote.
func (t told) legOf(v *visit, s history.Side, name, account string) legSide {
	leg := legSide{name: name, account: account}
	b := s.Balance
	if b.ID.IsZero() {
		return leg
	}
	leg.kind = v.word("balanceKind", b.Kind.String())
	if b.Kind == bank.KindUser && !b.User.IsZero() {
		leg.balanceHref = v.reach("/balances/" + b.ID.String())
	}
	if !s.User.ID.IsZero() {
		leg.name, leg.userHref = s.User.Name(), v.reach("/users/"+s.User.ID.String())
	}
	if s.IBAN.String() != "" {
		leg.account = masked(s.IBAN)
	}
	return leg
}

func (t told) payer(v *visit) legSide {
	return t.legOf(v, t.Payer, t.Details.PayerName, t.Details.PayerAccount)
}

func (t told) payee(v *visit) legSide {
	return t.legOf(v, t.Payee, t.Details.PayeeName, t.Details.PayeeAccount)
}

// facts is what is known of the transaction, and where it comes from and leads to.
func (t told) facts(v *visit) []fact {
	id := strconv.FormatInt(int64(t.ID), 10)
	known := []fact{
		{v.word("column", "number"), copyable(v, id, id)},
		{v.word("column", "at"), instantOf(v, t.At)},
		{v.word("column", "booking"), plain(t.Booking)},
		{v.word("column", "value"), plain(t.Value)},
		{v.word("column", "title"), plain(t.Details.Title)},
		{v.word("column", "reference"), code(t.Details.Reference)},
		{v.word("column", "operation"), code(t.Details.Operation)},
		{v.word("column", "balanceAfter"), afterOf(v, t.Row)},
		{v.word("column", "comesFrom"), t.source(v)},
	}
	if !t.transfer.IsZero() {
		known = append(known, fact{v.word("column", "transfer"), linkedText(v.reach(transferHref(t.transfer)), v.T("transaction.transfer"))})
	}
	links := []struct {
		key string
		id  bank.TransactionID
	}{{"otherSide", t.Other}, {"reverses", t.Reverses}, {"reversedBy", t.ReversedBy}}
	for _, l := range links {
		if l.id != 0 {
			known = append(known, fact{v.word("column", l.key), linkedText(transactionHref(l.id), v.T("transaction.title", strconv.FormatInt(int64(l.id), 10)))})
		}
	}
	if len(t.Items) > 0 {
		var list []step
		for _, i := range t.Items {
			text := v.T("transaction.item", i.Reason.Text(v.language.String()), v.word("itemStatus", string(i.Status)))
			list = append(list, step{text, v.reach("/items/" + i.ID.String())})
		}
		known = append(known, fact{v.word("column", "item"), linkedList(list)})
	}
	return known
}

// source is where the transaction comes from: a line of a file, somebody's request, or the service itself.
func (t told) source(v *visit) templ.Component {
	switch {
	case !t.File.ID.IsZero():
		text := v.T("transaction.file", t.File.Name, t.Origin.Line)
		return sourceFile(v, t.File, text)
	case t.Origin.File != 0:
		return plain(v.T("transaction.someFile", t.Origin.Line))
	case t.Author.Actor != "":
		return originFact(v, v.T("transaction.by", t.Author.Actor), t.Author.Origin)
	}
	return plain(v.T("transaction.bySystem"))
}

// reasonTone is how bad a reason is: a refusal, or something that waits.
func reasonTone(r history.Row) string {
	if r.Status == bank.StatusDeclined {
		return "bad"
	}
	return "wait"
}
