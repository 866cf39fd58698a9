package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// pipes is a listener whose connections exist in memory, so that a test owns their time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// limited serves h with the limits of a service to one connection.
func limited(t *testing.T, h http.HandlerFunc) net.Conn {
	t.Helper()
	server, listener := &http.Server{Handler: h}, make(pipes, 1)
	limit(server)
	go func() { _ = server.Serve(listener) }() // until it is closed
	t.Cleanup(func() { _ = server.Close() })
	near, far := net.Pipe()
	listener <- far
	t.Cleanup(func() { _ = near.Close() })
	return near
}

// TestUnsentBody: whoever announces a body and does not send it is answered and let go, also where nobody reads it.
func TestUnsentBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn := limited(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you?", http.StatusUnauthorized) })
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // to the end of the connection
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 401") {
			t.Errorf("the answer is %q, %v", answer, err)
		}
	})
}

// TestUnreadAnswer: whoever does not read an answer does not hold its handler for ever.
func TestUnreadAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		written := make(chan error, 1)
		conn := limited(t, func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(bytes.Repeat([]byte("x"), 1<<20))
			written <- err
		})
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := <-written; err == nil {
			t.Error("an answer that nobody reads was written")
		}
	})
}
