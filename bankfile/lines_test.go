package bankfile

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestLineEnds: CR, LF and both together end a line wherever the reads are cut, and a file of nothing but CR is read as quickly as
// any: each line end is looked for up to itself only.
func TestLineEnds(t *testing.T) {
	for name, text := range map[string]string{
		"all three":    "a\rb\nc\r\nd\n\re\r\r\nf",
		"at a border":  strings.Repeat("x", windowBytes-2) + "\r\nb\r" + strings.Repeat("y", windowBytes-3) + "\rc\r\n",
		"CR at end":    "a\r",
		"nothing else": strings.Repeat("\r", 1<<20),
	} {
		want := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
		if last := len(want) - 1; want[last] == "" {
			want = want[:last]
		}
		if got := lines(t, strings.NewReader(text), text); !slices.Equal(got, want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
		}
		if got := lines(t, iotest.HalfReader(strings.NewReader(text)), text); !slices.Equal(got, want) {
			t.Errorf("%s, read in halves: %d lines, want %d", name, len(got), len(want))
		}
	}
}

func lines(t *testing.T, src io.Reader, text string) (list []string) {
	t.Helper()
	r := NewLineReader(src, int64(len(text)), 2*windowBytes, true)
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil || l.TooLong {
			t.Fatal(l.TooLong, err)
		}
		list = append(list, string(l.Text))
	}
}
