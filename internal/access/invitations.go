package access

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// linkTime is how long a link that was sent is good.
const linkTime = time.Hour

// Letter is a link for an operator and how it reached them.
type Letter struct {
	Operator  bank.Operator
	Needed    bool      // false: they work for the customer already, and there is nothing to accept
	URL       string    // to hand over by other means; empty if it was mailed
	Mailed    bool      // it was sent to the operator's address
	MailError string    // why it could not be
	Expires   time.Time // when it is over
}

// errLink is the one answer to links that are not good: used, replaced, over, or never there.
var errLink = bank.ErrNotFound.With("This link is not good any more: it was used, replaced by a newer one, or is older than an hour. Please ask for a new one.")

// Invite gives a person a role as InviteOperator does, with its errors, and sends them a link to take it up unless they have
// come to this customer already.
func (g *Gate) Invite(ctx context.Context, actor bank.Actor, v Visit, email string, role bank.Role, institution bool) (Letter, error) {
	o, err := g.Access.InviteOperator(ctx, actor, v.Customer, email, role, institution)
	if err != nil {
		return Letter{}, err
	}
	letter, accepted, err := g.invite(ctx, actor, v, o.Email)
	if accepted {
		return Letter{Operator: o}, nil
	}
	return letter, err
}

// InviteAgain sends a new link to somebody who has a role and did not take it up; the earlier link is void. It needs
// bank.PermOperatorsWrite and every permission of the role, as inviting does, and no second person, as the role is given
// already. bank.ErrNotFound if there is no such operator, bank.ErrConflict if they have come.
func (g *Gate) InviteAgain(ctx context.Context, actor bank.Actor, v Visit, email string) (Letter, error) {
	if err := mayManage(&actor, v.Customer); err != nil {
		return Letter{}, err
	}
	letter, accepted, err := g.invite(ctx, actor, v, email)
	if accepted {
		err = bank.ErrConflict.With("This operator has accepted the invitation already. Who forgot the password asks for a new one at the sign-in.")
	}
	return letter, err
}

// invite sends the link of an invitation, unless it was accepted.
func (g *Gate) invite(ctx context.Context, actor bank.Actor, v Visit, email string) (l Letter, accepted bool, err error) {
	l, err = g.send(ctx, v, invitationLetter, func(tx *store.Tx) (bank.OperatorLink, bank.Operator, error) {
		staff, err := g.Access.manageable(tx, actor, v.Customer, foldEmail(email))
		if accepted = err == nil && !staff.AcceptedAt.IsZero(); accepted {
			err = errNothingToAccept
		}
		return bank.OperatorLink{Operator: staff.ID, Kind: bank.LinkInvitation, CreatedBy: actor.Name}, staff.Operator, err
	})
	return l, accepted, err
}

// errNothingToAccept gives up the transaction that would make a link.
var errNothingToAccept = errors.New("the invitation was accepted")

// send makes a link as choose says, and mails it after the commit, or returns it where it cannot be mailed.
func (g *Gate) send(ctx context.Context, v Visit, words letterWords, choose func(*store.Tx) (bank.OperatorLink, bank.Operator, error)) (Letter, error) {
	token := secretText()
	var letter Letter
	var name string
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		link, o, err := choose(tx)
		if err != nil {
			return err
		}
		origin, err := panelOrigin(tx, v)
		if err != nil {
			return err
		}
		c, err := tx.Customer(v.Customer)
		if err != nil {
			return fmt.Errorf("make link: %w", err)
		}
		name = c.Name
		letter, err = g.keepLink(tx, v, link, o, origin, token)
		return err
	})
	if err != nil {
		return Letter{}, err
	}
	return g.deliver(ctx, letter, words, name), nil
}

// keepLink writes a link, with an event.
func (g *Gate) keepLink(tx *store.Tx, v Visit, l bank.OperatorLink, o bank.Operator, origin, token string) (Letter, error) {
	now := stamp(g.Now())
	l.Customer, l.TokenHash, l.CreatedAt, l.ExpiresAt = v.Customer, hashOf(token), now, now.Add(linkTime)
	if err := tx.PutOperatorLink(l); err != nil {
		return Letter{}, fmt.Errorf("make link: %w", err)
	}
	path := map[bank.LinkKind]string{bank.LinkInvitation: "/invitation/", bank.LinkReset: "/reset/", bank.LinkFactor: "/second-factor/"}[l.Kind]
	letter := Letter{Operator: o, Needed: true, URL: origin + path + token, Expires: l.ExpiresAt}
	return letter, g.audit(tx, v, l.CreatedBy, "operator.link-made", o.Email, struct {
		Kind    bank.LinkKind `json:"kind"`
		Expires time.Time     `json:"expiresAt"`
	}{l.Kind, l.ExpiresAt})
}

// panelOrigin is where the customer's panel is: where the visitor is, or under the customer's first domain; empty where the
// customer has none yet.
func panelOrigin(tx *store.Tx, v Visit) (string, error) {
	if v.Origin != "" {
		return v.Origin, nil
	}
	list, err := tx.Domains(v.Customer)
	if err != nil {
		return "", fmt.Errorf("domains: %w", err)
	}
	if len(list) == 0 {
		return "", nil
	}
	return originOf(list[0].Host), nil
}

// originOf is the origin of a registered host. Plain HTTP is for this machine only.
func originOf(host string) string {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return "http://" + host
	}
	return "https://" + host
}

// goodLink returns the link of a hash if it is good, errLink otherwise; of any kind if kind is empty.
func (g *Gate) goodLink(tx *store.Tx, customer bank.CustomerID, hash [32]byte, kind bank.LinkKind) (bank.OperatorLink, error) {
	link, err := tx.OperatorLink(customer, hash)
	if errors.Is(err, bank.ErrNotFound) || err == nil && (!g.Now().Before(link.ExpiresAt) || kind != "" && link.Kind != kind) {
		return link, errLink
	}
	if err != nil {
		return link, fmt.Errorf("read link: %w", err)
	}
	return link, nil
}

// LinkView is what a link shows to whoever opens it.
type LinkView struct {
	Kind        bank.LinkKind
	Email       string
	Customer    string // by name
	NewPassword bool   // a password is to be chosen; otherwise the one that the account has is asked for
	Expires     time.Time
}

// opened is a link that was opened, with the account it is for.
type openedLink struct {
	link bank.OperatorLink
	account
	name string // of the customer
}

// newPassword tells whether the link lets choose a password. An account that has one keeps it: a customer who invites
// somebody that works for others already must not get hold of what they may do there.
func (o openedLink) newPassword() bool {
	return o.link.Kind == bank.LinkReset || o.link.Kind == bank.LinkInvitation && o.creds.Password == ""
}

func (g *Gate) openLink(ctx context.Context, v Visit, token string) (o openedLink, err error) {
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		if o.link, err = g.goodLink(tx, v.Customer, hashOf(token), ""); err != nil {
			return err
		}
		o.staff, err = welcome(tx, v.Customer, o.link.Operator, o.link.Kind == bank.LinkInvitation)
		if err != nil {
			return err
		}
		o.email = o.staff.Email
		if o.creds, err = tx.Credentials(o.link.Operator); err != nil && !errors.Is(err, bank.ErrNotFound) {
			return err
		}
		if o.passkeys, err = tx.Passkeys(o.link.Operator); err != nil {
			return err
		}
		c, err := tx.Customer(v.Customer)
		o.name = c.Name
		return err
	})
	if errors.Is(err, ErrSignIn) {
		err = errLink
	}
	return o, err
}

// Link tells what a link is good for; opening it uses nothing up. bank.ErrNotFound if it is not good.
func (g *Gate) Link(ctx context.Context, v Visit, token string) (LinkView, error) {
	o, err := g.openLink(ctx, v, token)
	if err != nil {
		return LinkView{}, err
	}
	return LinkView{Kind: o.link.Kind, Email: o.email, Customer: o.name, NewPassword: o.newPassword(), Expires: o.link.ExpiresAt}, nil
}

// AcceptInvitation goes on from an invitation, or from a link to enrol a new second factor. Who is new chooses a password
// (bank.ErrInvalid about /password says what is wrong with it) and enrols a second factor; who has an account proves it with
// its password (ErrSignIn) and second factor. Only with the second factor is the password kept, the role taken up and the
// link used.
func (g *Gate) AcceptInvitation(ctx context.Context, v Visit, token, password string) (Step, error) {
	if err := g.admit(v); err != nil {
		return Step{}, err
	}
	o, err := g.openLink(ctx, v, token)
	if err != nil {
		return Step{}, err
	}
	hash := hashOf(token)
	t := ticket{Customer: v.Customer, Operator: o.staff.ID, Epoch: o.creds.Epoch, Link: hash[:], Kind: o.link.Kind, Enrol: !o.hasFactor()}
	switch {
	case o.link.Kind == bank.LinkReset:
		return Step{}, errLink
	case o.newPassword():
		if t.Password, err = g.newPassword(ctx, password, o.email); err != nil {
			return Step{}, err
		}
	default:
		if err := g.acceptKnown(ctx, v, o, password); err != nil {
			return Step{}, err
		}
	}
	return g.issue(t, o.email, o.creds, o.passkeyHere(v)), nil
}

// newPassword checks and hashes a password that somebody chose.
func (g *Gate) newPassword(ctx context.Context, password, email string) (string, error) {
	password = normalPassword(password)
	if err := checkPassword(password, email); err != nil {
		return "", err
	}
	return g.hash.make(ctx, password)
}

// acceptKnown proves the account's password. An invitation of another customer is no proof for a new second factor: whose
// was taken away needs the link that was made for that.
func (g *Gate) acceptKnown(ctx context.Context, v Visit, o openedLink, password string) error {
	fits, err := g.provePassword(ctx, v, o.account, password)
	if err != nil {
		return err
	}
	if !fits {
		return g.refused(ctx, v, o.account)
	}
	if o.link.Kind == bank.LinkInvitation && !o.hasFactor() {
		return bank.ErrConflict.With("Please enrol your new second factor first, with the link that was made for it.")
	}
	return nil
}
