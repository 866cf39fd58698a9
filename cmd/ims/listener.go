package main

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"ims/internal/bank"
	"ims/internal/web"
)

// bounds are how many connections may be open at once.
type bounds struct {
	all     int
	address int          // of one household; 0: as many as of all
	proxies web.Networks // through whom many come, and who are not counted by address
}

// bounded is a listener that has a limited number of connections open at once. Those above it wait in the system's queue
// until one ends, so that a crowd of strangers costs time, not memory; those above the limit of their own address are closed,
// so that nobody alone keeps all others waiting.
type bounded struct {
	net.Listener
	bounds
	slots chan struct{}
	mutex sync.Mutex
	homes map[netip.Prefix]int // connections that are open
}

func newBounded(l net.Listener, b bounds) *bounded {
	return &bounded{Listener: l, bounds: b, slots: make(chan struct{}, b.all), homes: map[netip.Prefix]int{}}
}

// Accept waits for a free slot, then for a connection that may have it.
func (b *bounded) Accept() (net.Conn, error) {
	b.slots <- struct{}{}
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			<-b.slots
			return nil, err
		}
		if leave, ok := b.enter(c.RemoteAddr().String()); ok {
			return &slotted{plainHTTP{c}, sync.OnceFunc(func() { leave(); <-b.slots })}, nil
		}
		_ = c.Close() // nothing was begun
	}
}

// enter counts a connection by where it comes from; false where there are too many.
func (b *bounded) enter(remote string) (leave func(), ok bool) {
	if b.address == 0 || b.proxies.Contains(remote) {
		return func() {}, true
	}
	home := web.Household(remote)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.homes[home] >= b.address {
		return nil, false
	}
	b.homes[home]++
	return func() { b.leave(home) }, true
}

func (b *bounded) leave(home netip.Prefix) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.homes[home]--; b.homes[home] <= 0 {
		delete(b.homes, home)
	}
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
