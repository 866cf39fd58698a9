package ims

import (
	"maps"
	"net/url"
	"strconv"
)

// Transaction is one line of the end user's history. Amounts are in minor units.
type Transaction struct {
	ID              int64
	Type            string // TRANSFER_IN, CREDIT, ...
	Status          string // AUTHORIZED, CLEARED, REVERSED or DECLINED
	ReasonCode      string // why it was DECLINED: INSUFFICIENT_FUNDS, BALANCE_CLOSED or REFUSED; empty otherwise
	ReasonText      string // the same for people, in the language of Client.SetLanguage
	Amount          int64  // negative where the end user pays, or was to pay
	Currency        string // ISO 4217
	HasBalanceAfter bool
	BalanceAfter    int64 // booked behind it
	BalanceID       string
	PayerName       string
	PayerAccount    string
	PayeeName       string
	PayeeAccount    string
	Title           string
	BookingDate     string // YYYY-MM-DD
	ValueDate       string // YYYY-MM-DD
	CreatedAt       string // RFC 3339, UTC
}

// TransactionFilter says which transactions are wanted. Empty fields select all.
type TransactionFilter struct {
	BalanceID    string
	Status       string // one, or several with commas
	From, To     string // YYYY-MM-DD, both included
	Counterparty string // a part of the other side's name or account
	Title        string // a part of the title
	Limit        int    // of one page, 1 to 200; 0: 50
}

// NewTransactionFilter returns a filter that selects all.
func NewTransactionFilter() *TransactionFilter { return &TransactionFilter{} }

func (f *TransactionFilter) query() url.Values {
	query := url.Values{}
	if f == nil {
		return query
	}
	for name, value := range map[string]string{"balanceId": f.BalanceID, "status": f.Status, "from": f.From, "to": f.To, "counterparty": f.Counterparty, "title": f.Title} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Limit != 0 {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	return query
}

// TransactionPage is a part of the history, newest first.
type TransactionPage struct {
	items  []*Transaction
	client *Client
	query  url.Values
	cursor string
}

// Len is the number of transactions on the page.
func (p *TransactionPage) Len() int { return len(p.items) }

// Get returns one transaction, from 0; nil beyond the end.
func (p *TransactionPage) Get(i int) *Transaction { return at(p.items, i) }

// HasNext tells whether older transactions follow.
func (p *TransactionPage) HasNext() bool { return p.cursor != "" }

// Next fetches the page behind this one; nil where nothing follows. What happens meanwhile neither repeats nor hides a
// transaction.
func (p *TransactionPage) Next() (*TransactionPage, error) {
	if !p.HasNext() {
		return nil, nil
	}
	query := maps.Clone(p.query)
	query.Set("cursor", p.cursor)
	return p.client.transactions(query)
}

// GetTransactions returns the newest transactions that the filter selects; nil selects all.
func (c *Client) GetTransactions(filter *TransactionFilter) (*TransactionPage, error) {
	return c.transactions(filter.query())
}

func (c *Client) transactions(query url.Values) (*TransactionPage, error) {
	var answer struct {
		Items      []transaction
		NextCursor string
	}
	if err := c.read("/mobile/transactions", query, &answer); err != nil {
		return nil, err
	}
	page := &TransactionPage{client: c, query: query, cursor: answer.NextCursor}
	for _, x := range answer.Items {
		page.items = append(page.items, x.bound())
	}
	return page, nil
}

// GetTransaction returns one transaction of the end user.
func (c *Client) GetTransaction(id int64) (*Transaction, error) {
	var x transaction
	if err := c.read("/mobile/transactions/"+strconv.FormatInt(id, 10), nil, &x); err != nil {
		return nil, err
	}
	return x.bound(), nil
}

// transaction as the service writes it.
type transaction struct {
	ID                                                                int64
	Type, Status, BalanceID, Title, BookingDate, ValueDate, CreatedAt string
	Amount                                                            money
	BalanceAfter                                                      *money
	Payer, Payee                                                      struct{ Name, Account string }
	Reason                                                            struct{ Code, Text string }
}

// bound has only fields that gomobile can bind.
func (x transaction) bound() *Transaction {
	t := &Transaction{ID: x.ID, Type: x.Type, Status: x.Status, Amount: x.Amount.Amount, Currency: x.Amount.Currency, BalanceID: x.BalanceID,
		PayerName: x.Payer.Name, PayerAccount: x.Payer.Account, PayeeName: x.Payee.Name, PayeeAccount: x.Payee.Account, Title: x.Title,
		ReasonCode: x.Reason.Code, ReasonText: x.Reason.Text, BookingDate: x.BookingDate, ValueDate: x.ValueDate, CreatedAt: x.CreatedAt}
	if x.BalanceAfter != nil {
		t.HasBalanceAfter, t.BalanceAfter = true, x.BalanceAfter.Amount
	}
	return t
}
