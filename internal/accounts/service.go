package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Service keeps end users, balances and IBANs. It is safe for concurrent use.
type Service struct {
	db    *store.DB
	now   func() time.Time
	cache *ibanCache
}

// New returns a service on an open store.
func New(db *store.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, cache: newIBANCache()}
}

// once claims the caller's idempotency key for a new object. It returns the earlier object's id if the request was done
// before, and bank.ErrKeyReused if the key came with another request.
func once(tx *store.Tx, customer bank.CustomerID, key bank.Idempotency, object string, now time.Time) (earlier string, err error) {
	if !key.Given() {
		return "", nil
	}
	use, fresh, err := tx.UseKey(customer, store.Key{Key: key.Key, Digest: key.Digest, Object: object, At: now})
	switch {
	case err != nil:
		return "", fmt.Errorf("claim idempotency key: %w", err)
	case fresh:
		return "", nil
	case use.Digest != key.Digest:
		return "", bank.ErrKeyReused
	}
	return use.Object, nil
}

// replayOf reads the id of the object that an earlier request with the same key made.
func replayOf(object string) (bank.ID, error) {
	id, err := bank.ParseID(object)
	if err != nil {
		return bank.ID{}, bank.ErrKeyReused
	}
	return id, nil
}

// auditEvent describes what an actor did to an object.
func auditEvent(actor bank.Actor, action, object, before, after string) bank.AuditEvent {
	return bank.AuditEvent{Actor: actor.Name, Action: action, Object: object, Before: before, After: after}
}

// notFound gives bank.ErrNotFound the name of what was looked for.
func notFound(err error, what string) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such %s", what)
	}
	return err
}

// Watch keeps the cache of IBANs true while the context lasts: other replicas' changes drop what they touched, and without
// a connection that tells of them nothing is cached.
func (s *Service) Watch(ctx context.Context) {
	for ctx.Err() == nil {
		// The error is the connection's: it was lost, nothing may be cached until it is back.
		_ = s.db.Watch(ctx, s.cache.enable, s.cache.drop)
		s.cache.disable()
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
