package main

import (
	"net"
	"sync"
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
	return &slotted{c, sync.OnceFunc(func() { <-b.slots })}, nil
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
