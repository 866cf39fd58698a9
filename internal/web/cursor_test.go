package web

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ims/internal/bank"
)

func TestCursors(t *testing.T) {
	id := bank.NewID()
	backwards := IDCursor(3, id)
	backwards.Back = true
	if got, back, err := ReadIDCursor(IDCursor(3, id).String(), 3); err != nil || got != id || back {
		t.Errorf("%v, %v, %v", got, back, err)
	}
	if got, back, err := ReadIDCursor(backwards.String(), 3); err != nil || got != id || !back {
		t.Errorf("back: %v, %v, %v", got, back, err)
	}
	if got, back, err := ReadNumberCursor(NumberCursor(4, 1<<53).String(), 4); err != nil || got != 1<<53 || back {
		t.Errorf("%v, %v, %v", got, back, err)
	}
	if got, back, err := ReadIDCursor("", 3); err != nil || !got.IsZero() || back {
		t.Errorf("no cursor: %v, %v, %v", got, back, err)
	}
	for name, text := range map[string]string{"another list's": IDCursor(4, id).String(), "a number's": NumberCursor(3, 7).String(),
		"cut": IDCursor(3, id).String()[:10], "anything": "abc", "not base64": "!!", "another version": "Ag" + IDCursor(3, id).String()[2:]} {
		if _, _, err := ReadIDCursor(text, 3); !errors.Is(err, bank.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	negative := Cursor{List: 4, Position: []byte{255, 0, 0, 0, 0, 0, 0, 0}}
	if _, _, err := ReadNumberCursor(negative.String(), 4); !errors.Is(err, bank.ErrInvalid) {
		t.Errorf("a negative position: %v", err)
	}
}

// FuzzCursor: no text panics, and what is read writes back the same.
func FuzzCursor(f *testing.F) {
	f.Add(NumberCursor(1, 42).String())
	f.Add("AQE")
	f.Fuzz(func(t *testing.T, text string) {
		n, back, err := ReadNumberCursor(text, 1)
		c := NumberCursor(1, n)
		c.Back = back
		if err == nil && text != "" && c.String() != text {
			t.Errorf("%q reads as %d, %v and writes as %q", text, n, back, c)
		}
	})
}

// shelf is a list whose rows have numbers that grow.
type shelf []int64

// read is what a store does: up to limit rows behind a row in the order of the list, or before it.
func (s shelf) read(from int64, back bool, limit int) []int64 {
	at := slices.Index(s, from)
	if back {
		return s[max(at-limit, 0):at]
	}
	return s[at+1 : min(at+1+limit, len(s))]
}

func (s shelf) page(t *rapid.T, limit int, cursor string) ([]int64, Links) {
	from, back, err := ReadNumberCursor(cursor, 9)
	if err != nil {
		t.Fatal(err)
	}
	itself := func(n int64) int64 { return n }
	return Paged(s.read(from, back, limit+1), Page{Limit: limit, Cursor: cursor}, itself, func(n int64) Cursor { return NumberCursor(9, n) })
}

// TestPagedBothWays follows nextCursor to the end and previousCursor to the beginning, while rows are added at the end: the
// way back shows the rows of the way there, and nothing is left over at either end.
func TestPagedBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list shelf
		add := func(n int) {
			for range n {
				list = append(list, int64(len(list)+1))
			}
		}
		add(rapid.IntRange(1, 20).Draw(t, "rows"))
		limit := rapid.IntRange(1, 7).Draw(t, "limit")
		var there, back []int64
		rows, links := list.page(t, limit, "")
		if links.PreviousCursor != "" {
			t.Fatal("something is before the first page")
		}
		for there = rows; links.NextCursor != ""; there = append(there, rows...) {
			add(rapid.IntRange(0, 2).Draw(t, "added") / 2 * min(1, 40-len(list)))
			rows, links = list.page(t, limit, links.NextCursor)
			if links.PreviousCursor == "" {
				t.Fatal("no way back")
			}
		}
		if !slices.Equal(there, list) {
			t.Fatalf("%v of %v", there, list)
		}
		add(1)
		for back = rows; links.PreviousCursor != ""; back = append(slices.Clone(rows), back...) {
			rows, links = list.page(t, limit, links.PreviousCursor)
			if links.NextCursor == "" {
				t.Fatal("no way on")
			}
		}
		if !slices.Equal(back, there) {
			t.Fatalf("back %v, there %v", back, there)
		}
	})
}
