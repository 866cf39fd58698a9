package iban

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
)

var (
	_ encoding.TextMarshaler   = IBAN{}
	_ encoding.TextAppender    = IBAN{}
	_ encoding.TextUnmarshaler = (*IBAN)(nil)
	_ driver.Valuer            = IBAN{}
	_ sql.Scanner              = (*IBAN)(nil)
	_ slog.LogValuer           = IBAN{}
)

func TestJSON(t *testing.T) {
	x, _ := Parse("PL61109010140000071219812874")
	in := map[IBAN]IBAN{x: x}
	data, err := json.Marshal(in)
	if err != nil || string(data) != `{"PL61109010140000071219812874":"PL61109010140000071219812874"}` {
		t.Fatalf("%s, %v", data, err)
	}
	var out map[IBAN]IBAN
	if err := json.Unmarshal(data, &out); err != nil || out[x] != x {
		t.Errorf("%v, %v", out, err)
	}
	for _, bad := range []string{`"PL62109010140000071219812874"`, `"pl61109010140000071219812874"`, `7`} {
		y := x
		if err := json.Unmarshal([]byte(bad), &y); err == nil || y != x {
			t.Errorf("%s becomes %v, %v", bad, y, err)
		}
	}
	var zero IBAN
	if err := json.Unmarshal([]byte(`""`), &zero); err != nil || !zero.IsZero() {
		t.Errorf("empty text becomes %v, %v", zero, err)
	}
}

// TestSQL: what a database gets it gives back, nothing is NULL, and numbers that a bank got wrong nationally survive.
func TestSQL(t *testing.T) {
	fr, err := ParseISO("FR1420041010050500013MZ2606")
	if err != nil {
		t.Fatal(err)
	}
	ao, err := ParseWith("AO06004400006729503010102", Unregistered)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []IBAN{fr, ao, {}} {
		v, err := x.Value()
		if err != nil || (v == nil) != x.IsZero() {
			t.Fatalf("%s is stored as %v, %v", x, v, err)
		}
		y := fr
		if err := y.Scan(v); err != nil || y != x {
			t.Errorf("%s comes back as %s, %v", x, y, err)
		}
		if err := y.Scan([]byte(x.String())); err != nil || y != x {
			t.Errorf("%s comes back from bytes as %s, %v", x, y, err)
		}
	}
	var x IBAN
	for _, bad := range []any{7, "PL", []byte("?"), 1.5} {
		if err := x.Scan(bad); err == nil || !x.IsZero() {
			t.Errorf("%v becomes %s, %v", bad, x, err)
		}
	}
	if fr.NationalOK() {
		t.Error("wrong national digits are called right")
	}
}

// TestLog: no log of a number, alone or in a group, holds it whole.
func TestLog(t *testing.T) {
	x, _ := Parse("PL61109010140000071219812874")
	var buf bytes.Buffer
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("issued", "iban", x, slog.Group("more", "iban", x))
	if s := buf.String(); strings.Contains(s, "0000071219") || !strings.Contains(s, "PL61 **** **** **** **** **** 2874") {
		t.Errorf("logged %s", s)
	}
}
