package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Sessions signs end users in and out and tells whom a session token stands for. It is safe for concurrent use and keeps
// nothing in memory: what another replica ended is over here too.
type Sessions struct {
	db   *store.DB
	auth *Authenticator
	ca   *x509.CertPool // whose clients may sign assertions
	now  func() time.Time
}

// NewSessions returns the service on an open store. Assertions count where the authenticator knows their certificate and it
// was signed by one of ca.
func NewSessions(db *store.DB, auth *Authenticator, ca *x509.CertPool, now func() time.Time) *Sessions {
	return &Sessions{db: db, auth: auth, ca: ca, now: now}
}

const (
	// sessionTime is how long a session lasts, or may rest where the customer lets sessions slide.
	sessionTime = 10 * time.Minute
	// sessionLimit ends a sliding session however much it is used: somebody must prove anew who holds the phone.
	sessionLimit = 12 * time.Hour
	// slideStep is how much longer a sliding session must become to be worth a write.
	slideStep = time.Minute
	// maxDevice bounds a device's name, in characters.
	maxDevice = 128
)

// IssuedSession is a new session with its token, which is told once: only its hash is kept.
type IssuedSession struct {
	bank.Session
	Token string
}

// Issue signs an end user in on a device, for a program of the customer that knows who it is: the actor needs
// bank.PermSessionsWrite. device names one installation of the app, 1 to 128 characters; the session that the end user had
// there is over. Errors: bank.ErrInvalid, bank.ErrNotFound, bank.ErrUserLocked, bank.ErrForbidden.
func (s *Sessions) Issue(ctx context.Context, actor bank.Actor, user bank.ID, device string) (IssuedSession, error) {
	if err := actor.May(bank.PermSessionsWrite); err != nil {
		return IssuedSession{}, err
	}
	if why := bank.CheckText(device, true, maxDevice); why != "" {
		return IssuedSession{}, bank.ErrInvalid.With("the device cannot be named so").Field("/deviceId", "invalid", "deviceId "+why)
	}
	var issued IssuedSession
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		issued, err = s.issue(tx, actor, user, device)
		return err
	})
	return issued, err
}

// issue locks the end user first, so that nobody is signed in while being locked.
func (s *Sessions) issue(tx *store.Tx, actor bank.Actor, user bank.ID, device string) (IssuedSession, error) {
	u, err := tx.LockUser(actor.Customer, user)
	switch {
	case errors.Is(err, bank.ErrNotFound):
		return IssuedSession{}, bank.ErrNotFound.With("there is no such end user")
	case err != nil:
		return IssuedSession{}, fmt.Errorf("issue session: %w", err)
	case u.Status != bank.UserActive:
		return IssuedSession{}, bank.ErrUserLocked
	}
	token := newToken(actor.Customer)
	now := stamp(s.now())
	fresh := bank.Session{Customer: actor.Customer, ID: bank.NewID(), User: user, Device: device, TokenHash: sha256.Sum256([]byte(token)),
		CreatedAt: now, ExpiresAt: now.Add(sessionTime)}
	replaced, err := tx.PutSession(fresh)
	if err != nil {
		return IssuedSession{}, fmt.Errorf("issue session: %w", err)
	}
	var events []bank.AuditEvent
	if now.Before(replaced.ExpiresAt) {
		events = append(events, sessionEvent(actor, "session.ended", replaced))
	}
	events = append(events, sessionEvent(actor, "session.issued", fresh))
	if err := tx.Audit(actor.Customer, now, events...); err != nil {
		return IssuedSession{}, fmt.Errorf("issue session: audit: %w", err)
	}
	return IssuedSession{fresh, token}, nil
}

// sessionEvent is what the audit trail keeps of a session. When it expires by itself was told when it was issued, and leaves
// no event. Of the device there is a digest: enough to recognise one that is asked about, in a trail that is never erased.
func sessionEvent(actor bank.Actor, action string, s bank.Session) bank.AuditEvent {
	device := sha256.Sum256([]byte(s.Device))
	facts := toJSON(struct {
		User    bank.ID   `json:"userId"`
		Device  string    `json:"deviceDigest"`
		Expires time.Time `json:"expiresAt"`
	}{s.User, hex.EncodeToString(device[:8]), s.ExpiresAt})
	e := bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: s.ID.String()}
	if action == "session.issued" {
		e.After = facts
	} else {
		e.Before = facts
	}
	return e
}

// A token is ims_<customer>_<32 random bytes>: it names the customer, so that the one query for it does, and begins in a way
// that scanners of leaked secrets recognise.
const tokenPrefix = "ims_"

func newToken(customer bank.CustomerID) string {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return tokenPrefix + strconv.FormatInt(int64(customer), 10) + "_" + base64.RawURLEncoding.EncodeToString(secret)
}

// customerOfToken reads the customer's number; false if the text is no token. What follows the number is told by its hash.
func customerOfToken(token string) (bank.CustomerID, bool) {
	const most = 100
	rest, ok := strings.CutPrefix(token, tokenPrefix)
	number, secret, found := strings.Cut(rest, "_")
	n, err := strconv.ParseInt(number, 10, 64)
	return bank.CustomerID(n), ok && found && err == nil && n > 0 && secret != "" && len(token) < most
}

// errSession is the one answer to all tokens that do not count: whether one was ever good is nobody's business.
var errSession = bank.ErrUnauthenticated.With("there is no session with this token, or it is over")

// Authenticate returns the end user whom a token stands for, as an actor without permissions, and the session. Where the
// customer lets sessions slide, this is a use. bank.ErrUnauthenticated if the token is not of a session that lasts, or the
// end user is locked.
func (s *Sessions) Authenticate(ctx context.Context, token string) (bank.Actor, bank.Session, error) {
	customer, ok := customerOfToken(token)
	if !ok {
		return bank.Actor{}, bank.Session{}, errSession
	}
	var session bank.Session
	slides := false
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		session, slides, err = s.lookUp(tx, customer, sha256.Sum256([]byte(token)))
		return err
	})
	if err == nil && slides {
		err = s.slide(ctx, &session)
	}
	if errors.Is(err, bank.ErrNotFound) {
		return bank.Actor{}, bank.Session{}, errSession
	}
	if err != nil {
		return bank.Actor{}, bank.Session{}, fmt.Errorf("authenticate session: %w", err)
	}
	return endUser(session), session, nil
}

func endUser(s bank.Session) bank.Actor {
	return bank.Actor{Customer: s.Customer, Kind: bank.ActorEndUser, Name: "end user " + s.User.String(), User: s.User}
}

// lookUp finds a session that lasts, of an end user who is not locked; bank.ErrNotFound otherwise.
func (s *Sessions) lookUp(tx *store.Tx, customer bank.CustomerID, hash [32]byte) (session bank.Session, slides bool, err error) {
	if session, err = tx.SessionByToken(customer, hash); err != nil {
		return session, false, err
	}
	if !s.now().Before(session.ExpiresAt) {
		return session, false, bank.ErrNotFound
	}
	u, err := tx.User(customer, session.User)
	if err != nil {
		return session, false, err
	}
	if u.Status != bank.UserActive {
		return session, false, bank.ErrNotFound
	}
	c, err := tx.Customer(customer)
	return session, c.Settings.SlidingSessions, err
}

// slide moves the end of a session where that is worth a write.
func (s *Sessions) slide(ctx context.Context, session *bank.Session) error {
	until := stamp(s.now()).Add(sessionTime)
	if last := session.CreatedAt.Add(sessionLimit); until.After(last) {
		until = last
	}
	if until.Sub(session.ExpiresAt) < slideStep {
		return nil
	}
	session.ExpiresAt = until
	return s.db.Write(ctx, func(tx *store.Tx) error { return tx.ExtendSession(session.Customer, session.ID, until) })
}

// End ends a session of the customer at once: for a program with bank.PermSessionsWrite any, for an end user one of their
// own. bank.ErrNotFound if there is none that lasts.
func (s *Sessions) End(ctx context.Context, actor bank.Actor, id bank.ID) error {
	user, err := actor.Self()
	if actor.Kind != bank.ActorEndUser {
		err = actor.May(bank.PermSessionsWrite)
	}
	if err != nil {
		return err
	}
	none := bank.ErrNotFound.With("there is no such session, or it is over")
	return s.db.Write(ctx, func(tx *store.Tx) error {
		ended, err := tx.EndSession(actor.Customer, id)
		switch {
		case errors.Is(err, bank.ErrNotFound):
			return none
		case err != nil:
			return fmt.Errorf("end session: %w", err)
		case actor.Kind == bank.ActorEndUser && ended.User != user, !s.now().Before(ended.ExpiresAt):
			return none // and nothing is removed: the transaction is given up
		}
		if err := tx.Audit(actor.Customer, s.now(), sessionEvent(actor, "session.ended", ended)); err != nil {
			return fmt.Errorf("end session: audit: %w", err)
		}
		return nil
	})
}

// sweepStep is what SweepSessions removes in one transaction.
const sweepStep = 1000

// SweepSessions removes the customer's sessions that have expired, and forgets assertions that could no longer be accepted.
func (s *Service) SweepSessions(ctx context.Context, customer bank.CustomerID) error {
	for _, drop := range []func(*store.Tx, bank.CustomerID, time.Time, int) (int64, error){
		(*store.Tx).DropExpiredSessions, (*store.Tx).DropUsedAssertions,
	} {
		for dropped := int64(sweepStep); dropped == sweepStep; {
			err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
				dropped, err = drop(tx, customer, s.now(), sweepStep)
				return err
			})
			if err != nil {
				return fmt.Errorf("sweep sessions: %w", err)
			}
		}
	}
	return nil
}
