package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"ims/internal/web"
)

// TestBounded: a connection above the limit is accepted when another ends, and a failed accept takes no slot.
func TestBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newBounded(inner, bounds{all: 2})
	for range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first, second := accept(t, l), accept(t, l)
	third := make(chan net.Conn)
	go func() { third <- accept(t, l) }()
	select {
	case <-third:
		t.Fatal("a third connection was open beside two")
	default:
	}
	_ = first.Close()
	_ = first.Close() // frees no second slot
	c := <-third
	if len(l.slots) != 2 {
		t.Errorf("%d slots are taken, want 2", len(l.slots))
	}
	_, _, _ = c.Close(), second.Close(), inner.Close()
	if _, err := l.Accept(); err == nil || len(l.slots) != 0 {
		t.Errorf("after closing: %v, %d slots", err, len(l.slots))
	}
}

// TestBoundedByAddress: one address has its share of the connections and no more, until one of them ends; those of a proxy are
// not counted, as many come through it.
func TestBoundedByAddress(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inner.Close() })
	l := newBounded(inner, bounds{all: 10, address: 2})
	dial(t, inner)
	dial(t, inner)
	served, _ := accept(t, l), accept(t, l)
	third := dial(t, inner)
	next := make(chan net.Conn)
	go func() { next <- accept(t, l) }()
	if n, err := third.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the third of two is open: %d, %v", n, err)
	}
	_ = served.Close()
	dial(t, inner)
	if c := <-next; len(l.slots) != 2 {
		t.Errorf("%d slots are taken, want 2: %v", len(l.slots), c.RemoteAddr())
	}
	l.proxies = web.Networks{netip.MustParsePrefix("127.0.0.0/8")}
	for range 3 {
		dial(t, inner)
		accept(t, l)
	}
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Error(err)
	}
	return c
}

// TestPlainHTTP: whoever forgets TLS is told so, as a problem.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		TLSConfig: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("none") }}}
	go func() { _ = server.ServeTLS(newBounded(inner, bounds{all: 2}), "", "") }() // until it is closed
	t.Cleanup(func() { _ = server.Close() })
	conn, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /secure/whoami HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var p web.Problem
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 400 || response.Header.Get("Content-Type") != web.ProblemType || p.Code != "malformed" || !strings.Contains(p.Detail, "https") {
		t.Errorf("%d %v %+v", response.StatusCode, response.Header, p)
	}
}
