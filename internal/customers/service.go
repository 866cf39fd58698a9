package customers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ims/internal/bank"
	"ims/internal/store"
)

// SecondPerson decides whether a change must wait for an approval, as Require of the access room does: nil, nil means go
// on; an approval means commit, do nothing more, and tell the caller to wait.
type SecondPerson interface {
	Require(ctx context.Context, tx *store.Tx, actor bank.Actor, r store.ApprovalRequest) (*bank.Approval, error)
}

// Service onboards customers. It is safe for concurrent use. Every change needs bank.PermCustomerWrite for the customer
// that is changed, and leaves audit events.
type Service struct {
	db     *store.DB
	now    func() time.Time
	second SecondPerson
}

// New returns the service on an open store. Without WithSecondPerson, changes that need one are refused where four eyes
// bind.
func New(db *store.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, second: nobody{}}
}

// WithSecondPerson returns the service with somebody who keeps approvals.
func (s *Service) WithSecondPerson(p SecondPerson) *Service {
	with := *s
	with.second = p
	return &with
}

// nobody refuses where a second person is needed.
type nobody struct{}

// Require implements SecondPerson.
func (nobody) Require(_ context.Context, tx *store.Tx, actor bank.Actor, r store.ApprovalRequest) (*bank.Approval, error) {
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return nil, fmt.Errorf("require approval: customer: %w", err)
	}
	if c.NeedsSecond(r.Action) {
		return nil, bank.ErrFourEyes.With("%s needs a second person, and approvals are not kept here", r.Action)
	}
	return nil, nil
}

// authorise refuses actors without the permission or of another customer; a worker acts for the customer that is named.
func authorise(actor *bank.Actor, customer bank.CustomerID) error {
	if err := actor.May(bank.PermCustomerWrite); err != nil {
		return err
	}
	if actor.Kind != bank.ActorSystem && actor.Customer != customer {
		return bank.ErrForbidden.With("%s does not act for this customer", actor.Name)
	}
	actor.Customer = customer
	return nil
}

// change runs fn in one transaction under the lock of the customer's row; the actor must be authorised already. If fn
// returns an approval the change waits for a second person and the error is bank.ErrFourEyes with the approval's id.
func (s *Service) change(ctx context.Context, customer bank.CustomerID, fn func(*store.Tx, bank.Customer) (*bank.Approval, error)) error {
	var pending *bank.Approval
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCustomer(customer)
		if err != nil {
			return fmt.Errorf("lock customer: %w", err)
		}
		pending, err = fn(tx, c)
		return err
	})
	if err == nil && pending != nil {
		return bank.ErrFourEyes.With("%s waits for a second person: approval %s", pending.Action, pending.ID)
	}
	return err
}

// audit appends one event; it comes last in a transaction.
func (s *Service) audit(tx *store.Tx, actor bank.Actor, customer bank.CustomerID, action, object string, before, after any) error {
	event := bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: object, Before: toJSON(before), After: toJSON(after)}
	if err := tx.Audit(customer, s.now(), event); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// toJSON writes what an audit event shows; nothing for nil.
func toJSON(v any) string {
	if v == nil {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("customers: audit event: %v", err)) // settings and structs of texts always marshal
	}
	return string(text)
}

// registryLock is a fact of the installation. Who holds it may read and change the registry of base IBANs and compare with
// other customers' master accounts.
const registryLock = "base-iban-registry"

// lockRegistry makes others who need the registry wait until this transaction ends; the fact is made at first use.
func lockRegistry(tx *store.Tx) error {
	_, err := tx.SetFact(registryLock, []byte{1})
	if err == nil {
		err = tx.LockFact(registryLock)
	}
	if err != nil {
		return fmt.Errorf("lock the registry of base IBANs: %w", err)
	}
	return nil
}

// Bounds of names and reasons, in characters.
const (
	maxName   = 140
	maxReason = 500
)

// words refuses text that is too long or that nobody could read.
func words(pointer, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return bank.ErrInvalid.With("the %s is too long", pointer[1:]).Field(pointer, "too-long", fmt.Sprintf("at most %d characters", most))
	}
	unreadable := func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) }
	if strings.ContainsFunc(text, unreadable) {
		return bank.ErrInvalid.With("the %s holds characters that cannot be shown", pointer[1:]).Field(pointer, "not-text", "one line of printable text in UTF-8")
	}
	return nil
}

// required is words for a text that must not be empty.
func required(pointer, text string, most int) error {
	if text == "" {
		return bank.ErrInvalid.With("the %s is missing", pointer[1:]).Field(pointer, "required", "must not be empty")
	}
	return words(pointer, text, most)
}

func isNotFound(err error) bool { return errors.Is(err, bank.ErrNotFound) }
