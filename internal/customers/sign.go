package customers

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// Sign turns a certificate request into a client certificate of the customer, valid for 397 days, and returns it with the
// PEM chain: the certificate, then the CA's. perms nil means bank.CertificatePermissions(); an actor can grant others only
// if they hold them. Of the request CN, key and e-mail are kept. A CN belongs to the first customer who uses it, for ever,
// and may have several certificates. Where four eyes bind it waits for a second person (bank.ErrFourEyes).
//
// Errors: bank.ErrCSR with the exact reason, bank.ErrInvalid for an unknown permission, bank.ErrForbidden, bank.ErrNotFound
// before InitCA.
func (s *Service) Sign(ctx context.Context, actor bank.Actor, customer bank.CustomerID, csrPEM []byte, perms []bank.Permission) (bank.Certificate, []byte, error) {
	if err := authorise(&actor, customer); err != nil {
		return bank.Certificate{}, nil, err
	}
	if perms == nil {
		perms = bank.CertificatePermissions()
	}
	if err := mayGrant(actor, perms); err != nil {
		return bank.Certificate{}, nil, err
	}
	r, err := parseCSR(csrPEM)
	if err != nil {
		return bank.Certificate{}, nil, err
	}
	c := bank.Certificate{Customer: customer, ID: bank.NewID(), CN: r.cn, KeyHash: sha256.Sum256(r.publicDER), Email: r.email,
		Status: bank.CertificateActive, Permissions: perms, CreatedAt: s.instant()}
	var chain []byte
	err = s.change(ctx, customer, func(tx *store.Tx, _ bank.Customer) (pending *bank.Approval, err error) {
		pending, err = s.second.Require(ctx, tx, actor, signRequest(c, csrPEM))
		if err != nil || pending != nil {
			return pending, err
		}
		chain, err = s.sign(tx, actor, &c, r)
		return nil, err
	})
	if err != nil {
		return bank.Certificate{}, nil, err
	}
	return c, chain, nil
}

// mayGrant lets an actor give a certificate what every certificate has, and beyond that what they hold themselves.
func mayGrant(actor bank.Actor, perms []bank.Permission) error {
	for _, p := range perms {
		if !slices.Contains(bank.AllPermissions(), p) {
			return bank.ErrInvalid.With("unknown permission").Field("/permissions", "unknown", "a permission of the catalogue")
		}
		if slices.Contains(bank.CertificatePermissions(), p) {
			continue
		}
		if err := actor.May(p); err != nil {
			return bank.ErrForbidden.With("%s may not grant the permission %s without having it", actor.Name, p)
		}
	}
	return nil
}

// CertificateContent is what exactly is approved with a certificate. Its key is that of the request.
type CertificateContent struct {
	CN          string            `json:"cn"`
	KeySHA256   string            `json:"keySha256"` // hexadecimal
	Email       string            `json:"email,omitempty"`
	Permissions []bank.Permission `json:"permissions"`
	CSR         string            `json:"csr"` // PEM
}

func signRequest(c bank.Certificate, csrPEM []byte) store.ApprovalRequest {
	summary := fmt.Sprintf("certificate for %s, key SHA-256 %x, with %s", c.CN, c.KeyHash, permissionList(c.Permissions))
	return store.ApprovalRequest{Action: "certificates.sign", Object: c.CN, Digest: sha256.Sum256([]byte(summary + "\n" + c.Email)), Summary: summary,
		Content: bank.ApprovalContent(CertificateContent{c.CN, fmt.Sprintf("%x", c.KeyHash), c.Email, c.Permissions, string(csrPEM)})}
}

func permissionList(perms []bank.Permission) string {
	texts := make([]string, len(perms))
	for i, p := range perms {
		texts[i] = string(p)
	}
	return strings.Join(texts, " ")
}

// sign claims the CN, issues and registers the certificate.
func (s *Service) sign(tx *store.Tx, actor bank.Actor, c *bank.Certificate, r request) ([]byte, error) {
	a, err := readAuthority(tx, s.now())
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	if err := claim(tx, c); err != nil {
		return nil, err
	}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: c.CN}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := a.issue(template, r.public, s.now(), clientDays)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	leaf := encodePEM(der)
	c.Serial, c.PEM, c.NotBefore, c.NotAfter = serialText(template.SerialNumber), string(leaf), template.NotBefore, template.NotAfter
	if err := tx.AddCertificate(*c); err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	err = s.audit(tx, actor, c.Customer, "certificate.signed", c.Serial, nil, map[string]any{"cn": c.CN, "keySHA256": fmt.Sprintf("%x", c.KeyHash),
		"notAfter": c.NotAfter, "permissions": c.Permissions})
	return slices.Concat(leaf, encodePEM(a.cert.Raw)), err
}

// claim binds the CN to the customer and refuses a key that was revoked under it, which may be in wrong hands.
func claim(tx *store.Tx, c *bank.Certificate) error {
	owner, err := tx.ClaimCN(c.CN, c.Customer)
	if err != nil {
		return fmt.Errorf("sign certificate: claim CN: %w", err)
	}
	if owner != c.Customer {
		return bank.ErrCSR.With("the CN is taken: choose another application name")
	}
	earlier, err := tx.Certificates(c.Customer, "")
	if err != nil {
		return fmt.Errorf("sign certificate: %w", err)
	}
	for _, e := range earlier {
		if e.KeyHash == c.KeyHash && e.Status == bank.CertificateRevoked {
			return bank.ErrCSR.With("a certificate with this key was revoked: make a new key")
		}
	}
	return nil
}

// Revoke ends a certificate for ever, within a second everywhere. It needs no second person, as it only takes away, and
// may be in a hurry. serial is hexadecimal, in any case, with or without colons; the reason must not be empty.
// bank.ErrNotFound if the customer has no active certificate with it.
func (s *Service) Revoke(ctx context.Context, actor bank.Actor, customer bank.CustomerID, serial, reason string) error {
	if err := authorise(&actor, customer); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := required("/reason", reason, maxReason); err != nil {
		return err
	}
	number, ok := new(big.Int).SetString(strings.NewReplacer(":", "", " ", "").Replace(serial), 16)
	if !ok || number.Sign() <= 0 || number.BitLen() > 8*serialBytes {
		return bank.ErrNotFound.With("the customer has no active certificate with this serial")
	}
	return s.change(ctx, customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		text := serialText(number)
		err := tx.RevokeCertificate(customer, text, reason, s.now().UnixMicro())
		if isNotFound(err) {
			return nil, bank.ErrNotFound.With("the customer has no active certificate with this serial")
		}
		if err != nil {
			return nil, fmt.Errorf("revoke certificate: %w", err)
		}
		return nil, s.audit(tx, actor, customer, "certificate.revoked", text, nil, map[string]any{"reason": reason})
	})
}

// Certificates lists a customer's certificates, revoked ones too, in the order of signing.
func (s *Service) Certificates(ctx context.Context, customer bank.CustomerID) (list []bank.Certificate, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { list, err = tx.Certificates(customer, ""); return err })
	if err != nil {
		return nil, fmt.Errorf("list certificates: %w", err)
	}
	return list, nil
}
