package notify

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Setting is what a customer says of its endpoint. Secrets that are left empty stay what they were, as long as the way of
// authentication and the host do.
type Setting struct {
	URL            string
	Authentication bank.EndpointAuthentication
	Username       string // BASIC
	Password       string // BASIC
	Certificate    string // MTLS: PEM chain of an own client certificate; empty: CN=ims-notify of our authority
	Key            string // MTLS: PEM of its key
	CA             string // PEM of the authorities that the endpoint's certificate comes from; empty: those of the system
	Active         bool
}

const (
	longestURL  = 2048
	longestText = 255
	longestPEM  = 64 << 10
	overlap     = 24 * time.Hour // in which the secret before a rotation still signs
)

// Endpoint returns the customer's endpoint without its secrets, and how many events wait in rows. bank.ErrNotFound if none
// was set.
func (s *Service) Endpoint(ctx context.Context, actor bank.Actor) (e bank.NotificationEndpoint, waiting int64, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return e, 0, err
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if e, err = tx.Endpoint(actor.Customer); err != nil {
			return noEndpoint(err)
		}
		waiting, err = tx.WaitingDeliveries(actor.Customer)
		return err
	})
	return bare(e), waiting, err
}

func noEndpoint(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("no notification endpoint was set")
	}
	return err
}

// bare leaves of the secrets only when they were made and end.
func bare(e bank.NotificationEndpoint) bank.NotificationEndpoint {
	signing := e.Secrets.Signing
	e.Secrets = bank.EndpointSecrets{}
	for _, secret := range signing {
		secret.Secret = ""
		e.Secrets.Signing = append(e.Secrets.Signing, secret)
	}
	return e
}

// Set makes or changes the endpoint. The first time it returns the signing secret, which is never shown again; a new
// endpoint is told of what happens from then on. Where a second person is needed, the approval that waits is returned and
// nothing else happens. Errors: bank.ErrInvalid with fields, bank.ErrForbidden.
func (s *Service) Set(ctx context.Context, actor bank.Actor, n Setting) (e bank.NotificationEndpoint, secret string, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermNotificationsWrite); err != nil {
		return e, "", nil, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		e, secret, err = s.merge(tx, actor.Customer, n)
		if err != nil {
			return err
		}
		if pending, err = s.Approve(ctx, tx, actor, s.approval(actor.Customer, n)); err != nil || pending != nil {
			return err
		}
		return s.write(tx, actor, &e, secret != "")
	})
	if err != nil || pending != nil {
		secret = ""
	}
	return bare(e), secret, pending, err
}

// merge puts a setting over what is there and checks the result.
func (s *Service) merge(tx *store.Tx, customer bank.CustomerID, n Setting) (e bank.NotificationEndpoint, secret string, err error) {
	now := s.Now().UTC().Truncate(time.Microsecond)
	e, err = tx.LockEndpoint(customer)
	switch {
	case errors.Is(err, bank.ErrNotFound):
		secret = newSecret()
		e = bank.NotificationEndpoint{Customer: customer, CreatedAt: now, Secrets: bank.EndpointSecrets{Signing: []bank.SigningSecret{{Secret: secret, CreatedAt: now}}}}
		head, err := tx.ReadHead(customer)
		if err != nil {
			return e, "", err
		}
		e.Cursor = head.NextID - 1
	case err != nil:
		return e, "", err
	}
	if e.Authentication != n.Authentication || hostOf(e.URL) != hostOf(n.URL) { // a password is for the host it was given for
		e.Secrets.Password, e.Secrets.Certificate, e.Secrets.Key = "", "", ""
	}
	if n.Password != "" {
		e.Secrets.Password = n.Password
	}
	if n.Certificate != "" || n.Key != "" {
		e.Secrets.Certificate, e.Secrets.Key = n.Certificate, n.Key
	}
	e.URL, e.Authentication, e.Username, e.CA, e.Active = n.URL, n.Authentication, n.Username, n.CA, n.Active
	e.Stopped, e.Failures, e.ProbeAt, e.UpdatedAt = "", 0, time.Time{}, later(now, e.UpdatedAt)
	return e, secret, s.check(&e)
}

// hostOf is where an address leads.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// shownURL is an address without its query, which may hold a secret: for the audit trail and for approvals.
func shownURL(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}

// later is now, or just behind an instant that is not before it: the time of setting names a version of the endpoint.
func later(now, last time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Microsecond)
}

// newSecret makes a signing secret in the form of Standard Webhooks: 32 random bytes.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b)
}

// check refuses an endpoint that cannot work, naming each field.
func (s *Service) check(e *bank.NotificationEndpoint) error {
	found := bank.ErrInvalid.With("the notification endpoint is not usable")
	field := func(name, code, text string) { found = found.Field("/"+name, code, text) }
	if reason := s.badURL(e.URL); reason != "" {
		field("url", "invalid", reason)
	}
	switch e.Authentication {
	case bank.EndpointBasic:
		if reason := bank.CheckText(e.Username, true, longestText); reason != "" {
			field("username", "invalid", reason)
		}
		if e.Secrets.Password == "" || len(e.Secrets.Password) > longestText {
			field("password", "required", "1 to 255 characters")
		}
	case bank.EndpointMTLS:
		if reason := badPair(e.Secrets, s.Now()); reason != "" {
			field("certificate", "invalid", reason)
		}
	default:
		field("authentication", "unknown", "MTLS or BASIC")
	}
	if len(e.CA) > longestPEM || e.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(e.CA)) {
		field("ca", "invalid", "PEM of one or more certificates")
	}
	if len(found.Fields) > 0 {
		return found
	}
	return nil
}

func (s *Service) badURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || len(text) > longestURL:
		return "an address like https://example.com/events, at most 2048 characters"
	case u.User != nil || u.Fragment != "":
		return "must hold neither a user name nor a fragment"
	case u.Scheme != "https" && !(s.Private && u.Scheme == "http"):
		return "must begin with https://"
	}
	return ""
}

// badPair says why an uploaded certificate cannot be presented; none at all is fine.
func badPair(secrets bank.EndpointSecrets, now time.Time) string {
	if secrets.Certificate == "" && secrets.Key == "" {
		return ""
	}
	pair, err := tls.X509KeyPair([]byte(secrets.Certificate), []byte(secrets.Key))
	switch {
	case len(secrets.Certificate)+len(secrets.Key) > longestPEM || err != nil:
		return "PEM of a certificate chain, and in key PEM of the key that belongs to it"
	case now.After(pair.Leaf.NotAfter):
		return "the certificate has expired"
	}
	return ""
}

// EndpointContent is what exactly is approved with a setting of the endpoint: what people may read of it, and, sealed, all of it.
type EndpointContent struct {
	URL            string                      `json:"url"` // without its query
	Authentication bank.EndpointAuthentication `json:"authentication"`
	Username       string                      `json:"username,omitempty"`
	OwnCertificate bool                        `json:"ownCertificate,omitempty"` // another certificate of the customer's
	OwnCA          bool                        `json:"ownCa,omitempty"`
	NewPassword    bool                        `json:"newPassword,omitempty"`
	Active         bool                        `json:"active"`
	Sealed         []byte                      `json:"sealed"`
}

// contentName is what a sealed setting is sealed for.
func contentName(customer bank.CustomerID) string {
	return fmt.Sprint("notification-endpoint approval of customer ", customer)
}

func (s *Service) content(customer bank.CustomerID, n Setting, whole []byte) string {
	return bank.ApprovalContent(EndpointContent{URL: shownURL(n.URL), Authentication: n.Authentication, Username: n.Username, OwnCertificate: n.Certificate != "",
		OwnCA: n.CA != "", NewPassword: n.Password != "", Active: n.Active, Sealed: s.DB.Seal(contentName(customer), whole)})
}

// Approved is the setting that an approval is about, with its secrets, to be set as it was approved; false where the approval
// is about something else, or its content cannot be opened.
func (s *Service) Approved(a bank.Approval) (n Setting, ok bool) {
	var c EndpointContent
	if a.Action != actionSet || !a.Read(&c) {
		return n, false
	}
	whole, err := s.DB.Unseal(contentName(a.Customer), c.Sealed)
	return n, err == nil && json.Unmarshal(whole, &n) == nil
}

const actionSet = "notification-endpoint.set"

// approval binds a second person to everything that is set, a password too, which the digest that is kept must not help to guess.
func (s *Service) approval(customer bank.CustomerID, n Setting) store.ApprovalRequest {
	content, _ := json.Marshal(n) // texts and a flag: never fails
	return store.ApprovalRequest{Action: actionSet, Content: s.content(customer, n, content), Object: fmt.Sprint(customer), Digest: s.digest(customer, content),
		Summary: fmt.Sprintf("send notifications to %s (%s), active %v", shownURL(n.URL), n.Authentication, n.Active)}
}

func (s *Service) write(tx *store.Tx, actor bank.Actor, e *bank.NotificationEndpoint, first bool) error {
	before := ""
	if first {
		if fresh, err := tx.AddEndpoint(*e); err != nil || !fresh {
			return errors.Join(err, bank.ErrConflict.With("the endpoint is being set by somebody else"))
		}
	} else {
		old, err := tx.Endpoint(e.Customer)
		if err != nil {
			return err
		}
		before = s.summary(old)
		if err := tx.UpdateEndpoint(*e); err != nil {
			return err
		}
	}
	return tx.Audit(e.Customer, s.Now(), bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "notification-endpoint.set", Object: shownURL(e.URL), Before: before, After: s.summary(*e)})
}

// digest is of what may hold a secret, for rows that are kept in the clear.
func (s *Service) digest(customer bank.CustomerID, content []byte) [32]byte {
	return s.DB.KeyedDigest(fmt.Sprint("notification-endpoint of customer ", customer), content)
}

// summary is what the audit trail says of an endpoint: no secret, but whether one changed.
func (s *Service) summary(e bank.NotificationEndpoint) string {
	secrets, _ := json.Marshal(e.Secrets)
	digest := s.digest(e.Customer, secrets)
	text, _ := json.Marshal(map[string]any{"url": shownURL(e.URL), "authentication": e.Authentication, "username": e.Username, "active": e.Active,
		"ownCa": e.CA != "", "secretsDigest": fmt.Sprintf("%x", digest[:8])})
	return string(text)
}

// mostSecrets bounds how many secrets sign at once when somebody rotates again and again.
const mostSecrets = 4

// Rotate makes a new signing secret and returns it, this once. Those before it sign beside it for 24 hours from when they
// were replaced.
func (s *Service) Rotate(ctx context.Context, actor bank.Actor) (secret string, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermNotificationsWrite); err != nil {
		return "", nil, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		e, err := tx.LockEndpoint(actor.Customer)
		if err != nil {
			return noEndpoint(err)
		}
		request := store.ApprovalRequest{Action: "notification-endpoint.rotate", Object: fmt.Sprint(actor.Customer),
			Digest: s.digest(actor.Customer, []byte(e.Secrets.Signing[0].Secret)), Summary: "make a new signing secret for notifications", Content: bank.ApprovalContent(struct{}{})}
		if pending, err = s.Approve(ctx, tx, actor, request); err != nil || pending != nil {
			return err
		}
		now := s.Now().UTC().Truncate(time.Microsecond)
		secret = newSecret()
		e.Secrets.Signing = rotated(e.Secrets.Signing, bank.SigningSecret{Secret: secret, CreatedAt: now}, now)
		e.UpdatedAt = later(now, e.UpdatedAt)
		if err := tx.UpdateEndpoint(e); err != nil {
			return err
		}
		return tx.Audit(e.Customer, now, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "notification-endpoint.rotate", Object: shownURL(e.URL)})
	})
	if err != nil || pending != nil {
		secret = ""
	}
	return secret, pending, err
}

// rotated puts a new secret first and ends the one before in a day; those whose day is over are left out.
func rotated(list []bank.SigningSecret, fresh bank.SigningSecret, now time.Time) []bank.SigningSecret {
	all := []bank.SigningSecret{fresh}
	for _, secret := range list {
		if secret.Until.IsZero() {
			secret.Until = now.Add(overlap)
		}
		if now.Before(secret.Until) && len(all) < mostSecrets {
			all = append(all, secret)
		}
	}
	return all
}
