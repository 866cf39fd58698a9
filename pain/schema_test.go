package pain

import (
	"os/exec"
	"strings"
	"testing"
)

// lint asks xmllint whether a file keeps to the schema in testdata.
func lint(t *testing.T, file string) (string, error) {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint")
	}
	cmd := exec.Command(tool, "--noout", "--nonet", "--schema", "testdata/pain.001.001.09.xsd", "-")
	cmd.Stdin = strings.NewReader(file)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestSchema: what is written keeps to the schema.
func TestSchema(t *testing.T) {
	poor := plainOrder(t)
	poor.Title = ""
	outside := euroSection(t, plainOrder(t))
	outside.NotSEPA = true
	for name, c := range map[string]struct {
		m Message
		o Options
	}{
		"all there is":  {sampleMessage(t), Options{}},
		"with letters":  {sampleMessage(t), Options{Letters: true}},
		"bare order":    {messageOf(euroSection(t, poor)), Options{}},
		"not SEPA":      {messageOf(outside), Options{}},
		"longest texts": {longest(t), Options{}},
	} {
		file, _ := written(t, c.m, c.o)
		if out, err := lint(t, file); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, file)
		}
	}
}

// longest fills every text to its limit, with what grows on the way.
func longest(t testing.TB) Message {
	x := func(n int) string { return strings.Repeat("æ", n/2) + strings.Repeat("x", n%2) }
	id := func(last string) string { return strings.Repeat("9", longestID-1) + last }
	where := Address{x(70), x(16), x(16), x(35), "PL"}
	s := euroSection(t, Order{EndToEndID: id("1"), Amount: maxSEPA, PayeeName: x(70), PayeeAddress: where, Payee: account(t, german), PayeeBank: "TESTDE00XXX", Title: x(140)})
	s.ID, s.PayerName, s.PayerAddress = id("2"), x(70), where
	m := messageOf(s)
	m.ID, m.Initiator, m.InitiatorID = id("3"), x(70), id("4")
	return m
}

// TestSchemaBites: a schema that takes everything proves nothing.
func TestSchemaBites(t *testing.T) {
	file, _ := written(t, sampleMessage(t), Options{})
	for _, c := range [][2]string{
		{"<CtrlSum>10000000006234.50</CtrlSum>", ""}, {"<NbOfTxs>4<", "<NbOfTxs>four<"}, {"2026-11-24", "2026-11-31"}, {"SLEV", "OUR"},
		{`Ccy="EUR"`, `Ccy="eur"`}, {`Ccy="EUR"`, ``}, {">1234.50<", ">1234,50<"}, {">1234.50<", ">-1.00<"}, {"pain.001.001.09", "pain.001.001.03"},
		{"<Nm>SHOP GMBH</Nm>", ""}, {"T-2026-0001", "/T"}, {"SHOP GMBH", strings.Repeat("X", 141)}, {"<PmtMtd>TRF", "<PmtMtd>CHK"},
	} {
		if !strings.Contains(file, c[0]) {
			t.Fatalf("the sample has no %s", c[0])
		}
		if out, err := lint(t, strings.Replace(file, c[0], c[1], 1)); err == nil {
			t.Errorf("%s for %s passes: %s", c[1], c[0], out)
		}
	}
}
