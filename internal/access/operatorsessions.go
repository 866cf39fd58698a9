package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// The times of an operator's session.
const (
	idleTime    = 15 * time.Minute // without a request that a person made
	panelLimit  = 12 * time.Hour   // however much it is used
	touchStep   = 15 * time.Second // how much later a use must be to be worth a write
	confirmTime = 5 * time.Minute  // how long a proof of who it is counts
)

const sessionPrefix = "imso_"

// OperatorSession is a session of an operator in the panel of one customer.
type OperatorSession struct {
	ID          bank.ID
	Customer    bank.CustomerID
	Operator    bank.ID
	Email       string
	Role        bank.Role
	Institution bool
	Remote      string // where it was opened
	UserAgent   string
	CreatedAt   time.Time
	LastUsedAt  time.Time // to 15 seconds
	ConfirmedAt time.Time // the last proof of the password or a second factor
	Expires     time.Time // if nobody does anything
	Current     bool      // it is the one that asks
}

// Confirmed tells whether the operator proved within five minutes who they are.
func (s OperatorSession) Confirmed(now time.Time) bool {
	return now.Before(s.ConfirmedAt.Add(confirmTime))
}

// Opened is a session that has just begun. The token is told once: only its hash is kept.
type Opened struct {
	Token         string // empty where a session went on
	Session       OperatorSession
	RecoveryCodes []string // new ones, told once
	RecoveryLeft  int
}

// view is a session as it is shown; current is the one that asks.
func view(s bank.OperatorSession, staff store.Staff, current bank.ID) OperatorSession {
	return OperatorSession{ID: s.ID, Customer: s.Customer, Operator: s.Operator, Email: staff.Email, Role: staff.Role,
		Institution: staff.Institution, Remote: s.Address, UserAgent: s.Agent, CreatedAt: s.CreatedAt, LastUsedAt: s.UsedAt,
		ConfirmedAt: s.ConfirmedAt, Expires: endOf(s), Current: s.ID == current}
}

// endOf is when a session is over if nobody uses it.
func endOf(s bank.OperatorSession) time.Time {
	idle, last := s.UsedAt.Add(idleTime), s.CreatedAt.Add(panelLimit)
	if last.Before(idle) {
		return last
	}
	return idle
}

// find returns the session of a token that lasts, with its operator and their credentials; errOver otherwise.
func (g *Gate) find(tx *store.Tx, v Visit, token string) (s bank.OperatorSession, staff store.Staff, c bank.Credentials, err error) {
	if !strings.HasPrefix(token, sessionPrefix) {
		return s, staff, c, errOver
	}
	if s, err = tx.OperatorSession(v.Customer, hashOf(token)); err != nil {
		return s, staff, c, over(err)
	}
	if c, err = tx.Credentials(s.Operator); err != nil {
		return s, staff, c, over(err)
	}
	if s.Epoch != c.Epoch || !g.Now().Before(endOf(s)) {
		return s, staff, c, errOver
	}
	staff, err = welcome(tx, v.Customer, s.Operator, false)
	return s, staff, c, over(err)
}

// over is what a session that is not there is told.
func over(err error) error {
	if errors.Is(err, bank.ErrNotFound) || errors.Is(err, ErrSignIn) {
		return errOver
	}
	return err
}

// Authenticate returns the operator whom a session's token stands for, with the permissions they have now, and the session.
// renew says that a person does something: streams and polling do not keep a session alive. bank.ErrUnauthenticated if the
// session is over, or of another customer's panel, or the operator was locked.
func (g *Gate) Authenticate(ctx context.Context, v Visit, token string, renew bool) (bank.Actor, OperatorSession, error) {
	var session OperatorSession
	actor := bank.Actor{Customer: v.Customer, Kind: bank.ActorOperator, Origin: v.from()}
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		s, staff, _, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		session, actor.Name = view(s, staff, s.ID), staff.Email
		actor.Permissions, err = effective(tx, staff.OperatorRole)
		return err
	})
	if err == nil && renew {
		err = g.touch(ctx, &session)
	}
	if err != nil {
		return bank.Actor{}, OperatorSession{}, fmt.Errorf("authenticate operator: %w", err)
	}
	return actor, session, nil
}

// touch notes a use where that is worth a write.
func (g *Gate) touch(ctx context.Context, s *OperatorSession) error {
	now := stamp(g.Now())
	if now.Sub(s.LastUsedAt) < touchStep {
		return nil
	}
	s.LastUsedAt = now
	s.Expires = endOf(bank.OperatorSession{UsedAt: now, CreatedAt: s.CreatedAt})
	return over(g.DB.Write(ctx, func(tx *store.Tx) error { return tx.TouchOperatorSession(s.Customer, s.ID, now) }))
}

// SignOut ends the session of a token; one that is over is fine.
func (g *Gate) SignOut(ctx context.Context, v Visit, token string) error {
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, _, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		if err := tx.EndOperatorSession(v.Customer, s.Operator, s.ID); err != nil {
			return over(err)
		}
		return g.audit(tx, v, staff.Email, "operator.signed-out", s.ID.String(), nil)
	})
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// Sessions lists the operator's own sessions that last, of this customer's panel, the newest last.
func (g *Gate) Sessions(ctx context.Context, v Visit, token string) (list []OperatorSession, err error) {
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		list = nil
		own, staff, c, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		all, err := tx.OperatorSessions(v.Customer, own.Operator)
		for _, s := range all {
			if s.Epoch == c.Epoch && g.Now().Before(endOf(s)) {
				list = append(list, view(s, staff, own.ID))
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// RevokeSession ends one of the operator's own sessions of this customer's panel; bank.ErrNotFound if there is none such.
func (g *Gate) RevokeSession(ctx context.Context, v Visit, token string, id bank.ID) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		own, staff, _, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		err = tx.EndOperatorSession(v.Customer, own.Operator, id)
		if errors.Is(err, bank.ErrNotFound) {
			return bank.ErrNotFound.With("This session is over already.")
		}
		if err != nil {
			return fmt.Errorf("revoke session: %w", err)
		}
		return g.audit(tx, v, staff.Email, "operator.session-revoked", id.String(), nil)
	})
}

// RevokeOthers ends the operator's own sessions of this customer's panel but the one that asks, and returns their number.
func (g *Gate) RevokeOthers(ctx context.Context, v Visit, token string) (n int, err error) {
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		own, staff, _, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		ended, err := tx.EndOperatorSessions(v.Customer, own.Operator, own.ID)
		if n = int(ended); err != nil || n == 0 {
			return err
		}
		return g.audit(tx, v, staff.Email, "operator.session-revoked", "others", struct {
			Sessions int `json:"sessions"`
		}{n})
	})
	if err != nil {
		return 0, fmt.Errorf("revoke other sessions: %w", err)
	}
	return n, nil
}

// Sweep removes the customer's sessions and links whose time is over.
func (g *Gate) Sweep(ctx context.Context, customer bank.CustomerID) error {
	now := g.Now()
	for before, drop := range map[time.Time]func(*store.Tx, bank.CustomerID, time.Time, int) (int64, error){
		now.Add(-idleTime): (*store.Tx).DropOperatorSessions, now: (*store.Tx).DropOperatorLinks,
	} {
		for dropped := int64(sweepStep); dropped == sweepStep; {
			err := g.DB.Write(ctx, func(tx *store.Tx) (err error) {
				dropped, err = drop(tx, customer, before, sweepStep)
				return err
			})
			if err != nil {
				return fmt.Errorf("sweep sessions of operators: %w", err)
			}
		}
	}
	return nil
}
