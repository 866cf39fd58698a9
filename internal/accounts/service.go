package accounts

import (
	"context"
	"errors"
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

// auditEvent describes what an actor did to an object.
func auditEvent(actor bank.Actor, action, object, before, after string) bank.AuditEvent {
	return bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: object, Before: before, After: after}
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
