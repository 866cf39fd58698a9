package ims

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// TokenSource is the app's side of sessions. The app asks its own backend, which asks the service for the token of the signed-in
// user (POST /secure/sessions), or makes an assertion for POST /mobile/sessions.
type TokenSource interface {
	// RenewToken returns a fresh session token. It is called when there is none yet and when the service no longer takes the
	// last one, by one thread at a time; an error ends the call that needed the token.
	RenewToken() (string, error)
}

// Client reads what belongs to the end user of the session.
type Client struct {
	base   string
	http   *http.Client
	source TokenSource
	closed context.Context
	close  context.CancelFunc

	mu       sync.Mutex
	token    string
	language string
}

const requestTime = 30 * time.Second

// NewClient prepares connections to https://host:port; it sends nothing. caPEM holds the certificates of who signed the
// service's; empty, the phone's own authorities decide.
func NewClient(address, caPEM string, source TokenSource) (*Client, error) {
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("ims: the address must be https://host:port")
	}
	if source == nil {
		return nil, errors.New("ims: a TokenSource is required")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	if caPEM != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(caPEM)) {
			return nil, errors.New("ims: caPEM holds no certificate")
		}
	}
	return newClient(address, source, &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 10 * time.Second}), nil
}

func newClient(address string, source TokenSource, transport http.RoundTripper) *Client {
	c := &Client{base: strings.TrimRight(address, "/"), source: source, http: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	c.closed, c.close = context.WithCancel(context.Background())
	return c
}

// SetLanguage says in which language texts for people are wanted from now on, as BCP 47 has it ("pl-PL"). There are English
// and Polish; another language, and none, get English.
func (c *Client) SetLanguage(tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.language = tag
}

func (c *Client) spoken() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.language
}

// Close ends running calls and connections; the session stays. The client cannot be used any more.
func (c *Client) Close() {
	c.close()
	c.http.CloseIdleConnections()
}

// SignOut ends the session at the service and forgets the token.
func (c *Client) SignOut() error {
	c.mu.Lock()
	token := c.token
	c.token = ""
	c.mu.Unlock()
	if token == "" {
		return nil
	}
	_, err := c.once(http.MethodDelete, "/mobile/sessions/current", "", token)
	if ended, ok := errors.AsType[*refusal](err); ok && ended.status == http.StatusUnauthorized {
		return nil // it had ended already
	}
	return err
}

// freshToken returns the token to use. stale is one that the service has just refused: whoever comes first with it renews, the
// others take what that brought.
func (c *Client) freshToken(stale string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.token != stale {
		return c.token, nil
	}
	token, err := c.source.RenewToken()
	if err == nil && token == "" {
		err = errors.New("ims: the TokenSource returned no token")
	}
	if err != nil {
		return "", err
	}
	c.token = token
	return token, nil
}
