package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// lookTime bounds how long a name server or a neighbour may take to answer.
const lookTime = 3 * time.Second

// checkAddresses tells whether the listeners could be opened.
func (c *checkup) checkAddresses() {
	served, err := c.address.served()
	if err != nil {
		c.fail("lock", "let the service's user write beside the database", "%v", err)
	}
	if served {
		c.warn("lock", "stop it before you start another one", "a service has the store open")
	}
	c.checkListen("admin listener", c.AdminListen, served)
	if c.Target != "worker" {
		c.checkListen("api listener", c.Listen, served)
	}
	if host, _, err := net.SplitHostPort(c.AdminListen); err == nil && !loopback(host) {
		c.warn("admin listener", "keep it from strangers by a firewall: it speaks plain HTTP", "%s is open to other machines", c.AdminListen)
	}
}

func (c *checkup) checkListen(check, address string, served bool) {
	listener, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		_ = listener.Close() // nobody has called it
		c.ok(check, "%s is free", address)
	case errors.Is(err, syscall.EADDRINUSE) && (served || c.alive()):
		c.warn(check, "stop it before you start another one", "%s is taken by a service of ims that runs", address)
	case errors.Is(err, syscall.EADDRINUSE):
		c.fail(check, "end the other program, or choose another address", "%s is taken", address)
	default:
		c.fail(check, "choose an address of this machine; ports below 1024 need CAP_NET_BIND_SERVICE", "%v", err)
	}
}

// alive tells whether the admin listener answers as a service of ims does.
func (c *checkup) alive() bool { return probe(c.ctx, c.AdminListen, "/healthz") == nil }

// probe asks a health probe of the service that runs here.
func probe(ctx context.Context, adminListen, path string) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	host, port, err := net.SplitHostPort(adminListen)
	if err != nil {
		return err
	}
	if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
		host = "localhost"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 100))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(body)))
	}
	return err
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// checkHostNames looks the names in the server's certificate up: callers must find them.
func (c *checkup) checkHostNames() {
	if c.Target == "worker" {
		return
	}
	for _, name := range c.HostNames {
		if _, err := netip.ParseAddr(name); err == nil {
			c.ok("host name", "%s is an address", name)
			continue
		}
		if loopback(name) {
			c.ok("host name", "%s is this machine", name)
			continue
		}
		ctx, cancel := context.WithTimeout(c.ctx, lookTime)
		found, err := net.DefaultResolver.LookupHost(ctx, name)
		cancel()
		if err != nil {
			c.warn("host name", "correct --host-names, or add it to the name server", "%s is not found from here", name)
			continue
		}
		c.ok("host name", "%s is %s", name, strings.Join(found, ", "))
	}
}

// The widest networks of proxies that are not worth a word.
const (
	widestProxy4 = 16
	widestProxy6 = 48
)

// checkSettings tells of settings that trust too much.
func (c *checkup) checkSettings() {
	for _, network := range c.TrustedProxy {
		widest := widestProxy6
		if network.Addr().Is4() {
			widest = widestProxy4
		}
		switch {
		case network.Bits() == 0:
			c.fail("trusted proxy", "name the proxies' own addresses", "%v trusts everybody to say which certificate a caller has", network)
		case network.Bits() < widest:
			c.warn("trusted proxy", "name the proxies' own addresses", "%v is wide: who is in it can be any caller", network)
		default:
			c.ok("trusted proxy", "%v", network)
		}
	}
	if c.NotifyPrivate {
		c.warn("notifications", "leave --notify-private off unless the receivers are yours", "customers may let the service call private addresses and without TLS")
	} else {
		c.ok("notifications", "to public addresses by TLS only")
	}
}

// checkCollector tells whether traces would arrive.
func (c *checkup) checkCollector() {
	u, err := url.Parse(c.TraceEndpoint)
	if err != nil || c.TraceEndpoint == "" {
		return
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address := net.JoinHostPort(u.Hostname(), port)
	connection, err := (&net.Dialer{Timeout: lookTime}).DialContext(c.ctx, "tcp", address)
	if err != nil {
		c.warn("traces", "start the collector, or correct --trace-endpoint", "nobody takes them at %s: they would be lost", address)
		return
	}
	_ = connection.Close() // nothing was sent
	c.ok("traces", "%s takes connections", address)
}
