package ims

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Config says where the service is and who calls.
type Config struct {
	Address  string // https://host:port
	CAFile   string // PEM; "": the system's authorities
	CertFile string // PEM, with its chain; read at every handshake, so a renewed one is taken without a restart
	KeyFile  string // PEM, of the certificate
	Retries  int    // after the first attempt; 0: 4, negative: none
	// MaxWait is the longest pause before a retry; a Retry-After beyond it ends the retries. 0: one minute.
	MaxWait time.Duration
	// Transport replaces connections with the files above, for a key in hardware or a tunnel.
	Transport http.RoundTripper
}

// Client calls the service. It may be used by many goroutines at once, and should be: it keeps connections.
type Client struct {
	base    string
	http    *http.Client
	retries int
	maxWait time.Duration
}

// Open reads the files and prepares connections; it sends nothing. Whoami tells whether the certificate is accepted.
func Open(config Config) (*Client, error) {
	base, err := url.Parse(config.Address)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return nil, fmt.Errorf("ims: %q is no address of a service", config.Address)
	}
	transport := config.Transport
	if transport == nil {
		if transport, err = mutualTLS(config); err != nil {
			return nil, fmt.Errorf("ims: %w", err)
		}
	}
	c := &Client{base: strings.TrimRight(config.Address, "/"), retries: config.Retries, maxWait: config.MaxWait,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if c.retries == 0 {
		c.retries = 4
	}
	if c.maxWait == 0 {
		c.maxWait = time.Minute
	}
	return c, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func mutualTLS(config Config) (http.RoundTripper, error) {
	roots, err := authorities(config.CAFile)
	if err != nil {
		return nil, err
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
		return &pair, err
	}
	if _, err := load(); err != nil { // now, where the caller looks at the error
		return nil, err
	}
	return &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: time.Minute,
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, Proxy: http.ProxyFromEnvironment,
	}, nil
}

func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil // the system's
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New(file + " holds no certificate")
	}
	return pool, nil
}
