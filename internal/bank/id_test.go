package bank_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ims/internal/bank"
)

const canonical = "0190b6c4-1234-7abc-8def-0123456789ab"

func TestParseID(t *testing.T) {
	for _, text := range []string{canonical, strings.ToUpper(canonical)} {
		if id, err := bank.ParseID(text); err != nil || id.String() != canonical {
			t.Errorf("%s: %s, %v", text, id, err)
		}
	}
	for _, text := range []string{"", "1", strings.ReplaceAll(canonical, "-", ""), "{" + canonical + "}", "urn:uuid:" + canonical,
		canonical + " ", " " + canonical[:35], canonical[:35] + "g", strings.Replace(canonical, "-", "_", 1), strings.Repeat("0", 36),
		strings.Repeat("ż", 18), canonical[:34] + "\x00\x00"} {
		id, err := bank.ParseID(text)
		if !errors.Is(err, bank.ErrMalformed) || !id.IsZero() {
			t.Errorf("%q: %s, %v", text, id, err)
		}
		if e, ok := bank.AsError(err); ok && text != "" && text != "1" && strings.Contains(e.Message, text) {
			t.Errorf("the error repeats the value: %q", e.Message)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add(canonical)
	f.Add("{0190b6c4-1234-7abc-8def-0123456789a}")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := bank.ParseID(text)
		if err != nil {
			return
		}
		if again, err := bank.ParseID(id.String()); err != nil || again != id || !strings.EqualFold(text, id.String()) {
			t.Errorf("%q became %s, then %s, %v", text, id, again, err)
		}
	})
}

// TestIDsAreOrdered: keys of rows made later come later, which listings in the order of creation rest on.
func TestIDsAreOrdered(t *testing.T) {
	last := bank.NewID()
	for range 10_000 {
		next := bank.NewID()
		if next.String() <= last.String() {
			t.Fatalf("%s was made after %s", next, last)
		}
		last = next
	}
}

func TestIDInStore(t *testing.T) {
	id := bank.NewID()
	stored, err := id.Value()
	if b, ok := stored.([]byte); err != nil || !ok || len(b) != 16 {
		t.Fatalf("stored as %T %v, %v", stored, stored, err)
	}
	var back bank.ID
	if err := back.Scan(stored); err != nil || back != id {
		t.Errorf("%s came back as %s, %v", id, back, err)
	}
	if err := back.Scan(nil); err != nil || !back.IsZero() {
		t.Errorf("NULL came back as %s, %v", back, err)
	}
	if v, err := (bank.ID{}).Value(); v != nil || err != nil {
		t.Errorf("the unset identifier is stored as %v, %v", v, err)
	}
	for _, wrong := range []any{[]byte("short"), "0190b6c4", int64(7)} {
		if err := back.Scan(wrong); err == nil {
			t.Errorf("%T %v was read as %s", wrong, wrong, back)
		}
	}
}

func TestIDInJSON(t *testing.T) {
	type object struct{ ID bank.ID }
	var o object
	if err := json.Unmarshal([]byte(`{"ID":"`+canonical+`"}`), &o); err != nil || o.ID.String() != canonical {
		t.Fatalf("%s, %v", o.ID, err)
	}
	if text, err := json.Marshal(o); err != nil || string(text) != `{"ID":"`+canonical+`"}` {
		t.Errorf("%s, %v", text, err)
	}
	if err := json.Unmarshal([]byte(`{"ID":"x"}`), &o); !errors.Is(err, bank.ErrMalformed) || o.ID.String() != canonical {
		t.Errorf("%s, %v", o.ID, err)
	}
}
