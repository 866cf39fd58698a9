package customers

import (
	"context"
	"crypto/tls"
	"sync"
	"time"
)

// ServerCertificates issues the listener's certificate and renews it while serving.
type ServerCertificates struct {
	ctx     context.Context // of serving: a caller who hangs up must not stop a renewal
	service *Service
	hosts   []string
	mutex   sync.Mutex
	current *tls.Certificate
	tried   time.Time
}

// ServerCertificates returns certificates for hosts, see ServerCertificate for the errors. ctx lasts as long as the
// listener. Give GetCertificate to a tls.Config.
func (s *Service) ServerCertificates(ctx context.Context, hosts []string) (*ServerCertificates, error) {
	first, err := s.ServerCertificate(ctx, hosts)
	if err != nil {
		return nil, err
	}
	return &ServerCertificates{ctx: ctx, service: s, hosts: hosts, current: &first}, nil
}

const (
	// retryRenewal bounds how often a failed renewal is tried again; the old certificate serves meanwhile.
	retryRenewal = time.Minute
	// renewalTime bounds how long handshakes wait for a renewal.
	renewalTime = 5 * time.Second
)

// GetCertificate is for tls.Config. A handshake in the last third of a certificate's life renews it; where the store does
// not answer, the current one is used for as long as it lasts.
func (c *ServerCertificates) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now, leaf := c.service.now(), c.current.Leaf
	renewAt := leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3)
	if now.Before(renewAt) || now.Sub(c.tried) < retryRenewal {
		return c.current, nil
	}
	c.tried = now
	ctx, cancel := context.WithTimeout(c.ctx, renewalTime)
	defer cancel()
	if renewed, err := c.service.ServerCertificate(ctx, c.hosts); err == nil {
		c.current = &renewed
	}
	return c.current, nil
}
