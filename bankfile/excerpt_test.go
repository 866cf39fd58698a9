package bankfile

import (
	"strings"
	"testing"
)

// TestExcerpt: the place of a field is in characters of the text that is shown, whatever the bytes were.
func TestExcerpt(t *testing.T) {
	raw := []byte("110,\"\x97\x88A\x01\",\"\",9")
	r := Record{Raw: raw, Spans: []Span{{0, 3}, {5, 9}, {12, 12}, {14, 15}}}
	for n, want := range map[int]string{1: "110", 2: `ŚłA\x01`, 3: "", 4: "9"} {
		text, from, to := r.Excerpt(CP852, n, 100)
		if text != `110,"ŚłA\x01","",9` {
			t.Fatalf("shown as %s", text)
		}
		if got := string([]rune(text)[from:to]); got != want || n > 1 && from == 0 {
			t.Errorf("field %d is at %d to %d: %q, want %q", n, from, to, got, want)
		}
	}
	for _, n := range []int{0, 5, -1} {
		if _, from, to := r.Excerpt(CP852, n, 100); from != 0 || to != 0 {
			t.Errorf("field %d is at %d to %d", n, from, to)
		}
	}
}

// TestExcerptIsCut: a long record keeps its beginning, an escape is never shown beyond the limit, and a field behind the cut
// has no place.
func TestExcerptIsCut(t *testing.T) {
	r := Record{Raw: []byte(strings.Repeat("Z", 10) + "\x01" + "tail"), Spans: []Span{{0, 10}, {11, 15}, {8, 15}}}
	for n, want := range map[int][2]int{1: {0, 10}, 2: {0, 0}, 3: {8, 12}} {
		text, from, to := r.Excerpt(UTF8, n, 12)
		if len([]rune(text)) != 12 || from != want[0] || to != want[1] {
			t.Errorf("field %d of %q is at %d to %d, want %v", n, text, from, to, want)
		}
	}
	if text, _, _ := r.Excerpt(UTF8, 1, 15); text != strings.Repeat("Z", 10)+`\x01t` {
		t.Errorf("cut to %q", text)
	}
}
