package customers

import (
	"context"
	"crypto/tls"
	"sync"
	"time"
)

// ServerCertificates issues the listener's certificate and renews it while serving.
type ServerCertificates struct {
	service *Service
	hosts   []string
	mutex   sync.Mutex
	current *tls.Certificate
	tried   time.Time
}

// ServerCertificates returns certificates for hosts, see ServerCertificate for the errors. Give its GetCertificate to a
// tls.Config.
func (s *Service) ServerCertificates(ctx context.Context, hosts []string) (*ServerCertificates, error) {
	first, err := s.ServerCertificate(ctx, hosts)
	if err != nil {
		return nil, err
	}
	return &ServerCertificates{service: s, hosts: hosts, current: &first}, nil
}

// retryRenewal bounds how often a failed renewal is tried again; the old certificate serves meanwhile.
const retryRenewal = time.Minute

// GetCertificate is for tls.Config. A handshake in the last third of a certificate's life renews it; where the store does
// not answer, the current one is used for as long as it lasts.
func (c *ServerCertificates) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now, leaf := c.service.now(), c.current.Leaf
	renewAt := leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3)
	if now.Before(renewAt) || now.Sub(c.tried) < retryRenewal {
		return c.current, nil
	}
	c.tried = now
	if renewed, err := c.service.ServerCertificate(hello.Context(), c.hosts); err == nil {
		c.current = &renewed
	}
	return c.current, nil
}
