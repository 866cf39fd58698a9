package bank

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestDialectCheck(t *testing.T) {
	for name, c := range map[string]struct {
		dialect Dialect
		ok      bool
	}{
		"the documents":       {Dialect{}, true},
		"everything":          {Dialect{"IBM852", []string{"110", "120", "210"}, StatementPKO, true, true, 30, "31"}, true},
		"unknown encoding":    {Dialect{Encoding: "latin1"}, false},
		"a type of two":       {Dialect{Types: []string{"11"}}, false},
		"a type twice":        {Dialect{Types: []string{"110", "110"}}, false},
		"2xx without meaning": {Dialect{Types: []string{"210"}}, false},
		"orders":              {Dialect{TwoHundreds: "ORDERS"}, false},
		"negative age":        {Dialect{MaxAgeDays: -1}, false},
		"eleven years":        {Dialect{MaxAgeDays: 4000}, false},
		"a letter":            {Dialect{Subfield: "3a"}, false},
	} {
		if err := c.dialect.Check(); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDialectStored: what is stored of a dialect is what differs from the documents, and nothing of the default.
func TestDialectStored(t *testing.T) {
	text, err := json.Marshal(Dialect{})
	if err != nil || string(text) != "{}" {
		t.Errorf("%s, %v", text, err)
	}
	if got := (Dialect{}).String(); got != "default" {
		t.Error(got)
	}
	d := Dialect{Encoding: "IBM852", Types: []string{"110", "120"}, TwoHundreds: StatementPKO, MaxAgeDays: 30}
	if got, want := d.String(), "encoding IBM852, types 110 120, 2xx STATEMENT_PKO, at most 30 days old"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
