package notify

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// ApproveFunc asks whether a change may go on, see the access room: an approval means commit, do nothing more, and wait.
type ApproveFunc func(ctx context.Context, tx *store.Tx, actor bank.Actor, r store.ApprovalRequest) (*bank.Approval, error)

// Config is what a Service is made of.
type Config struct {
	DB      *store.DB
	Now     func() time.Time
	Approve ApproveFunc // nil: nothing needs a second person

	// Certificate is our own client certificate, CN=ims-notify, for endpoints that want mutual TLS and uploaded none.
	Certificate func(ctx context.Context) (*tls.Certificate, error)
	// Private allows endpoints on loopback, private and link-local addresses and without TLS: for a receiver in the same
	// house and for tests. Otherwise a customer could make us call what only we can reach.
	Private bool

	Lease    time.Duration // of an endpoint by a process; 0: 30 s
	Timeout  time.Duration // of one request; 0: 10 s
	Parallel int           // requests at once to one endpoint; 0: 64
	Turn     time.Duration // after which other endpoints are served; 0: 10 s
}

// Service keeps endpoints and delivers events. It is safe for concurrent use.
type Service struct {
	Config
	mutex   sync.Mutex
	clients map[bank.CustomerID]*client
}

// New returns a service.
func New(c Config) *Service {
	if c.Approve == nil {
		c.Approve = func(context.Context, *store.Tx, bank.Actor, store.ApprovalRequest) (*bank.Approval, error) {
			return nil, nil
		}
	}
	if c.Lease == 0 {
		c.Lease = 30 * time.Second
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Parallel == 0 {
		c.Parallel = 64
	}
	if c.Turn == 0 {
		c.Turn = 10 * time.Second
	}
	return &Service{Config: c, clients: map[bank.CustomerID]*client{}}
}

// client is the connections to one endpoint as it was set.
type client struct {
	http    *http.Client
	setAt   time.Time // UpdatedAt of the endpoint
	renewAt time.Time // our own certificate ends
}

// clientFor returns the client of an endpoint, whose connections stay open between turns.
func (s *Service) clientFor(ctx context.Context, e *bank.NotificationEndpoint) (*http.Client, error) {
	s.mutex.Lock()
	c := s.clients[e.Customer]
	s.mutex.Unlock()
	if c != nil && c.setAt.Equal(e.UpdatedAt) && s.Now().Before(c.renewAt) {
		return c.http, nil
	}
	fresh, err := s.newClient(ctx, e)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clients[e.Customer] = fresh
	if c != nil {
		c.http.CloseIdleConnections()
	}
	return fresh.http, nil
}
