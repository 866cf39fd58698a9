package access

import (
	"context"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"ims/internal/bank"
	"ims/internal/store"
)

// Service keeps operators, their roles and approvals. It is safe for concurrent use.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New returns the service on an open store.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// belongs refuses actors of another customer. A worker of ours may act for any.
func belongs(actor bank.Actor, customer bank.CustomerID) error {
	if actor.Kind != bank.ActorSystem && actor.Customer != customer {
		return bank.ErrForbidden.With("%s does not act for this customer", actor.Name)
	}
	return nil
}

// change runs fn in one transaction under the lock of the customer's row. If fn returns an approval, the change waits for
// a second person: the approval is committed and the error is bank.ErrFourEyes.
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
	if err != nil {
		return err
	}
	return Waiting(pending)
}

// maxWords bounds what people write: reasons and summaries, in characters.
const maxWords = 500

// words refuses text that is too long or holds control characters, which would confuse whoever reads it.
func words(pointer, text string) error {
	if utf8.RuneCountInString(text) > maxWords {
		return bank.ErrInvalid.With("%s is too long", pointer[1:]).Field(pointer, "too-long", fmt.Sprintf("at most %d characters", maxWords))
	}
	for _, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return bank.ErrInvalid.With("%s holds characters that cannot be shown", pointer[1:]).Field(pointer, "not-text", "printable text in UTF-8")
		}
	}
	return nil
}
