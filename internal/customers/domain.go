package customers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// Domain is a host that a customer registered; it has a name here for the doors, which do not know the store.
type Domain = store.Domain

// AddDomain lets browsers come from a host, and the panel be reached under it, for the actor's customer; it returns the host
// as it is kept. A host belongs to one customer of the installation: bank.ErrAlreadyExists where it is somebody else's, or
// the customer's already. Where four eyes bind it waits for a second person (bank.ErrFourEyes).
func (s *Service) AddDomain(ctx context.Context, actor bank.Actor, host string) (string, error) {
	host, err := s.domainOf(&actor, host)
	if err != nil {
		return "", err
	}
	err = s.change(ctx, actor.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		if pending, err := s.second.Require(ctx, tx, actor, domainRequest("domain.add", host)); err != nil || pending != nil {
			return pending, err
		}
		_, fresh, err := tx.ClaimDomain(Domain{Host: host, Customer: actor.Customer, CreatedAt: s.now()})
		if err != nil {
			return nil, fmt.Errorf("add domain: %w", err)
		}
		if !fresh {
			return nil, bank.ErrAlreadyExists.With("the host is registered already")
		}
		return nil, s.audit(tx, actor, actor.Customer, "domain.added", host, nil, map[string]any{"host": host})
	})
	if err != nil {
		return "", err
	}
	return host, nil
}

// RemoveDomain takes a host away, at once; it needs no second person, as it only takes away. bank.ErrNotFound where it is not
// the customer's.
func (s *Service) RemoveDomain(ctx context.Context, actor bank.Actor, host string) error {
	host, err := s.domainOf(&actor, host)
	if err != nil {
		return err
	}
	return s.change(ctx, actor.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		err := tx.RemoveDomain(actor.Customer, host)
		if isNotFound(err) {
			return nil, bank.ErrNotFound.With("the customer has not registered this host")
		}
		if err != nil {
			return nil, fmt.Errorf("remove domain: %w", err)
		}
		return nil, s.audit(tx, actor, actor.Customer, "domain.removed", host, map[string]any{"host": host}, nil)
	})
}

func (s *Service) domainOf(actor *bank.Actor, host string) (string, error) {
	if err := authorise(actor, actor.Customer); err != nil {
		return "", err
	}
	normal, err := NormalHost(host)
	if err != nil {
		return "", bank.ErrInvalid.With("the host cannot be registered: it %s", err).Field("/host", "invalid", err.Error())
	}
	return normal, nil
}

// DomainContent is what exactly is approved with a host.
type DomainContent struct {
	Host string `json:"host"`
}

func domainRequest(action, host string) store.ApprovalRequest {
	return store.ApprovalRequest{Action: action, Object: host, Digest: sha256.Sum256([]byte(host)),
		Summary: "browsers may come from " + host + ", and the panel be reached there", Content: bank.ApprovalContent(DomainContent{host})}
}

// Domains lists a customer's hosts in their order.
func (s *Service) Domains(ctx context.Context, customer bank.CustomerID) (list []Domain, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { list, err = tx.Domains(customer); return err })
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	return list, nil
}

// CustomerOfHost returns whose a host is, given as in a Host header or an origin, or bank.ErrNotFound.
func (s *Service) CustomerOfHost(ctx context.Context, host string) (customer bank.CustomerID, err error) {
	normal, err := NormalHost(host)
	if err != nil {
		return 0, bank.ErrNotFound.With("nobody has registered this host")
	}
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { customer, err = tx.CustomerOfDomain(normal); return err })
	if isNotFound(err) {
		return 0, bank.ErrNotFound.With("nobody has registered this host")
	}
	if err != nil {
		return 0, fmt.Errorf("customer of host: %w", err)
	}
	return customer, nil
}

const maxPort = 65535

// NormalHost is the one form of a host name: lower case, without a final dot and without the port 443. Other ports are for
// localhost only, where developers have several services; wildcards, addresses and names in other scripts than ASCII (write
// xn--...) are refused with the reason.
func NormalHost(text string) (string, error) {
	name, port := strings.ToLower(text), ""
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name, port = name[:i], name[i+1:]
	}
	name = strings.TrimSuffix(name, ".")
	local := name == "localhost" || strings.HasSuffix(name, ".localhost")
	switch {
	case strings.Contains(text, "/"):
		return "", errors.New("must be a host name only, without https:// and path")
	case net.ParseIP(text) != nil || net.ParseIP(strings.Trim(name, "[]")) != nil:
		return "", errors.New("must be a name, not an address")
	case strings.Contains(name, "*") || !hostName(name):
		return "", errors.New("must be a host name of letters, digits and hyphens between dots, without wildcards")
	case !local && !strings.Contains(name, "."):
		return "", errors.New("must have a domain: letters, a dot, letters")
	case strings.Contains(text, ":") && !isPort(port):
		return "", errors.New("must have a port from 1 to 65535, or none")
	case port == "" || port == "443":
		return name, nil
	case !local:
		return "", errors.New("must have no port: only localhost may have one")
	}
	return name + ":" + port, nil
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n > 0 && n <= maxPort && strconv.Itoa(n) == text
}
