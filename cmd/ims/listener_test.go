package main

import (
	"net"
	"testing"
)

// TestBounded: a connection above the limit is accepted when another ends, and a failed accept takes no slot.
func TestBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newBounded(inner, 2)
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

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Error(err)
	}
	return c
}
