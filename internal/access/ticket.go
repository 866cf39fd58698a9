package access

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Step is where a sign-in stands between the password and the session. The ticket stands for it: sealed text of at most
// 1 kB that the browser brings again, good for ten minutes. Nothing is stored for it.
type Step struct {
	Ticket  string
	Email   string
	Enrol   bool // a second factor must be enrolled now
	TOTP    bool // the account has an authenticator app; without one a recovery code or a passkey does
	Passkey bool // the account has a passkey for this host
	Expires time.Time
}

// ticketTime is how long a person may take between the password and the second factor.
const ticketTime = 10 * time.Minute

const ticketPrefix = "imst_"

// ticket is what a Step's text seals.
type ticket struct {
	Customer bank.CustomerID `json:"c"`
	Operator bank.ID         `json:"o"`
	Epoch    int64           `json:"e"`
	Link     []byte          `json:"l,omitempty"` // hash of the link that was opened, to be used up at the end
	Kind     bank.LinkKind   `json:"k,omitempty"`
	Password string          `json:"p,omitempty"` // hash of the password that was chosen, to be kept at the end
	Enrol    bool            `json:"n,omitempty"`
	Expires  time.Time       `json:"x"`
}

// sealJSON makes sealed text of a value.
func (g *Gate) sealJSON(purpose string, v any) string {
	return base64.RawURLEncoding.EncodeToString(g.DB.Seal(purpose, []byte(toJSON(v))))
}

// openJSON reads sealed text; errOver if it is none of ours.
func (g *Gate) openJSON(purpose, text string, v any) error {
	const most = 4 << 10
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > most {
		return errOver
	}
	plain, err := g.DB.Unseal(purpose, sealed)
	if err != nil {
		return errOver
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("%s: %w", purpose, err)
	}
	return nil
}

// issue makes the step of a ticket.
func (g *Gate) issue(t ticket, email string, c bank.Credentials, passkey bool) Step {
	t.Expires = stamp(g.Now()).Add(ticketTime)
	return Step{Ticket: ticketPrefix + g.sealJSON("operator-ticket", t), Email: email, Enrol: t.Enrol, TOTP: len(c.TOTP) > 0,
		Passkey: passkey, Expires: t.Expires}
}

// ticket reads a ticket for the visit's customer that is not over.
func (g *Gate) ticket(v Visit, text string) (t ticket, err error) {
	sealed, ok := strings.CutPrefix(text, ticketPrefix)
	if !ok {
		return t, errOver
	}
	if err := g.openJSON("operator-ticket", sealed, &t); err != nil {
		return t, err
	}
	if t.Customer != v.Customer || !g.Now().Before(t.Expires) {
		return t, errOver
	}
	return t, nil
}

// redeem checks a ticket against what is so now: its epoch, its link, the operator's role. A password that was chosen with it
// becomes the account's, unless the account has got one meanwhile.
func (g *Gate) redeem(tx *store.Tx, t ticket, c *bank.Credentials) (store.Staff, error) {
	if c.Epoch != t.Epoch || t.Password != "" && c.Password != "" {
		return store.Staff{}, errOver
	}
	if t.Password != "" {
		c.Password = t.Password
	}
	if len(t.Link) > 0 {
		link, err := g.useLink(tx, t)
		if err != nil {
			return store.Staff{}, err
		}
		return welcome(tx, t.Customer, t.Operator, link.Kind == bank.LinkInvitation)
	}
	return welcome(tx, t.Customer, t.Operator, false)
}

// useLink spends the link of a ticket, errOver if it is not good any more.
func (g *Gate) useLink(tx *store.Tx, t ticket) (bank.OperatorLink, error) {
	link, err := g.goodLink(tx, t.Customer, [32]byte(t.Link), t.Kind)
	if err != nil {
		return link, err
	}
	return link, tx.UseOperatorLink(t.Customer, link.TokenHash)
}
