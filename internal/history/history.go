package history

import (
	"context"
	"errors"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// Service reads transactions. It is safe for concurrent use.
type Service struct{ db *store.DB }

// New returns a service on an open store.
func New(db *store.DB) *Service { return &Service{db: db} }

// Row is a transaction with its posting and the words beside it; it has a name here for the doors, which do not know the
// store.
type Row = store.HistoryRow

// Filter selects transactions; zero fields do not filter. Balance, User and IBAN narrow each other.
type Filter struct {
	Balance      bank.ID                  `json:"balanceId,omitzero"`
	User         bank.ID                  `json:"userId,omitzero"`
	IBAN         string                   `json:"iban,omitzero"` // may hold spaces
	Statuses     []bank.TransactionStatus `json:"status,omitempty"`
	Types        []bank.TransactionType   `json:"type,omitempty"`
	From         string                   `json:"from,omitzero"` // booking date, inclusive, ISO; where there is none, the day it was made
	To           string                   `json:"to,omitzero"`
	MinAmount    int64                    `json:"minAmount,omitzero"` // of the absolute amount, minor units
	MaxAmount    int64                    `json:"maxAmount,omitzero"`
	Counterparty string                   `json:"counterparty,omitzero"` // substring, or where a word begins under 3 characters; case and diacritics do not matter
	Title        string                   `json:"title,omitzero"`
	Reference    string                   `json:"reference,omitzero"` // the whole reference, or the operation number or idempotency key
	File         bank.ID                  `json:"fileId,omitzero"`
	After        bank.TransactionID       `json:"after,omitzero"`
	Before       bank.TransactionID       `json:"before,omitzero"`
	Ascending    bool                     `json:"-"` // oldest first, for catching up
	Back         bool                     `json:"-"` // the end of what is selected, in the same order, rather than its beginning
	Limit        int                      `json:"-"`
}

// GoOn narrows the filter to what comes behind a transaction in the order of the list or, back, to the page that ends before
// it; 0 stands for none.
func (f *Filter) GoOn(from bank.TransactionID, back bool) {
	switch f.Back = back; {
	case from == 0:
	case f.Ascending != back:
		f.After = from
	default:
		f.Before = from
	}
}

// List returns transactions by id, newest first unless Ascending. Objects of another customer are not found.
func (s *Service) List(ctx context.Context, actor bank.Actor, f Filter) ([]Row, error) {
	page, err := s.Page(ctx, actor, f)
	return page.Rows, err
}

// Page is a part of the history. Words are indexed after the commit: filters by Counterparty, Title and Reference find
// everything up to SearchedTo, which is the newest transaction unless the index is far behind. It is 0 where words were not
// asked for.
type Page struct {
	Rows       []Row
	SearchedTo bank.TransactionID
}

// Page is List that also tells how fresh the answer is.
func (s *Service) Page(ctx context.Context, actor bank.Actor, f Filter) (page Page, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return page, err
	}
	if err := f.check(); err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := f.resolve(tx, actor.Customer)
		if err != nil {
			return err
		}
		if f.Counterparty+f.Title+f.Reference != "" {
			page.SearchedTo, err = tx.SearchedTo(actor.Customer)
		}
		if err == nil {
			page.Rows, err = tx.History(actor.Customer, q)
		}
		for i := range page.Rows { // of reversals, which are few
			if row := &page.Rows[i]; err == nil && row.Reverses != 0 {
				row.Reverses, err = sideOf(tx, actor.Customer, row.Reverses, row.Balance)
			}
		}
		return err
	})
	return page, err
}

// Get returns one transaction, with what took it back.
func (s *Service) Get(ctx context.Context, actor bank.Actor, id bank.TransactionID) (row Row, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return row, err
	}
	if id <= 0 { // to a filter zero means any
		return row, bank.ErrNotFound.With("there is no such transaction")
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.History(actor.Customer, store.HistoryFilter{ID: id, Limit: 1})
		if err == nil && len(list) == 0 {
			return bank.ErrNotFound.With("there is no such transaction")
		}
		if err != nil {
			return err
		}
		row = list[0]
		return linked(tx, actor.Customer, &row)
	})
	return row, err
}

func (f Filter) check() error {
	e := bank.ErrInvalid.With("the filter is invalid")
	for name, date := range map[string]string{"from": f.From, "to": f.To} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			e = e.Field(name, "invalid", name+" must be a date YYYY-MM-DD")
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// resolve turns identifiers of callers into numbers of the ledger.
func (f Filter) resolve(tx *store.Tx, customer bank.CustomerID) (store.HistoryFilter, error) {
	q := store.HistoryFilter{Statuses: f.Statuses, Types: f.Types, From: f.From, To: f.To, MinAmount: f.MinAmount, MaxAmount: f.MaxAmount,
		Counterparty: f.Counterparty, Title: f.Title, Reference: f.Reference, After: f.After, Before: f.Before, Ascending: f.Ascending, Back: f.Back, Limit: f.Limit}
	var err error
	if q.BalanceNos, err = f.balances(tx, customer); err != nil {
		return q, err
	}
	if !f.File.IsZero() {
		file, err := tx.File(customer, f.File)
		if err != nil {
			return q, named(err, "transaction file")
		}
		q.File = file.No
	}
	return q, nil
}

// balances returns the numbers that Balance, User and IBAN allow together; nil when none of them filters.
func (f Filter) balances(tx *store.Tx, customer bank.CustomerID) ([]bank.BalanceNo, error) {
	var sets [][]bank.BalanceNo
	if !f.Balance.IsZero() {
		b, err := tx.Balance(customer, f.Balance)
		if err != nil {
			return nil, named(err, "balance")
		}
		sets = append(sets, []bank.BalanceNo{b.No})
	}
	if !f.User.IsZero() {
		numbers, err := userBalances(tx, customer, f.User)
		if err != nil {
			return nil, err
		}
		sets = append(sets, numbers)
	}
	if f.IBAN != "" {
		no, err := ibanBalance(tx, customer, f.IBAN)
		if err != nil {
			return nil, err
		}
		sets = append(sets, []bank.BalanceNo{no})
	}
	return intersection(sets), nil
}

func userBalances(tx *store.Tx, customer bank.CustomerID, user bank.ID) ([]bank.BalanceNo, error) {
	if _, err := tx.User(customer, user); err != nil {
		return nil, named(err, "end user")
	}
	list, err := tx.UserBalances(customer, user)
	numbers := make([]bank.BalanceNo, len(list))
	for i, b := range list {
		numbers[i] = b.No
	}
	return numbers, err
}

func ibanBalance(tx *store.Tx, customer bank.CustomerID, text string) (bank.BalanceNo, error) {
	number, err := iban.ParseLenient(text)
	if err != nil {
		return 0, bank.ErrInvalid.With("the filter is invalid").Field("iban", "invalid", "iban must be an IBAN")
	}
	a, err := tx.BankAccount(customer, number)
	return a.Balance, named(err, "IBAN")
}

// intersection of sets without repetitions; nil if there are no sets.
func intersection(sets [][]bank.BalanceNo) []bank.BalanceNo {
	if len(sets) == 0 {
		return nil
	}
	count := map[bank.BalanceNo]int{}
	for _, set := range sets {
		for _, n := range set {
			count[n]++
		}
	}
	common := []bank.BalanceNo{}
	for _, n := range sets[0] {
		if count[n] == len(sets) {
			common = append(common, n)
		}
	}
	return common
}

func named(err error, what string) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such %s", what)
	}
	return err
}
