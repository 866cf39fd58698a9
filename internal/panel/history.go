package panel

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/web"
)

func historyRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/history", need: bank.PermHistoryRead, page: (*visit).history, group: "group.customers", entry: "history.title", letter: "p"},
		{method: http.MethodGet, path: "/transactions/{id}", need: bank.PermHistoryRead, page: (*visit).transaction},
		{method: http.MethodPost, path: "/transactions/{id}/resend/{delivery}", need: bank.PermNotificationsWrite, page: (*visit).resend},
		{method: http.MethodGet, path: "/users/{id}/history", need: bank.PermHistoryRead, page: (*visit).userHistory},
	}
}

// historyList marks cursors of this list.
const historyList = 't'

func (v *visit) history() error { return listOfHistory().serve(v) }

// userHistory is the same list on the page of an end user.
func (v *visit) userHistory() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	return listOfUserHistory(u).serve(v)
}

func listOfHistory() *list[history.Row] {
	return &list[history.Row]{
		name: "history", path: "/history", title: "history.title", filters: append(historyFilters(), filter{name: "userId", more: true}), columns: historyColumns(),
		sorts: []string{"-at", "at"},
		fetch: func(v *visit, q *query, limit int) ([]history.Row, error) { return v.historyRows(q, bank.ID{}, limit) },
		cursor: func(r history.Row) web.Cursor {
			return web.NumberCursor(historyList, int64(r.ID))
		},
		href:  func(r history.Row) string { return transactionHref(r.ID) },
		empty: noHistory,
		note:  historyNote,
	}
}

func listOfUserHistory(u bank.User) *list[history.Row] {
	l := listOfHistory()
	l.path, l.filters = "/users/"+u.ID.String()+"/history", historyFilters()
	l.head = func(v *visit) templ.Component { return userHead(v, u) }
	l.fetch = func(v *visit, q *query, limit int) ([]history.Row, error) { return v.historyRows(q, u.ID, limit) }
	return l
}

func transactionHref(id bank.TransactionID) string {
	return "/transactions/" + strconv.FormatInt(int64(id), 10)
}

// periods are how far back the list goes where no days are given: days, 0 for all time. The first is for who chooses none.
var periods = map[string]int{"": 90, "D7": 7, "D30": 30, "D365": 365, "ALL": 0}

func historyFilters() []filter {
	var statuses, types []string
	for s := bank.StatusAuthorized; s <= bank.StatusDeclined; s++ {
		statuses = append(statuses, s.String())
	}
	for t := bank.TypeTransferIn; t <= bank.TypeReversal; t++ {
		types = append(types, t.String())
	}
	return []filter{
		{name: "iban"},
		{name: "counterparty"},
		{name: "period", kind: oneFilter, choices: []string{"D7", "D30", "D365", "ALL"}, family: "period", none: "period.D90"},
		{name: "booked", kind: dayFilter},
		{name: "amount", kind: amountFilter},
		{name: "status", kind: manyFilter, choices: statuses, family: "transactionStatus"},
		{name: "title", more: true},
		{name: "reference", more: true},
		{name: "type", kind: manyFilter, choices: types, family: "transactionType", more: true},
		{name: "fileId", more: true},
		{name: "balanceId", more: true},
	}
}

// historyFilter reads the filters of the list. Given days win over a period.
func historyFilter(v *visit, q *query, user bank.ID) (f history.Filter, err error) {
	f = history.Filter{User: user, IBAN: q.text("iban"), Counterparty: q.text("counterparty"), Title: q.text("title"), Reference: q.text("reference"),
		From: q.text("booked" + fromEnd), To: q.text("booked" + toEnd), Ascending: q.sort == "at"}
	if days := periods[q.text("period")]; f.From+f.To == "" && days > 0 {
		f.From = bank.CivilDate(v.Now().AddDate(0, 0, -days))
	}
	from, to := q.amounts("amount")
	if from != nil {
		f.MinAmount = *from
	}
	if to != nil {
		f.MaxAmount = *to
	}
	for _, name := range q.many("status") {
		if s, ok := bank.ParseTransactionStatus(name); ok {
			f.Statuses = append(f.Statuses, s)
		}
	}
	for _, name := range q.many("type") {
		if t, ok := bank.ParseTransactionType(name); ok {
			f.Types = append(f.Types, t)
		}
	}
	e := bank.ErrInvalid.With("the filter is invalid")
	for name, into := range map[string]*bank.ID{"balanceId": &f.Balance, "userId": &f.User, "fileId": &f.File} {
		if text := q.text(name); text != "" {
			if *into, err = bank.ParseID(text); err != nil {
				e = e.Field(name, "invalid", v.T("history.badId"))
			}
		}
	}
	if len(e.Fields) > 0 {
		return f, e
	}
	return f, nil
}

// historyRows reads a page of the list. What belongs to an IBAN or a balance that is not there is nothing.
func (v *visit) historyRows(q *query, user bank.ID, limit int) ([]history.Row, error) {
	f, err := historyFilter(v, q, user)
	if err != nil {
		return nil, err
	}
	from, back, err := web.ReadNumberCursor(q.cursor, historyList)
	if err != nil {
		return nil, err
	}
	f.Limit = limit
	f.GoOn(bank.TransactionID(from), back)
	page, err := v.History.Page(v.r.Context(), v.actor, f)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, nil
	}
	if err != nil || f.Counterparty+f.Title+f.Reference == "" {
		return page.Rows, err
	}
	to, last, err := v.History.SearchedTo(v.r.Context(), v.actor)
	if err == nil && to < last {
		q.told = v.T("history.searchedTo", int64(to), int64(last-to))
	}
	return page.Rows, err
}

// days tells whether the address names days itself.
func (q *query) period() string {
	if q.text("booked"+fromEnd)+q.text("booked"+toEnd) != "" {
		return ""
	}
	return "period." + map[bool]string{true: "D90", false: q.text("period")}[q.text("period") == ""]
}

// counterparty is the other side of a transaction.
func counterparty(r history.Row) (name, account string) {
	if r.Amount < 0 {
		return r.Details.PayeeName, r.Details.PayeeAccount
	}
	return r.Details.PayerName, r.Details.PayerAccount
}

func historyColumns() []column[history.Row] {
	text := func(name string, hidden bool, of func(history.Row) string) column[history.Row] {
		return column[history.Row]{name: name, hidden: hidden, cell: func(_ *visit, r history.Row) templ.Component { return plain(of(r)) },
			sheet: func(_ *visit, r history.Row) any { return of(r) }}
	}
	mono := func(name string, of func(history.Row) string) column[history.Row] {
		return column[history.Row]{name: name, hidden: true, cell: func(_ *visit, r history.Row) templ.Component { return code(of(r)) },
			sheet: func(_ *visit, r history.Row) any { return of(r) }}
	}
	return []column[history.Row]{
		{name: "at", cell: func(v *visit, r history.Row) templ.Component { return instantOf(v, r.At) },
			sheet: func(_ *visit, r history.Row) any { return r.At.UTC().Format("2006-01-02T15:04:05Z") }},
		text("booking", false, func(r history.Row) string { return r.Booking }),
		text("value", true, func(r history.Row) string { return r.Value }),
		{name: "type", cell: func(v *visit, r history.Row) templ.Component {
			return plain(v.word("transactionType", r.Type.String()))
		},
			sheet: func(_ *visit, r history.Row) any { return r.Type.String() }},
		text("counterparty", false, func(r history.Row) string { name, _ := counterparty(r); return name }),
		mono("account", func(r history.Row) string { _, account := counterparty(r); return account }),
		text("title", false, func(r history.Row) string { return r.Details.Title }),
		mono("reference", func(r history.Row) string { return r.Details.Reference }),
		{name: "status", cell: func(v *visit, r history.Row) templ.Component {
			return status(v, "transactionStatus", r.Status.String())
		},
			sheet: func(_ *visit, r history.Row) any { return r.Status.String() }},
		{name: "amount", number: true, cell: func(v *visit, r history.Row) templ.Component {
			return signedMoney(v, r.Amount, currencyNamed(r.Currency))
		},
			sheet: func(_ *visit, r history.Row) any {
				return sheet.Amount{Minor: r.Amount, Currency: currencyNamed(r.Currency)}
			}},
		{name: "balanceAfter", number: true, hidden: true, cell: func(v *visit, r history.Row) templ.Component { return afterOf(v, r) },
			sheet: func(_ *visit, r history.Row) any { return afterSheet(r) }},
		mono("balanceId", func(r history.Row) string { return r.BalanceID.String() }),
		mono("number", func(r history.Row) string { return strconv.FormatInt(int64(r.ID), 10) }),
	}
}

// afterSheet is the balance after a transaction, nothing for kinds that keep none.
func afterSheet(r history.Row) any {
	if !r.Kind.HasRow() {
		return nil
	}
	return sheet.Amount{Minor: r.BalanceAfter, Currency: currencyNamed(r.Currency)}
}

// userHead is the heading of an end user with the tabs.
func userHead(v *visit, u bank.User) templ.Component {
	return userTop(v, u, nil)
}
