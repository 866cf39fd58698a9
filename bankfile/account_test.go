package bankfile

import (
	"fmt"
	"testing"

	"ims/iban"
)

// TestRanges: the longest prefix decides, whatever their order and number.
func TestRanges(t *testing.T) {
	list := []Own{{Prefix: "PL11111111"}, {Prefix: "PL111111112", Master: true}, {Prefix: "PL1111111123"}, {Prefix: "PL11111111230000000000000", Master: true}, {Prefix: "PL22222222"}}
	for i := range 500 {
		list = append(list, Own{Prefix: fmt.Sprintf("PL33333333%04d", i*2)})
	}
	list = append(list, Own{Prefix: "DE50010517"}, Own{Prefix: "DE500105175407324931", Master: true})
	m, err := NewRanges(list)
	if err != nil {
		t.Fatal(err)
	}
	for bban, want := range map[string]Kind{
		"111111110000000000000000": Virtual, "111111112000000000000000": Master, "111111112399999999999999": Virtual,
		"111111112300000000000005": Master, "111111119999999999999999": Virtual, "222222229999999999999999": Virtual,
		"111111100000000000000000": External, "222222300000000000000000": External, "000000000000000000000000": External,
		"999999999999999999999999": External, "333333330998000000000000": Virtual, "333333330997000000000000": External,
	} {
		if got := m.Polish([]byte(bban)); got != want {
			t.Errorf("%s: %v, want %v", bban, got, want)
		}
	}
	for text, want := range map[string]Kind{"DE12500105170648489890": Virtual, "GB33BUKB20201555555555": External} {
		n, err := iban.ParseISO(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Of(n); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestRangesRefused(t *testing.T) {
	for _, prefix := range []string{"", "PL", "PL1234567", "PL12345678X", "pl12345678", "DE", "DEabc", "12345678", "PL1234567890123456789012345"} {
		if _, err := NewRanges([]Own{{Prefix: prefix}}); err == nil {
			t.Errorf("%q is taken", prefix)
		}
	}
	if _, err := NewRanges([]Own{{Prefix: "DE1234"}, {Prefix: "DE1234", Master: true}}); err == nil {
		t.Error("one prefix is both master and virtual")
	}
}

// TestSettle: an account on another master account is outside of this one, unless nobody else in the record is ours here.
func TestSettle(t *testing.T) {
	for _, c := range []struct{ payer, payee, wantPayer, wantPayee Kind }{
		{Virtual, Elsewhere, Virtual, External}, {Elsewhere, Virtual, External, Virtual}, {Master, Elsewhere, Master, External},
		{External, Elsewhere, External, Virtual}, {Elsewhere, None, Virtual, None}, {Elsewhere, Elsewhere, Virtual, Virtual},
		{Virtual, External, Virtual, External},
	} {
		payer, payee := Account{Kind: c.payer}, Account{Kind: c.payee}
		if Settle(&payer, &payee); payer.Kind != c.wantPayer || payee.Kind != c.wantPayee {
			t.Errorf("%v > %v: %v > %v", c.payer, c.payee, payer.Kind, payee.Kind)
		}
	}
}
