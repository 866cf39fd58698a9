package history

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// FoundKind says what an identifier names.
type FoundKind string

// What Find finds.
const (
	FoundUser          FoundKind = "USER"
	FoundBalance       FoundKind = "BALANCE"
	FoundBankAccount   FoundKind = "BANK_ACCOUNT"
	FoundMasterAccount FoundKind = "MASTER_ACCOUNT"
	FoundTransaction   FoundKind = "TRANSACTION"
	FoundFile          FoundKind = "TRANSACTION_FILE"
	FoundItem          FoundKind = "ITEM"
)

// Found is one thing that an identifier names.
type Found struct {
	Kind  FoundKind
	ID    string // as the API names it: a UUID, an IBAN, a transaction's number
	By    string // the field that was met, by its name in the API
	About string // a few words for people
}

const (
	maxIdentifier    = 140 // characters
	foundTransaction = 20  // transactions that one text may name
)

// Find returns everything of the actor's customer that a text names wholly: an IBAN with or without blanks (a Polish one also without its PL), the id of anything,
// an external id, a file's name, a reference, a bank's operation number, an idempotency key. Of what the actor may not read it
// tells nothing. Transactions by their texts are complete up to SearchedTo.
func (s *Service) Find(ctx context.Context, actor bank.Actor, text string) (list []Found, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if reason := bank.CheckText(text, true, maxIdentifier); reason != "" {
		return nil, bank.ErrInvalid.With("the search is invalid").Field("q", "invalid", "q "+reason)
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f := finder{tx: tx, actor: actor, text: text, seen: map[string]bool{}}
		for _, look := range []func() error{f.byIBAN, f.byID, f.byNumber, f.byExternalID, f.byFileName, f.byKey, f.byReference} {
			if err := look(); err != nil && !errors.Is(err, bank.ErrNotFound) {
				return fmt.Errorf("find: %w", err)
			}
		}
		list = f.list
		return nil
	})
	return list, err
}

// SearchedTo is the transaction up to which texts are found, and the last one there is.
func (s *Service) SearchedTo(ctx context.Context, actor bank.Actor) (to, last bank.TransactionID, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return 0, 0, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		head, err := tx.ReadHead(actor.Customer)
		if err != nil {
			return err
		}
		last = head.NextID - 1
		to, err = tx.SearchedTo(actor.Customer)
		return err
	})
	return to, last, err
}

// finder collects what one text names.
type finder struct {
	tx    *store.Tx
	actor bank.Actor
	text  string
	list  []Found
	seen  map[string]bool // kind and id: a thing is told once
}

func (f *finder) may(p bank.Permission) bool { return f.actor.May(p) == nil }

func (f *finder) add(kind FoundKind, id, by, about string) {
	if key := string(kind) + id; !f.seen[key] {
		f.seen[key] = true
		f.list = append(f.list, Found{kind, id, by, about})
	}
}

func (f *finder) addUser(u bank.User, by string) {
	f.add(FoundUser, u.ID.String(), by, u.Name())
}

func (f *finder) addFile(t bank.TransactionFile, by string) {
	f.add(FoundFile, t.ID.String(), by, fmt.Sprintf("%s, %s", t.Name, t.Status))
}

func (f *finder) addTransactions(filter store.HistoryFilter, by string) error {
	rows, err := f.tx.History(f.actor.Customer, filter)
	for _, h := range rows {
		about := fmt.Sprintf("%s %s %s", h.Type, h.Status, h.Details.Title)
		f.add(FoundTransaction, strconv.FormatInt(int64(h.ID), 10), by, strings.TrimSpace(about))
	}
	return err
}

// byIBAN finds one of ours, and transactions with the account on the other side.
func (f *finder) byIBAN() error {
	number, err := iban.ParseLenient(f.text)
	if err != nil { // in Poland an account is written without the country as often as with it
		number, err = iban.FromNRB(strings.ReplaceAll(f.text, " ", ""))
	}
	if err != nil {
		return bank.ErrNotFound // the text is no IBAN
	}
	if f.may(bank.PermUsersRead) {
		a, err := f.tx.BankAccount(f.actor.Customer, number)
		if err == nil {
			f.add(FoundBankAccount, number.String(), "iban", a.Currency.Code())
		} else if !errors.Is(err, bank.ErrNotFound) {
			return err
		}
	}
	masters, err := f.tx.MasterAccounts(f.actor.Customer)
	if err != nil {
		return err
	}
	for _, m := range masters {
		if m.IBAN == number {
			f.add(FoundMasterAccount, m.ID.String(), "iban", m.Name)
		}
	}
	return f.addTransactions(store.HistoryFilter{Counterparty: number.String(), Limit: foundTransaction}, "counterparty")
}

// byID finds what has a UUID.
func (f *finder) byID() error {
	id, err := bank.ParseID(f.text)
	if err != nil {
		return bank.ErrNotFound // the text is no UUID
	}
	customer := f.actor.Customer
	for _, one := range []struct {
		need bank.Permission
		look func() error
	}{
		{bank.PermUsersRead, func() error {
			u, err := f.tx.User(customer, id)
			if err == nil {
				f.addUser(u, "id")
			}
			return err
		}},
		{bank.PermUsersRead, func() error {
			b, err := f.tx.Balance(customer, id)
			if err == nil {
				f.add(FoundBalance, id.String(), "id", b.Kind.String()+" "+b.Currency.Code())
			}
			return err
		}},
		{bank.PermFilesRead, func() error {
			t, err := f.tx.File(customer, id)
			if err == nil {
				f.addFile(t, "id")
			}
			return err
		}},
		{bank.PermFundsRead, func() error {
			i, err := f.tx.Item(customer, id)
			if err == nil {
				f.add(FoundItem, id.String(), "id", fmt.Sprintf("%s %s", i.Reason, i.Status))
			}
			return err
		}},
	} {
		if !f.may(one.need) {
			continue
		}
		if err := one.look(); err != nil && !errors.Is(err, bank.ErrNotFound) {
			return err
		}
	}
	return nil
}

// byNumber finds a transaction.
func (f *finder) byNumber() error {
	id, err := strconv.ParseInt(f.text, 10, 64)
	if err != nil || id <= 0 {
		return bank.ErrNotFound // the text is no transaction's number
	}
	return f.addTransactions(store.HistoryFilter{ID: bank.TransactionID(id), Limit: 1}, "id")
}

func (f *finder) byExternalID() error {
	if !f.may(bank.PermUsersRead) {
		return nil
	}
	users, err := f.tx.Users(f.actor.Customer, store.UserFilter{ExternalID: f.text, Limit: 1})
	for _, u := range users {
		f.addUser(u, "externalId")
	}
	return err
}

func (f *finder) byFileName() error {
	if !f.may(bank.PermFilesRead) {
		return nil
	}
	t, err := f.tx.FileNamed(f.actor.Customer, f.text)
	if err == nil {
		f.addFile(t, "name")
	}
	return err
}

// byKey finds the transaction that a request with an idempotency key made.
func (f *finder) byKey() error {
	uses, err := f.tx.KeyUses(f.actor.Customer, []string{f.text})
	for _, use := range uses {
		if id, no := strconv.ParseInt(use.Object, 10, 64); err == nil && no == nil && id > 0 {
			err = f.addTransactions(store.HistoryFilter{ID: bank.TransactionID(id), Limit: 1}, "idempotencyKey")
		}
	}
	return err
}

func (f *finder) byReference() error {
	return f.addTransactions(store.HistoryFilter{Reference: f.text, Limit: foundTransaction}, "reference")
}
