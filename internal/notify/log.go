package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Filter selects deliveries; it has a name here for the doors, which do not know the store.
type Filter = store.DeliveryFilter

// Deliveries lists what became of events, newest first.
func (s *Service) Deliveries(ctx context.Context, actor bank.Actor, f Filter) (list []bank.Delivery, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Deliveries(actor.Customer, f)
		return err
	})
	return list, err
}

// Delivery returns one delivery with its attempts, oldest first. Those of a run that went through at once are not logged one
// by one.
func (s *Service) Delivery(ctx context.Context, actor bank.Actor, id bank.ID) (d bank.Delivery, attempts []bank.Attempt, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return d, nil, err
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if d, err = tx.Delivery(actor.Customer, id); err != nil {
			return noDelivery(err)
		}
		attempts, err = tx.Attempts(actor.Customer, id)
		return err
	})
	return d, attempts, err
}

func noDelivery(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such notification")
	}
	return err
}

// mostAgain is how many events of one run are sent again at once; for more there is Resend.
const mostAgain = 1000

// Retry sends the events of a delivery again at once, whatever became of them. A single one begins its 3 days anew; those
// of a run become a row each. Errors: bank.ErrNotFound, bank.ErrConflict for a run of more than 1,000.
func (s *Service) Retry(ctx context.Context, actor bank.Actor, id bank.ID) (d bank.Delivery, err error) {
	if err := actor.May(bank.PermNotificationsWrite); err != nil {
		return d, err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	err = s.DB.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		if _, err := tx.LockEndpoint(actor.Customer); err != nil {
			return nil, noEndpoint(err)
		}
		if d, err = tx.Delivery(actor.Customer, id); err != nil {
			return nil, noDelivery(err)
		}
		if err := again(tx, &d, now); err != nil {
			return nil, err
		}
		return d, tx.Audit(actor.Customer, now, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "notification.retry", Object: d.ID.String()})
	})
	return d, err
}

func again(tx *store.Tx, d *bank.Delivery, now time.Time) error {
	switch {
	case d.Events > mostAgain:
		return bank.ErrConflict.With("the run has %d events; send all since its first transaction again", d.Events)
	case d.Events > 1:
		created, err := tx.TransactionsAfter(d.Customer, d.First-1, int(d.Events))
		if err != nil {
			return err
		}
		list := make([]bank.Delivery, len(created))
		for i, c := range created {
			list[i] = bank.Delivery{Customer: d.Customer, ID: bank.NewID(), First: c.ID, Last: c.ID, Events: 1, State: bank.DeliveryPending,
				EventAt: c.At, CreatedAt: now, NextAt: now}
		}
		return tx.AddDeliveries(d.Customer, list)
	}
	d.State, d.CreatedAt, d.NextAt = bank.DeliveryPending, now, now
	return tx.UpdateDelivery(*d)
}

// Since says from where events are sent again: everything behind a transaction, or all that was made at an instant or later.
type Since struct {
	After bank.TransactionID // where At is zero
	At    time.Time
}

// Resend tells the endpoint again of every transaction since, by setting its cursor back, and returns the transaction behind
// which it goes on. An id that lies ahead of the cursor is bank.ErrConflict, a time that has not come bank.ErrInvalid.
func (s *Service) Resend(ctx context.Context, actor bank.Actor, since Since) (after bank.TransactionID, err error) {
	if err := actor.May(bank.PermNotificationsWrite); err != nil {
		return 0, err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	if since.At.After(now) {
		return 0, bank.ErrInvalid.With("nothing can be sent again yet").Field("/since", "invalid", "the time has not come yet")
	}
	err = s.DB.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		e, err := tx.LockEndpoint(actor.Customer)
		if err != nil {
			return nil, noEndpoint(err)
		}
		if after, err = since.behind(tx, e); err != nil {
			return nil, err
		}
		before := e.Cursor
		e.Cursor, e.UpdatedAt = after, later(now, e.UpdatedAt)
		if err := tx.UpdateEndpoint(e); err != nil {
			return nil, err
		}
		return after, tx.Audit(e.Customer, now, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "notification.resend", Object: shownURL(e.URL),
			Before: fmt.Sprintf(`{"cursor":%d}`, before), After: fmt.Sprintf(`{"cursor":%d}`, after)})
	})
	return after, err
}

// behind is the transaction that the cursor is set back to.
func (since Since) behind(tx *store.Tx, e bank.NotificationEndpoint) (bank.TransactionID, error) {
	if !since.At.IsZero() {
		return lastBefore(tx, e, since.At)
	}
	if since.After < 0 || since.After > e.Cursor {
		return 0, bank.ErrConflict.With("events up to transaction %d have been attempted; what is behind it comes by itself", e.Cursor)
	}
	return since.After, nil
}

// lastBefore is an id up to the cursor behind which everything was made at an instant or later, and nothing up to it. Ids grow
// with time, so some twenty rows are looked at, however many there are.
func lastBefore(tx *store.Tx, e bank.NotificationEndpoint, at time.Time) (bank.TransactionID, error) {
	low, high := bank.TransactionID(0), e.Cursor
	for low < high {
		middle := low + (high-low)/2
		next, err := tx.TransactionsAfter(e.Customer, middle, 1)
		if err != nil {
			return 0, err
		}
		if len(next) == 0 || next[0].ID > e.Cursor || !next[0].At.Before(at) {
			high = middle
		} else {
			low = next[0].ID
		}
	}
	return low, nil
}

// Test sends the endpoint a signed event with the id 0 and returns what came of it. Nothing is stored.
func (s *Service) Test(ctx context.Context, actor bank.Actor) (a bank.Attempt, err error) {
	if err := actor.May(bank.PermNotificationsWrite); err != nil {
		return a, err
	}
	var e bank.NotificationEndpoint
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		e, err = tx.Endpoint(actor.Customer)
		return noEndpoint(err)
	})
	if err != nil {
		return a, err
	}
	c, err := s.clientFor(ctx, &e)
	if err != nil {
		return a, bank.ErrConflict.With("the endpoint cannot be called: its certificates are not usable").Because(err)
	}
	return s.send(ctx, c, &e, event{customer: e.Customer, at: s.Now()}), nil
}

const (
	keepLog   = 30 * 24 * time.Hour // how long deliveries that ended are kept
	sweepStep = 5_000
)

// Sweep removes a customer's deliveries that ended more than 30 days ago.
func (s *Service) Sweep(ctx context.Context, customer bank.CustomerID) error {
	for n := int64(sweepStep); n == sweepStep; {
		err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.SweepDeliveries(customer, s.Now().Add(-keepLog), sweepStep)
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep deliveries of customer %d: %w", customer, err)
		}
	}
	return nil
}
