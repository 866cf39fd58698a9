package main

import (
	"fmt"
	"io"
)

// story is the voice of the demonstration: titles, sentences and tables, with one empty line between them.
type story struct {
	w    io.Writer
	last byte // what was told last: 0 nothing yet, or the first letter of title, sentence, table
}

func (s *story) begin(kind byte) {
	if s.last != 0 && (kind != 's' || s.last != 's') {
		fmt.Fprintln(s.w)
	}
	s.last = kind
}

func (s *story) title(text string) {
	s.begin('t')
	fmt.Fprintln(s.w, "== "+text)
}

// say tells sentences; those that follow each other stand together.
func (s *story) say(format string, args ...any) {
	s.begin('s')
	fmt.Fprintf(s.w, format+"\n", args...)
}

func (s *story) table(t *table) {
	s.begin('T')
	t.indented(s.w, "  ")
}

// command shows what can be typed.
func (s *story) command(format string, args ...any) {
	s.begin('c')
	fmt.Fprintf(s.w, "  "+format+"\n", args...)
}
