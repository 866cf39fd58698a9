package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"ims/internal/bank"
)

const (
	dialTime    = 5 * time.Second
	answerShown = 256      // bytes of an answer that are kept
	answerRead  = 16 << 10 // bytes of an answer that are read so that the connection can be used again
	headerBytes = 16 << 10
	idleTime    = time.Minute
)

// newClient makes the client of an endpoint: no proxy, no redirects, addresses checked after resolution.
func (s *Service) newClient(ctx context.Context, e *bank.NotificationEndpoint) (*client, error) {
	config, renewAt, err := s.tlsConfig(ctx, e)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: dialTime}
	if !s.Private {
		dialer.Control = refusePrivate
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: config, TLSHandshakeTimeout: dialTime, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: s.Parallel, MaxConnsPerHost: s.Parallel, IdleConnTimeout: idleTime,
		MaxResponseHeaderBytes: headerBytes, DisableCompression: true,
	}
	return &client{setAt: e.UpdatedAt, renewAt: renewAt, http: &http.Client{
		Transport: transport, Timeout: s.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// tlsConfig trusts the endpoint's authorities and presents a certificate where that is asked for.
func (s *Service) tlsConfig(ctx context.Context, e *bank.NotificationEndpoint) (c *tls.Config, renewAt time.Time, err error) {
	c, renewAt = &tls.Config{MinVersion: tls.VersionTLS12}, s.Now().AddDate(1, 0, 0)
	if e.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(e.CA)) {
			return nil, renewAt, errors.New("the endpoint's authorities cannot be read")
		}
	}
	if e.Authentication != bank.EndpointMTLS {
		return c, renewAt, nil
	}
	certificate, err := s.certificate(ctx, e)
	if err != nil {
		return nil, renewAt, fmt.Errorf("client certificate: %w", err)
	}
	if leaf := certificate.Leaf; leaf != nil {
		renewAt = leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3)
	}
	// Always this one, whatever authorities the endpoint says it knows: what it then refuses is told by name.
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	return c, renewAt, nil
}

func (s *Service) certificate(ctx context.Context, e *bank.NotificationEndpoint) (*tls.Certificate, error) {
	if e.Secrets.Certificate == "" {
		if s.Certificate == nil {
			return nil, errors.New("there is none of our own")
		}
		return s.Certificate(ctx)
	}
	pair, err := tls.X509KeyPair([]byte(e.Secrets.Certificate), []byte(e.Secrets.Key))
	return &pair, err
}

// errPrivate means that the endpoint's name resolves to an address that only we can reach.
var errPrivate = errors.New("the address is private")

// refusePrivate looks at the address after resolution, so that no name can lead inside, whatever it resolved to before.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr().Unmap()) {
		return errPrivate
	}
	return nil
}

// reserved are the ranges that are not on the internet, beside those that package netip knows (RFC 6890 and its registry).
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/16", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) (all []netip.Prefix) {
	for _, text := range list {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// public reports an address of the internet.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// send tells an endpoint of one event.
func (s *Service) send(ctx context.Context, c *http.Client, e *bank.NotificationEndpoint, v event) (a bank.Attempt) {
	a.At = s.Now().UTC()
	started := time.Now()
	defer func() { a.Duration = time.Since(started) }()
	request, err := s.request(ctx, e, v, a.At)
	if err != nil {
		a.Failure = "the request cannot be made"
		return a
	}
	answer, err := c.Do(request)
	if err != nil {
		a.Failure = reason(err, s.Timeout)
		return a
	}
	defer answer.Body.Close()
	head := make([]byte, answerShown)
	n, _ := io.ReadFull(answer.Body, head)
	_, _ = io.CopyN(io.Discard, answer.Body, answerRead)
	a.Status, a.Answer = answer.StatusCode, shown(head[:n])
	switch {
	case a.Status >= 300 && a.Status < 400:
		a.Failure = "the endpoint redirects; redirects are not followed"
	case a.Status < 200 || a.Status > 299:
		a.Failure = fmt.Sprintf("the endpoint answered %d", a.Status)
	}
	return a
}

func (s *Service) request(ctx context.Context, e *bank.NotificationEndpoint, v event, now time.Time) (*http.Request, error) {
	body := v.body()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if err := v.sign(request.Header, e.Secrets.Signing, body, now); err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "ims-notify")
	if e.Authentication == bank.EndpointBasic {
		request.SetBasicAuth(e.Username, e.Secrets.Password)
	}
	return request, nil
}

// reason says why no answer came, in words for the log that the customer reads: no text of ours or of the endpoint in it.
func reason(err error, limit time.Duration) string {
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	var web *url.Error
	switch {
	case errors.Is(err, errPrivate):
		return "the name leads to a private address; that is not allowed"
	case errors.As(err, &unknown):
		return "the name of the endpoint cannot be resolved"
	case errors.As(err, &certificate):
		return "the endpoint's certificate is not trusted: " + shown([]byte(certificate.Err.Error()))
	case errors.As(err, &alert):
		return "TLS: the endpoint said: " + alert.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.As(err, &web) && web.Timeout():
		return fmt.Sprintf("no answer within %v", limit)
	case errors.Is(err, context.Canceled):
		return "stopped by us"
	}
	return "the connection failed"
}

// shown makes bytes of a stranger safe for a log that people read.
func shown(b []byte) string {
	text := strings.ToValidUTF8(string(b), "\ufffd")
	return strings.Map(func(r rune) rune {
		if r == ' ' || unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, text)
}
