package main

import (
	"bytes"
	"fmt"
	"net"
	"sync"

	"ims/internal/bank"
	"ims/internal/web"
)

// bounded is a listener that has a limited number of connections open at once. Those above it wait in the system's queue
// until one ends, so that a crowd of strangers costs time, not memory.
type bounded struct {
	net.Listener
	slots chan struct{}
}

func newBounded(l net.Listener, connections int) *bounded {
	return &bounded{l, make(chan struct{}, connections)}
}

// Accept waits for a free slot, then for a connection.
func (b *bounded) Accept() (net.Conn, error) {
	b.slots <- struct{}{}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.slots
		return nil, err
	}
	return &slotted{plainHTTP{c}, sync.OnceFunc(func() { <-b.slots })}, nil
}

// plainHTTP tells who speaks HTTP without TLS what they did wrong, in the shape of all refusals. net/http answers such
// callers with a line of text; nothing else that begins like an answer of HTTP is ever written below TLS.
type plainHTTP struct{ net.Conn }

// Write writes records of TLS as they are.
func (c plainHTTP) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.Conn.Write(p)
	}
	body, err := web.Standalone(bank.ErrMalformed.With("this port speaks TLS 1.3 only: use https"))
	if err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(c.Conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		web.ProblemType, len(body), body)
	return len(p), err
}

// slotted is a connection that frees its slot when it is closed, however often.
type slotted struct {
	net.Conn
	free func()
}

// Close closes the connection.
func (s *slotted) Close() error {
	defer s.free()
	return s.Conn.Close()
}
