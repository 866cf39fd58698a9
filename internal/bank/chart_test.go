package bank_test

import (
	"testing"

	"ims/internal/bank"
)

const (
	user       = bank.KindUser
	own        = bank.KindOwn
	technical  = bank.KindTechnical
	receivable = bank.KindReceivable
	theBank    = bank.KindBank
)

var allKinds = []bank.BalanceKind{0, user, own, technical, receivable, theBank, 6}

// way is one direction of money with its cause.
type way struct {
	from, to bank.BalanceKind
	cause    bank.Cause
}

// names are what history calls the two sides of a posting; the side of BANK is never shown.
type names struct{ out, in bank.TransactionType }

// allowed restates the chart of accounts of the design, so that a slip in either place shows.
var allowed = map[way]names{
	{theBank, user, bank.CauseIncoming}:          {0, bank.TypeTransferIn},
	{theBank, technical, bank.CauseIncoming}:     {0, bank.TypeTechnical},
	{user, theBank, bank.CauseOutgoing}:          {bank.TypeTransferOut, 0},
	{user, user, bank.CauseInternal}:             {bank.TypeInternalOut, bank.TypeInternalIn},
	{user, technical, bank.CauseInternal}:        {bank.TypeInternalOut, bank.TypeTechnical},
	{user, own, bank.CauseDebit}:                 {bank.TypeDebit, bank.TypeDebit},
	{user, own, bank.CauseSweep}:                 {bank.TypeInternalOut, bank.TypeInternalIn},
	{receivable, theBank, bank.CauseShortfall}:   {bank.TypeShortfall, 0},
	{receivable, user, bank.CauseShortfall}:      {bank.TypeShortfall, bank.TypeShortfall},
	{receivable, technical, bank.CauseShortfall}: {bank.TypeShortfall, bank.TypeShortfall},
	{user, receivable, bank.CauseRepayment}:      {bank.TypeRepayment, bank.TypeRepayment},
	{technical, user, bank.CauseAssignment}:      {bank.TypeAssignment, bank.TypeAssignment},
	{technical, own, bank.CauseAssignment}:       {bank.TypeAssignment, bank.TypeAssignment},
	{technical, theBank, bank.CauseReturn}:       {bank.TypeReturn, 0},
	{own, user, bank.CauseCredit}:                {bank.TypeCredit, bank.TypeCredit},
	{own, user, bank.CauseFunding}:               {bank.TypeInternalOut, bank.TypeInternalIn},
	{own, theBank, bank.CauseCharges}:            {bank.TypeTransferOut, 0},
}

// reversible restates which ways have an opposite to take back.
func reversible(from, to bank.BalanceKind) bool {
	for w := range allowed {
		if w.from == to && w.to == from {
			return true
		}
	}
	return false
}

// TestChartIsComplete asks about every pair of kinds, also those that do not exist, for every cause, also unknown ones.
func TestChartIsComplete(t *testing.T) {
	for _, from := range allKinds {
		for _, to := range allKinds {
			for cause := bank.Cause(-1); cause <= bank.CauseReversal+1; cause++ {
				_, want := allowed[way{from, to, cause}]
				if cause == bank.CauseReversal {
					want = reversible(from, to)
				}
				if got := bank.PostingAllowed(from, to, cause); got != want {
					t.Errorf("%s to %s for %s: allowed %t, want %t", from, to, cause, got, want)
				}
			}
		}
	}
}

// TestOnlyBankFactsTouchBank: nothing that the API does moves money over the mirror of the bank's books.
func TestOnlyBankFactsTouchBank(t *testing.T) {
	facts := map[bank.Cause]bool{bank.CauseIncoming: true, bank.CauseOutgoing: true, bank.CauseShortfall: true, bank.CauseReturn: true,
		bank.CauseCharges: true, bank.CauseReversal: true}
	for _, other := range allKinds {
		for cause := bank.CauseIncoming; cause <= bank.CauseReversal; cause++ {
			touches := bank.PostingAllowed(other, theBank, cause) || bank.PostingAllowed(theBank, other, cause)
			if touches && !facts[cause] {
				t.Errorf("%s moves money between BANK and %s", cause, other)
			}
		}
	}
}

func TestTypeOfEverySide(t *testing.T) {
	for w, want := range allowed {
		if want.out != 0 && bank.TypeOf(w.cause, w.from, true) != want.out {
			t.Errorf("%s of %s, paying side: %s, want %s", w.cause, w.from, bank.TypeOf(w.cause, w.from, true), want.out)
		}
		if want.in != 0 && bank.TypeOf(w.cause, w.to, false) != want.in {
			t.Errorf("%s of %s, paid side: %s, want %s", w.cause, w.to, bank.TypeOf(w.cause, w.to, false), want.in)
		}
		for _, kind := range []bank.BalanceKind{w.from, w.to} {
			if got := bank.TypeOf(bank.CauseReversal, kind, kind == w.to); got != bank.TypeReversal {
				t.Errorf("reversal of %s, side of %s: %s", w.cause, kind, got)
			}
		}
	}
}

func TestKindsOfBalances(t *testing.T) {
	for kind, want := range map[bank.BalanceKind]struct {
		name           string
		row, belowZero bool
	}{
		user: {"USER", true, false}, own: {"OWN", true, false}, technical: {"TECHNICAL", false, false},
		receivable: {"RECEIVABLE", true, true}, theBank: {"BANK", false, true},
	} {
		if kind.String() != want.name || kind.HasRow() != want.row || kind.MayGoBelowZero() != want.belowZero {
			t.Errorf("%s: row %t, may go below zero %t; want %+v", kind, kind.HasRow(), kind.MayGoBelowZero(), want)
		}
	}
}

// TestStoredNumbers: numbers in the store keep their meaning for ever.
func TestStoredNumbers(t *testing.T) {
	causes := []string{"", "INCOMING", "OUTGOING", "INTERNAL", "CREDIT", "DEBIT", "SHORTFALL", "REPAYMENT", "ASSIGNMENT", "RETURN",
		"FUNDING", "SWEEP", "CHARGES", "REVERSAL"}
	for n, name := range causes {
		if got := bank.Cause(n).String(); got != name {
			t.Errorf("cause %d is %q, was %q", n, got, name)
		}
	}
	types := []string{"TRANSFER_IN", "TRANSFER_OUT", "INTERNAL_IN", "INTERNAL_OUT", "CREDIT", "DEBIT", "SHORTFALL", "REPAYMENT",
		"TECHNICAL", "ASSIGNMENT", "RETURN", "REVERSAL"}
	for i, name := range types {
		n := bank.TransactionType(i + 1)
		if back, ok := bank.ParseTransactionType(name); !ok || back != n || n.String() != name {
			t.Errorf("type %d is %q, read back as %d; was %q", n, n, back, name)
		}
	}
	for i, name := range []string{"AUTHORIZED", "CLEARED", "REVERSED", "DECLINED"} {
		n := bank.TransactionStatus(i + 1)
		if back, ok := bank.ParseTransactionStatus(name); !ok || back != n || n.String() != name {
			t.Errorf("status %d is %q, read back as %d; was %q", n, n, back, name)
		}
	}
	for _, wrong := range []string{"", "cleared", "CLEARED ", "TRANSFER"} {
		if _, ok := bank.ParseTransactionStatus(wrong); ok {
			t.Errorf("status %q was read", wrong)
		}
		if _, ok := bank.ParseTransactionType(wrong); ok {
			t.Errorf("type %q was read", wrong)
		}
	}
}

func TestCompanion(t *testing.T) {
	if n := bank.BalanceNo(7); n.Companion() != -7 || n.Companion().Companion() != n {
		t.Errorf("the companion of %d is %d", n, n.Companion())
	}
}
