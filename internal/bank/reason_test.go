package bank_test

import (
	"testing"
	"time"

	"ims/internal/bank"
)

var audiences = []bank.Audience{bank.ForOperator, bank.ForCustomer, bank.ForEndUser}

// TestReasonsKeepTheirAudience walks all reasons and all audiences: nobody is told a reason that is not for them, whatever
// stands in for it is, and there are words for it in both languages.
func TestReasonsKeepTheirAudience(t *testing.T) {
	t.Parallel()
	for _, r := range bank.Reasons() {
		if r.For(bank.ForOperator) != r || r.Text("en") == "" || r.Text("pl") == "" || r.Text("en") == r.Text("pl") {
			t.Errorf("%s: operators are told %q, in words %q and %q", r, r.For(bank.ForOperator), r.Text("en"), r.Text("pl"))
		}
		for _, a := range audiences {
			told := r.For(a)
			if told != "" && told.Audience() < a {
				t.Errorf("%s: audience %d is told %s, which is for %d", r, a, told, told.Audience())
			}
			if told != r && r.Audience() >= a {
				t.Errorf("%s: audience %d is told %q", r, a, told)
			}
		}
	}
	for _, a := range audiences {
		if told := bank.Reason("INVENTED").For(a); told != "" {
			t.Errorf("audience %d is told %q of a reason that nobody knows", a, told)
		}
	}
}

// TestReasonsGiveNothingAway: what an end user sees of one block is what they see of every other, and neither a court's block
// nor that of sanctions law gets into the customer's history.
func TestReasonsGiveNothingAway(t *testing.T) {
	t.Parallel()
	for kind, customer := range map[bank.BlockKind]bank.Reason{bank.BlockByCustomer: bank.ReasonBlockedCustomer, bank.BlockByCourt: bank.ReasonRefused,
		bank.BlockSanctions: bank.ReasonRefused, bank.BlockFraud: bank.ReasonBlockedFraud, bank.BlockDeath: bank.ReasonBlockedDeath} {
		r := bank.WhyStopped([]bank.Block{{Kind: kind, Direction: bank.BlockDebits}}, false, noon)
		if want := bank.Reason("BLOCKED_" + kind); r != want {
			t.Errorf("a block of kind %s stops for %s", kind, r)
		}
		if r.For(bank.ForEndUser) != bank.ReasonRefused || r.For(bank.ForCustomer) != customer {
			t.Errorf("%s: end users are told %s, the customer %s", r, r.For(bank.ForEndUser), r.For(bank.ForCustomer))
		}
		if got := r.Refusal(); got == nil || got.Error() != bank.ReasonBlockedCustomer.Refusal().Error() {
			t.Errorf("%s: the caller is told %v", r, got)
		}
	}
}

// TestItemsTellTheCustomer: the API lists items with their reasons, so none of these may be for operators only.
func TestItemsTellTheCustomer(t *testing.T) {
	t.Parallel()
	for _, r := range []bank.Reason{bank.ReasonUnknownIBAN, bank.ReasonClosedIBAN, bank.ReasonCurrency, bank.ReasonMasterAccount, bank.ReasonUnreadable,
		bank.ReasonDuplicate, bank.ReasonShortfall, bank.ReasonDebitClosed, bank.ReasonDebitBlocked, bank.ReasonDebitUnknown, bank.ReasonDebitCurrency,
		bank.ReasonOwnFundsShort, bank.ReasonFundingNoPayee, bank.ReasonReturnEarly} {
		if r.For(bank.ForCustomer) != r || r.For(bank.ForEndUser) != "" || r.Refusal() != nil {
			t.Errorf("%s: the customer is told %q, end users %q", r, r.For(bank.ForCustomer), r.For(bank.ForEndUser))
		}
	}
}

func TestWhyStopped(t *testing.T) {
	t.Parallel()
	block := func(kind bank.BlockKind, d bank.BlockDirection) bank.Block {
		return bank.Block{Kind: kind, Direction: d, From: noon}
	}
	ended := block(bank.BlockSanctions, bank.BlockBoth)
	ended.To = noon
	for name, c := range map[string]struct {
		blocks []bank.Block
		at     time.Time
		want   bank.Reason
	}{
		"none":                 {nil, noon, ""},
		"of credits":           {[]bank.Block{block(bank.BlockByCourt, bank.BlockCredits)}, noon, ""},
		"not yet":              {[]bank.Block{block(bank.BlockByCourt, bank.BlockBoth)}, noon.Add(-time.Second), ""},
		"over":                 {[]bank.Block{ended, block(bank.BlockDeath, bank.BlockDebits)}, noon, bank.ReasonBlockedDeath},
		"the narrowest counts": {[]bank.Block{block(bank.BlockByCustomer, bank.BlockBoth), block(bank.BlockSanctions, bank.BlockDebits), block(bank.BlockFraud, bank.BlockBoth)}, noon, bank.ReasonBlockedSanctions},
	} {
		if got := bank.WhyStopped(c.blocks, false, c.at); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
