package panel

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
	"ims/internal/sheet"
	"ims/internal/web"
)

func itemRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/items", need: bank.PermFundsRead, page: (*visit).items, group: "group.ibans", entry: "items.title", letter: "t"},
		{method: http.MethodGet, path: "/items/{id}", need: bank.PermFundsRead, page: (*visit).item},
		{method: http.MethodGet, path: "/items/{id}/assign", need: bank.PermItemsDecide, page: (*visit).askAssign},
		{method: http.MethodPost, path: "/items/{id}/assign", need: bank.PermItemsDecide, page: (*visit).assign, sure: true},
		{method: http.MethodGet, path: "/items/{id}/return", need: bank.PermItemsDecide, page: (*visit).askReturn},
		{method: http.MethodPost, path: "/items/{id}/return", need: bank.PermItemsDecide, page: (*visit).returnItem, sure: true},
		{method: http.MethodGet, path: "/items/{id}/settle", need: bank.PermItemsDecide, page: (*visit).askSettle},
		{method: http.MethodPost, path: "/items/{id}/settle", need: bank.PermItemsDecide, page: (*visit).settle, sure: true},
		{method: http.MethodGet, path: "/items/several", need: bank.PermItemsDecide, page: (*visit).askSeveral},
		{method: http.MethodPost, path: "/items/several/look", need: bank.PermItemsDecide, page: (*visit).askSeveral},
		{method: http.MethodPost, path: "/items/several", need: bank.PermItemsDecide, page: (*visit).decideSeveral, sure: true},
	}
}

// itemList marks cursors of this list.
const itemList = 'i'

// itemRow is an item as the queue shows it.
type itemRow struct {
	bank.Item
	suggestion *files.Suggestion
	transfers  []bank.Transfer // by which it goes back; only its page reads them
}

// currency of an item: the store holds supported ones only.
func (i itemRow) currency() money.Currency { return currencyOf(i.Item) }

func currencyOf(i bank.Item) money.Currency { return currencyNamed(i.Currency) }

func currencyNamed(code string) money.Currency {
	c, err := money.ParseCurrency(code)
	if err != nil {
		return money.EUR
	}
	return c
}

var (
	itemReasons = []string{"UNKNOWN_IBAN", "CLOSED_IBAN", "CURRENCY_MISMATCH", "MASTER_ACCOUNT", "POSSIBLE_DUPLICATE", "UNREADABLE", "SHORTFALL",
		"DEBIT_FROM_CLOSED", "DEBIT_FROM_BLOCKED", "DEBIT_FROM_UNKNOWN", "DEBIT_FROM_OTHER_CURRENCY", "OWN_FUNDS_SHORT", "FUNDING_WITHOUT_PAYEE",
		"RETURN_BEFORE_DEBIT"}
	itemStatuses = []string{"OPEN", "RETURN_ORDERED", "ASSIGNED", "RETURNED", "SETTLED", everyStatus}
)

// everyStatus is the choice of a filter that does not filter; without a choice the queue shows what is open.
const everyStatus = "ALL"

func (v *visit) items() error {
	sums, err := v.Files.ItemSums(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	currencies := openSums(sums)
	return listOfItems(currencies).serve(v)
}

func listOfItems(sums []openSum) *list[itemRow] {
	currencies := make([]string, len(sums))
	for i, s := range sums {
		currencies[i] = s.currency.Code()
	}
	return &list[itemRow]{name: "items", path: "/items", title: "items.title",
		filters: []filter{
			{name: "itemStatus", kind: oneFilter, family: "itemStatus", choices: itemStatuses, none: "items.onlyOpen"},
			{name: "reason", kind: oneFilter, family: "itemReason", choices: itemReasons},
			{name: "currency", kind: oneFilter, choices: currencies},
			{name: "words", kind: textFilter},
			{name: "state", kind: oneFilter, family: "itemState", choices: []string{"POSTED", "CLAIMED"}, more: true},
			{name: "amount", kind: amountFilter, more: true},
			{name: "opened", kind: dayFilter, more: true},
		},
		columns: itemColumns(),
		fetch:   fetchItems,
		cursor:  func(i itemRow) web.Cursor { return web.IDCursor(itemList, i.ID) },
		href:    func(i itemRow) string { return "/items/" + i.ID.String() },
		above:   func(v *visit) templ.Component { return itemSums(v, sums) },
		choose:  func(v *visit, rows []itemRow) templ.Component { return chooseItems(v, rows) },
		empty:   noItems,
	}
}

func fetchItems(v *visit, q *query, limit int) ([]itemRow, error) {
	f, err := itemFilter(v, q, limit)
	if err != nil {
		return nil, err
	}
	list, err := v.Files.Items(v.r.Context(), v.actor, f)
	if err != nil {
		return nil, err
	}
	var found map[bank.ID]files.Suggestion
	if q.shows("suggestion") && v.may(bank.PermUsersRead) {
		if found, err = v.suggestions(list); err != nil {
			return nil, err
		}
	}
	rows := make([]itemRow, len(list))
	for n, i := range list {
		rows[n].Item = i
		if s, ok := found[i.ID]; ok {
			rows[n].suggestion = &s
		}
	}
	return rows, nil
}

// suggestionPage is for how many items suggestions are asked at once, as the room takes them.
const suggestionPage = 100

func (v *visit) suggestions(list []bank.Item) (map[bank.ID]files.Suggestion, error) {
	all := map[bank.ID]files.Suggestion{}
	for part := range slices.Chunk(list, suggestionPage) {
		found, err := v.Files.Suggestions(v.r.Context(), v.actor, part)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, found)
	}
	return all, nil
}

func itemFilter(v *visit, q *query, limit int) (f files.ItemFilter, err error) {
	f = files.ItemFilter{Status: bank.ItemOpen, State: bank.ItemState(q.text("state")), Reason: bank.Reason(q.text("reason")), Currency: q.text("currency"),
		Text: q.text("words"), Limit: limit}
	switch status := q.text("itemStatus"); status {
	case "":
	case everyStatus:
		f.Status = ""
	default:
		f.Status = bank.ItemStatus(status)
	}
	f.OpenedFrom, f.OpenedTo = q.days(v, "opened")
	if from, to := q.amounts("amount"); from != nil || to != nil {
		if from != nil {
			f.MinAmount = *from
		}
		if to != nil {
			f.MaxAmount = *to
		}
	}
	id, back, err := web.ReadIDCursor(q.cursor, itemList)
	if back {
		f.Before = id
	} else {
		f.After = id
	}
	return f, err
}

func itemColumns() []column[itemRow] {
	text := func(name string, of func(itemRow) string, hidden bool) column[itemRow] {
		return column[itemRow]{name: name, hidden: hidden, cell: func(_ *visit, i itemRow) templ.Component { return plain(of(i)) },
			sheet: func(_ *visit, i itemRow) any { return of(i) }}
	}
	return []column[itemRow]{
		{name: "amount", number: true, cell: func(v *visit, i itemRow) templ.Component { return moneyOf(v, i.Amount, i.currency()) },
			sheet: func(_ *visit, i itemRow) any { return sheet.Amount{Minor: i.Amount, Currency: i.currency()} }},
		{name: "reason", cell: func(v *visit, i itemRow) templ.Component { return plain(v.reasonWords(i.Reason)) },
			sheet: func(_ *visit, i itemRow) any { return string(i.Reason) }},
		{name: "age", number: true, cell: func(v *visit, i itemRow) templ.Component { return ageOf(v, i.OpenedAt) },
			sheet: func(v *visit, i itemRow) any { return sheetInstant(i.OpenedAt) }},
		{name: "payer", cell: func(v *visit, i itemRow) templ.Component {
			return party(v, i.Details.PayerName, i.Details.PayerAccount)
		},
			sheet: func(_ *visit, i itemRow) any { return i.Details.PayerName }},
		{name: "paymentTitle", cell: func(_ *visit, i itemRow) templ.Component { return plain(i.Details.Title) },
			sheet: func(_ *visit, i itemRow) any { return i.Details.Title }},
		{name: "source", cell: func(v *visit, i itemRow) templ.Component { return sourceOf(v, i.Item) },
			sheet: func(_ *visit, i itemRow) any { return i.FileName }},
		{name: "suggestion", cell: suggestionCell, sheet: func(_ *visit, i itemRow) any { return suggestedName(i.suggestion) }},
		{name: "itemStatus", hidden: true, cell: func(v *visit, i itemRow) templ.Component { return status(v, "itemStatus", string(i.Status)) },
			sheet: func(_ *visit, i itemRow) any { return string(i.Status) }},
		{name: "itemState", hidden: true, cell: func(v *visit, i itemRow) templ.Component { return plain(v.word("itemState", string(i.State))) },
			sheet: func(_ *visit, i itemRow) any { return string(i.State) }},
		text("payerAccount", func(i itemRow) string { return i.Details.PayerAccount }, true),
		text("payeeAccount", func(i itemRow) string { return i.Details.PayeeAccount }, true),
		text("payee", func(i itemRow) string { return i.Details.PayeeName }, true),
		text("decidedBy", func(i itemRow) string { return i.DecidedBy }, true),
		text("decision", func(i itemRow) string { return i.Decision }, true),
		text("id", func(i itemRow) string { return i.ID.String() }, true),
	}
}

func suggestionCell(v *visit, i itemRow) templ.Component {
	if i.suggestion == nil {
		return plain("")
	}
	return suggestionShort(v, i)
}

func suggestedName(s *files.Suggestion) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// reasonWords says in a sentence why an amount has no home.
func (v *visit) reasonWords(r bank.Reason) string { return r.Text(v.language.String()) }

// age is how long something lasts, in whole days.
func (v *visit) age(since time.Time) int {
	return max(0, int(v.Now().Sub(since)/(24*time.Hour)))
}
