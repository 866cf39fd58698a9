package panel

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/web"
)

func fundRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/funds", need: bank.PermFundsRead, page: (*visit).funds, group: "group.ibans", entry: "funds.title", letter: "b"},
		{method: http.MethodGet, path: "/funds/{id}", need: bank.PermFundsRead, page: (*visit).fund},
	}
}

// fundKinds are what the customer has of its own, in the order of the page.
var fundKinds = []bank.BalanceKind{bank.KindOwn, bank.KindTechnical, bank.KindReceivable, bank.KindBank}

// funds is the page of the customer's own balances: own funds, and what stands beside them.
func (v *visit) funds() error {
	all, err := v.Accounts.Funds(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.show(v.T("funds.title"), fundsPage(v, all))
}

// ownFunds are the customer's own money alone, by currency.
func (v *visit) ownFunds() ([]accounts.Fund, error) {
	all, err := v.Accounts.Funds(v.r.Context(), v.actor)
	return ofKind(all, bank.KindOwn), err
}

func ofKind(all []accounts.Fund, kind bank.BalanceKind) []accounts.Fund {
	return slices.DeleteFunc(slices.Clone(all), func(f accounts.Fund) bool { return f.Kind != kind })
}

// fund lists the transactions of one of them.
func (v *visit) fund() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	all, err := v.Accounts.Funds(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(f accounts.Fund) bool { return f.ID == id })
	if at < 0 {
		return bank.ErrNotFound.With("there is no such page")
	}
	if !v.may(bank.PermHistoryRead) {
		return v.actor.May(bank.PermHistoryRead)
	}
	return listOfFund(v, all[at]).serve(v)
}

// fundList marks cursors of this list.
const fundList = 'o'

func listOfFund(v *visit, f accounts.Fund) *list[history.Row] {
	return &list[history.Row]{name: "fund", path: "/funds/" + f.ID.String(), title: "fundKind." + f.Kind.String(),
		up:      []step{{v.T("funds.title"), "/funds"}},
		filters: []filter{{name: "booked", kind: dayFilter}, {name: "amount", kind: amountFilter}, {name: "reference", kind: textFilter}},
		columns: fundColumns(),
		fetch: func(v *visit, q *query, limit int) ([]history.Row, error) {
			filter, err := fundFilter(q, f, limit)
			if err != nil {
				return nil, err
			}
			return v.History.List(v.r.Context(), v.actor, filter)
		},
		cursor: func(r history.Row) web.Cursor { return web.NumberCursor(fundList, int64(r.ID)) },
		above:  func(v *visit) templ.Component { return fundSum(v, f) },
		empty:  noPostings,
	}
}

func fundFilter(q *query, of accounts.Fund, limit int) (history.Filter, error) {
	f := history.Filter{Balance: of.ID, From: q.text("booked" + fromEnd), To: q.text("booked" + toEnd), Reference: q.text("reference"), Limit: limit}
	if from, to := q.amounts("amount"); from != nil || to != nil {
		if from != nil {
			f.MinAmount = *from
		}
		if to != nil {
			f.MaxAmount = *to
		}
	}
	n, back, err := web.ReadNumberCursor(q.cursor, fundList)
	f.GoOn(bank.TransactionID(n), back)
	return f, err
}

func fundColumns() []column[history.Row] {
	return []column[history.Row]{
		{name: "transaction", cell: func(v *visit, r history.Row) templ.Component { return transactionOf(v, r.ID) },
			sheet: func(_ *visit, r history.Row) any { return int64(r.ID) }},
		{name: "bookingDate", cell: func(_ *visit, r history.Row) templ.Component { return plain(r.Booking) },
			sheet: func(_ *visit, r history.Row) any { return sheet.Date(r.Booking) }},
		{name: "made", cell: func(v *visit, r history.Row) templ.Component { return instantOf(v, r.At) },
			sheet: func(_ *visit, r history.Row) any { return sheetInstant(r.At) }},
		{name: "otherSide", cell: func(v *visit, r history.Row) templ.Component { return otherSide(v, r) },
			sheet: func(_ *visit, r history.Row) any { return r.Details.PayerName }},
		{name: "paymentTitle", cell: func(_ *visit, r history.Row) templ.Component { return plain(r.Details.Title) },
			sheet: func(_ *visit, r history.Row) any { return r.Details.Title }},
		{name: "amount", number: true, cell: func(v *visit, r history.Row) templ.Component { return moneyOf(v, r.Amount, currencyNamed(r.Currency)) },
			sheet: func(_ *visit, r history.Row) any {
				return sheet.Amount{Minor: r.Amount, Currency: currencyNamed(r.Currency)}
			}},
		{name: "reference", hidden: true, cell: func(_ *visit, r history.Row) templ.Component { return code(r.Details.Reference) },
			sheet: func(_ *visit, r history.Row) any { return r.Details.Reference }},
	}
}

// otherSide is who paid, where money came in, and else who was paid.
func otherSide(v *visit, r history.Row) templ.Component {
	if r.Amount > 0 {
		return party(v, r.Details.PayerName, r.Details.PayerAccount)
	}
	return party(v, r.Details.PayeeName, r.Details.PayeeAccount)
}

// fundName names a balance of the customer's own in its currency.
func fundName(v *visit, f accounts.Fund) string {
	return v.word("fundKind", f.Kind.String()) + " " + f.Currency.Code()
}

// shownAmount is what a balance holds as its reader counts it: the mirror of the bank stands in the ledger with the other
// sign, as money comes from it.
func shownAmount(f accounts.Fund) int64 {
	if f.Kind == bank.KindBank {
		return -f.Amount
	}
	return f.Amount
}
