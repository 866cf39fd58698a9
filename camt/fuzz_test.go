package camt

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"ims/bankfile"
)

// FuzzParse: no file makes reading panic or fail, and a record without errors is money of one of our accounts on the side
// that its direction names.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"statement-02", "notification-04", "notification-08"} {
		file, err := os.ReadFile("testdata/" + name + ".xml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, name == "statement-02")
	}
	f.Add([]byte(ntfctn(ntry("7", "DBIT", "<RvslInd>1</RvslInd>", txDtls("7", german, anna, "<RtrInf/>")))), false)
	f.Fuzz(func(t *testing.T, file []byte, statement bool) {
		open := Open054
		if statement {
			open = Open053
		}
		o := optionsOf("EUR", 2)
		o.Limits.Line = 600
		r, err := open(opener(file), o)
		for err == nil {
			var rec *bankfile.Record
			if rec, err = r.Next(); err == nil && rec.OK() {
				checkAccepted(t, rec)
			}
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}

func checkAccepted(t *testing.T, r *bankfile.Record) {
	t.Helper()
	d := bankfile.DirectionOf(r.Payer.Kind, r.Payee.Kind)
	ours := r.Payee.Kind
	if d.Outgoing() {
		ours = r.Payer.Kind
	}
	if r.Amount <= 0 || r.Date == "" || d == bankfile.Unknown || d != r.Direction || ours == bankfile.External || ours == bankfile.None {
		t.Errorf("accepted: %+v", r)
	}
}

// FuzzNeighbours: what is found in a record does not depend on the entries around it.
func FuzzNeighbours(f *testing.F) {
	f.Add("7.00", "CRDT", "<RmtInf><Ustrd>A</Ustrd></RmtInf>", "8.00", "DBIT", "<RtrInf/>")
	f.Add("7.001", "X", "</TxDtls><TxDtls>", "8", "CRDT", "<Amt Ccy='USD'>1</Amt>")
	f.Fuzz(func(t *testing.T, amount1, mark1, more1, amount2, mark2, more2 string) {
		one := ntry(amount1, mark1, "", txDtls(amount1, german, anna, more1))
		two := ntry(amount2, mark2, "", txDtls(amount2, ewa, german, more2))
		both, alone, second := euros(t, one, two), euros(t, one), euros(t, two)
		for _, r := range []result{both, alone, second} {
			if len(r.report.File) > 0 && r.report.File[0].Code != bankfile.FileNoValidRecords {
				return // torn apart: there are no two records to compare
			}
		}
		apart := append(alone.records, second.records...)
		if len(apart) != len(both.records) {
			t.Fatalf("%d records apart, %d together", len(apart), len(both.records))
		}
		for i := range apart {
			apart[i].Line = both.records[i].Line
			if a, b := whole(&apart[i]), whole(&both.records[i]); a != b {
				t.Errorf("apart:\n%s\ntogether:\n%s", a, b)
			}
		}
	})
}

// FuzzAmount: an amount that is read is written in its text, to the last minor unit.
func FuzzAmount(f *testing.F) {
	for _, text := range []string{"1.50", "0", "99999.99999", "1e3"} {
		f.Add(text, 2)
	}
	f.Fuzz(func(t *testing.T, text string, decimals int) {
		decimals &= 3
		n, code := parseAmount([]byte(text), decimals)
		if code != "" {
			return
		}
		whole, fraction, _ := strings.Cut(text, ".")
		digits := strings.TrimLeft(whole+(fraction + "00000")[:decimals], "0")
		if rest := strings.Trim((fraction + "00000")[decimals:], "0"); rest != "" || strings.TrimLeft(itoa(n), "0") != digits {
			t.Errorf("%q with %d decimals is %d", text, decimals, n)
		}
	})
}
