package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/transfers"
	"ims/internal/web"
)

func transferRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/transfers", need: bank.PermHistoryRead, page: (*visit).transfers, group: "group.customers", entry: "transfers.title", letter: "o"},
		{method: http.MethodGet, path: "/transfers/{id}", need: bank.PermHistoryRead, page: (*visit).transfer},
		{method: http.MethodGet, path: "/transfers/{id}/cancel", need: bank.PermTransfersOrder, page: (*visit).askCancel},
		{method: http.MethodPost, path: "/transfers/{id}/cancel", need: bank.PermTransfersOrder, page: (*visit).cancelTransfer, sure: true},
		{method: http.MethodGet, path: "/balances/{id}/transfer", need: bank.PermTransfersOrder, page: (*visit).askTransfer},
		{method: http.MethodPost, path: "/balances/{id}/transfer/look", need: bank.PermTransfersOrder, page: (*visit).reviewTransfer},
		{method: http.MethodPost, path: "/balances/{id}/transfer", need: bank.PermTransfersOrder, page: (*visit).orderTransfer, sure: true},
	}
}

// transferList marks cursors of this list.
const transferList = 'v'

func (v *visit) transfers() error { return listOfTransfers().serve(v) }

func listOfTransfers() *list[bank.Transfer] {
	var statuses []string
	for _, s := range bank.TransferStatuses() {
		statuses = append(statuses, string(s))
	}
	return &list[bank.Transfer]{name: "transfers", path: "/transfers", title: "transfers.title",
		filters: []filter{
			{name: "status", kind: manyFilter, choices: statuses, family: "transferStatus"},
			{name: "payeeIban"},
			{name: "ordered", kind: dayFilter},
			{name: "balanceId", more: true},
			{name: "userId", more: true},
			{name: "itemId", more: true},
			{name: "orderFile", more: true},
		},
		columns: transferColumns(),
		fetch:   fetchTransfers,
		cursor:  func(t bank.Transfer) web.Cursor { return web.IDCursor(transferList, t.ID) },
		href:    func(t bank.Transfer) string { return transferHref(t.ID) },
		empty:   noTransfers,
	}
}

func transferHref(id bank.ID) string { return "/transfers/" + id.String() }

// fetchTransfers reads a page of the list. What belongs to a balance that is not there is nothing.
func fetchTransfers(v *visit, q *query, limit int) (found []bank.Transfer, err error) {
	f := transfers.Filter{Payee: q.text("payeeIban"), From: q.text("ordered" + fromEnd), To: q.text("ordered" + toEnd), Limit: limit}
	for _, s := range q.many("status") {
		f.Statuses = append(f.Statuses, bank.TransferStatus(s))
	}
	e := bank.ErrInvalid.With("the filter is invalid")
	for name, into := range map[string]*bank.ID{"balanceId": &f.Balance, "userId": &f.User, "itemId": &f.Item, "orderFile": &f.OrderFile} {
		if text := q.text(name); text != "" {
			if *into, err = bank.ParseID(text); err != nil {
				e = e.Field(name, "invalid", v.T("history.badId"))
			}
		}
	}
	if len(e.Fields) > 0 {
		return nil, e
	}
	if f.Before, f.Back, err = web.ReadIDCursor(q.cursor, transferList); err != nil {
		return nil, err
	}
	found, err = v.Transfers.Transfers(v.r.Context(), v.actor, f)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, nil
	}
	return found, err
}

func transferColumns() []column[bank.Transfer] {
	text := func(name string, hidden bool, of func(bank.Transfer) string) column[bank.Transfer] {
		return column[bank.Transfer]{name: name, hidden: hidden, cell: func(_ *visit, t bank.Transfer) templ.Component { return plain(of(t)) },
			sheet: func(_ *visit, t bank.Transfer) any { return of(t) }}
	}
	mono := func(name string, of func(bank.Transfer) string) column[bank.Transfer] {
		return column[bank.Transfer]{name: name, hidden: true, cell: func(_ *visit, t bank.Transfer) templ.Component { return code(of(t)) },
			sheet: func(_ *visit, t bank.Transfer) any { return of(t) }}
	}
	return []column[bank.Transfer]{
		{name: "ordered", cell: func(v *visit, t bank.Transfer) templ.Component { return instantOf(v, t.CreatedAt) },
			sheet: func(_ *visit, t bank.Transfer) any { return sheetInstant(t.CreatedAt) }},
		{name: "amount", number: true, cell: func(v *visit, t bank.Transfer) templ.Component {
			return moneyOf(v, t.Amount.Minor(), t.Amount.Currency())
		},
			sheet: func(_ *visit, t bank.Transfer) any {
				return sheet.Amount{Minor: t.Amount.Minor(), Currency: t.Amount.Currency()}
			}},
		{name: "status", cell: func(v *visit, t bank.Transfer) templ.Component { return status(v, "transferStatus", string(t.Status)) },
			sheet: func(_ *visit, t bank.Transfer) any { return string(t.Status) }},
		{name: "payee", cell: func(v *visit, t bank.Transfer) templ.Component { return party(v, t.PayeeName, payeeAccount(t)) },
			sheet: func(_ *visit, t bank.Transfer) any { return t.PayeeName }},
		text("paymentTitle", false, func(t bank.Transfer) string { return t.Title }),
		text("orderedBy", false, func(t bank.Transfer) string { return t.OrderedBy }),
		text("requestedOn", true, func(t bank.Transfer) string { return t.RequestedOn }),
		{name: "why", hidden: true, cell: func(v *visit, t bank.Transfer) templ.Component { return plain(v.whyText(t.Reason)) },
			sheet: func(_ *visit, t bank.Transfer) any { return string(t.Reason) }},
		mono("payeeAccount", payeeAccount),
		mono("reference", func(t bank.Transfer) string { return t.Reference }),
		mono("bankReference", bankReference),
		mono("balanceId", func(t bank.Transfer) string { return t.PayerID.String() }),
		mono("id", func(t bank.Transfer) string { return t.ID.String() }),
	}
}

// payeeAccount is the payee's IBAN; of one of our own only the ends are shown.
func payeeAccount(t bank.Transfer) string {
	switch {
	case t.Payee.IsZero():
		return ""
	case t.Internal:
		return masked(t.Payee)
	}
	return t.Payee.Format()
}

// bankReference is how the bank knows the transfer; "" while it cannot know it.
func bankReference(t bank.Transfer) string {
	if t.Transaction == 0 || t.Internal {
		return ""
	}
	return transfers.Reference(t)
}

// whyText is a reason in words; "" for none.
func (v *visit) whyText(r bank.Reason) string {
	if r == "" {
		return ""
	}
	return r.Text(v.language.String())
}
