package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Gate lets operators into the panels of their customers: invitations, passwords, second factors, sessions. It is safe for
// concurrent use. What it must know of later requests stands in the store, so that replicas are equal; only how often an
// address fails is counted in each process.
type Gate struct {
	GateConfig
	hash    *hasher
	fails   *patience // by address
	letters *patience // by address of mail
	mailing sync.WaitGroup
}

// GateConfig is what a Gate works with.
type GateConfig struct {
	DB     *store.DB
	Now    func() time.Time
	Access *Service
	// Mail sends a letter, within the context's time; nil where no mail can be sent.
	Mail func(ctx context.Context, to, subject, text string) error
	Log  *slog.Logger // nil: nothing is told
	Work HashWork     // the zero value: what production needs
}

// NewGate returns the gate of an open store. Close it at the end.
func NewGate(c GateConfig) *Gate {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Gate{
		GateConfig: c,
		hash:       newHasher(c.Work),
		fails:      newPatience(addressBurst, addressPace),
		letters:    newPatience(letterBurst, letterPace),
	}
}

// Close waits until the letters under way are sent or given up.
func (g *Gate) Close() { g.mailing.Wait() }

// CanMail tells whether letters can be sent.
func (g *Gate) CanMail() bool { return g.Mail != nil }

// Visit is where a request comes from.
type Visit struct {
	Customer  bank.CustomerID // whose panel the host is
	Origin    string          // of the panel as the browser sees it, such as https://panel.example; it is in links and passkeys
	Remote    netip.Addr
	UserAgent string
	Request   string // its id, as the log has it
}

// from is where the request came from, as the audit trail keeps it.
func (v Visit) from() string {
	address := ""
	if v.Remote.IsValid() {
		address = v.Remote.Unmap().String()
	}
	return bank.RequestOrigin(address, v.Request)
}

// maxAgent bounds what is kept of a browser's name, in bytes.
const maxAgent = 200

// agent is the browser's name as it may be kept and shown.
func (v Visit) agent() string {
	text := strings.ToValidUTF8(v.UserAgent[:min(len(v.UserAgent), maxAgent)], "")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// host is the name that passkeys are bound to.
func (v Visit) host() (string, error) {
	u, err := url.Parse(v.Origin)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("origin %q of a panel: it is no URL", v.Origin)
	}
	return u.Hostname(), nil
}

// ErrSignIn is the one answer to all combinations that do not let in: which part is wrong is nobody's business.
var ErrSignIn = bank.ErrUnauthenticated.With("This does not fit together, or the account must not sign in now. After several failures an account waits a while.")

// errOver answers to tickets and sessions whose time is over.
var errOver = bank.ErrUnauthenticated.With("The sign-in is over. Please sign in again.")

// ErrConfirm asks for a proof that is not older than five minutes.
var ErrConfirm = bank.ErrConfirmation.With("Please confirm that it is you: with your password or a code.")

// secretText is 32 random bytes for links and cookies; only its SHA-256 is kept.
func secretText() string {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

func hashOf(text string) [32]byte { return sha256.Sum256([]byte(text)) }

// audit appends one event of the gate to the trail of the visit's customer; it comes last in a transaction.
func (g *Gate) audit(tx *store.Tx, v Visit, actor, action, object string, after any) error {
	e := bank.AuditEvent{Actor: actor, Origin: v.from(), Action: action, Object: object}
	if after != nil {
		e.After = toJSON(after)
	}
	if err := tx.Audit(v.Customer, g.Now(), e); err != nil {
		return fmt.Errorf("%s: audit: %w", action, err)
	}
	return nil
}

// welcome returns an operator who may sign in to the customer's panel, or whom a link invites to; ErrSignIn otherwise.
func welcome(tx *store.Tx, customer bank.CustomerID, operator bank.ID, invited bool) (store.Staff, error) {
	staff, err := tx.StaffByID(customer, operator)
	if errors.Is(err, bank.ErrNotFound) || err == nil && (staff.Locked || staff.AcceptedAt.IsZero() && !invited) {
		return staff, ErrSignIn
	}
	return staff, err
}
