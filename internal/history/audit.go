package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/store"
)

// AuditFilter selects audit events; zero fields do not filter.
type AuditFilter struct {
	Actor  string // whole: an e-mail, a CN, a worker's name
	Action string // how it begins, as "file." or the whole of one
	Object string // whole: an id, an IBAN, an e-mail
	From   string // days of bank.Zone, ISO, inclusive
	To     string
	Before bank.TransactionID // the page behind this event, towards older ones
	After  bank.TransactionID // the page in front of it, towards newer ones
	Limit  int                // 0: 50; at most 500
}

// AuditPage is a part of the audit trail, newest first.
type AuditPage struct {
	Events []bank.AuditEvent
	Older  bool // there are events behind the last one
	Newer  bool // there are events in front of the first one
}

const (
	auditLimit = 50
	auditMost  = 500
)

// query turns days into instants and bounds the page.
func (f AuditFilter) query() (q store.AuditFilter, err error) {
	if err := (Period{From: f.From, To: f.To}).check(); err != nil {
		return q, err
	}
	q = store.AuditFilter{Actor: f.Actor, Action: f.Action, Object: f.Object, Before: f.Before, After: f.After, Limit: f.Limit}
	if q.Limit <= 0 {
		q.Limit = auditLimit
	}
	q.Limit = min(q.Limit, auditMost)
	if f.From != "" {
		q.From = bank.CivilMidnight(f.From)
	}
	if f.To != "" {
		last, err := time.Parse(time.DateOnly, f.To)
		if err != nil {
			return q, err
		}
		q.To = bank.CivilMidnight(last.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return q, nil
}

// Audit lists who changed what, newest first; it needs bank.PermAuditRead. bank.ErrInvalid for dates that are none.
func (s *Service) Audit(ctx context.Context, actor bank.Actor, f AuditFilter) (page AuditPage, err error) {
	if err := actor.May(bank.PermAuditRead); err != nil {
		return page, err
	}
	return s.auditPage(ctx, actor, f)
}

// AuditOf lists what was done about one end user, balance or IBAN of the actor's customer, the filter's object, for whoever may
// read it: bank.PermUsersRead. bank.ErrNotFound where the object is none of these.
func (s *Service) AuditOf(ctx context.Context, actor bank.Actor, f AuditFilter) (page AuditPage, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error { return ofPeople(tx, actor.Customer, f.Object) })
	if err != nil {
		return page, err
	}
	return s.auditPage(ctx, actor, f)
}

// ofPeople tells whether an object is an end user, a balance or an IBAN.
func ofPeople(tx *store.Tx, customer bank.CustomerID, object string) error {
	none := bank.ErrNotFound.With("there is no such object")
	if number, err := iban.ParseISO(object); err == nil {
		_, err := tx.BankAccount(customer, number)
		return err
	}
	id, err := bank.ParseID(object)
	if err != nil {
		return none
	}
	if _, err = tx.User(customer, id); errors.Is(err, bank.ErrNotFound) {
		_, err = tx.Balance(customer, id)
	}
	return named(err, "object")
}

func (s *Service) auditPage(ctx context.Context, actor bank.Actor, f AuditFilter) (page AuditPage, err error) {
	q, err := f.query()
	if err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		page, err = readAudit(tx, actor.Customer, q)
		return err
	})
	if err != nil {
		return AuditPage{}, fmt.Errorf("read the audit trail: %w", err)
	}
	return page, nil
}

// readAudit reads a page and looks for one event beyond each of its ends.
func readAudit(tx *store.Tx, customer bank.CustomerID, q store.AuditFilter) (page AuditPage, err error) {
	if page.Events, err = tx.AuditTrail(customer, q); err != nil || len(page.Events) == 0 {
		return page, err
	}
	older, newer := q, q
	older.Before, older.After, older.Limit = page.Events[len(page.Events)-1].ID, 0, 1
	newer.Before, newer.After, newer.Limit = 0, page.Events[0].ID, 1
	behind, err := tx.AuditTrail(customer, older)
	if err != nil {
		return page, err
	}
	before, err := tx.AuditTrail(customer, newer)
	page.Older, page.Newer = len(behind) > 0, len(before) > 0
	return page, err
}

// AuditActions lists the actions that occur in the trail, for whoever wants to filter by them.
func (s *Service) AuditActions(ctx context.Context, actor bank.Actor) (list []string, err error) {
	if err := actor.May(bank.PermAuditRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.AuditActions(actor.Customer, "")
		return err
	})
	return list, err
}

// auditWords are the facts and columns of an exported trail, by language.
var auditWords = map[string][]string{
	"en": {"Audit trail", "Customer", "Filter", "Id", "Instant (UTC)", "Actor", "From where", "Action", "Object", "Before", "After"},
	"pl": {"Dziennik zdarzeń", "Klient", "Filtr", "Id", "Chwila (UTC)", "Kto", "Skąd", "Czynność", "Obiekt", "Przed", "Po"},
}

// WriteAudit writes the events that a filter selects as a sheet, newest first, in steps: memory does not grow with the
// trail, and a slow reader holds no transaction. lang is "pl", or English. Before, After and Limit mean nothing here.
func (s *Service) WriteAudit(ctx context.Context, actor bank.Actor, f AuditFilter, form sheet.Form, lang string, w io.Writer) error {
	if err := actor.May(bank.PermAuditRead); err != nil {
		return err
	}
	f.Before, f.After, f.Limit = 0, 0, auditMost
	q, err := f.query()
	if err != nil {
		return err
	}
	words := auditWords[lang]
	if words == nil {
		words = auditWords["en"]
	}
	out, err := sheet.New(form, w, words[0], words[0])
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := s.auditHead(ctx, actor, f, words, out); err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	for more := true; more; {
		var events []bank.AuditEvent
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) { events, err = tx.AuditTrail(actor.Customer, q); return err })
		if err != nil {
			return fmt.Errorf("write the audit trail: %w", err)
		}
		for _, e := range events {
			q.Before = e.ID
			err := out.Row(int64(e.ID), e.At.Format(time.RFC3339Nano), e.Actor, e.Origin, e.Action, e.Object, e.Before, e.After)
			if err != nil {
				return fmt.Errorf("write the audit trail: %w", err)
			}
		}
		more = len(events) == auditMost
	}
	return out.Close()
}

func (s *Service) auditHead(ctx context.Context, actor bank.Actor, f AuditFilter, words []string, out sheet.Writer) error {
	var customer bank.Customer
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) { customer, err = tx.Customer(actor.Customer); return err })
	if err == nil {
		err = out.Fact(words[1], customer.Name)
	}
	if err == nil {
		err = out.Fact(words[2], f.Actor, f.Action, f.Object, f.From, f.To)
	}
	widths := []float64{12, 28, 28, 32, 24, 38, 48, 48}
	columns := make([]sheet.Column, len(widths))
	for i, width := range widths {
		columns[i] = sheet.Column{Name: words[3+i], Width: width}
	}
	if err == nil {
		err = out.Columns(columns...)
	}
	return err
}
