package customers_test

import (
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

// Where the end of a number has a meaning, a base IBAN needs it, and what is stored builds the same numbers again.
func TestBaseIBANWithSuffix(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, "DE89370400440532013000", money.EUR)
	add := func(base, suffix string) (bank.BaseIBAN, error) {
		return s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: base, Suffix: suffix, MasterAccount: m.ID})
	}
	for base, suffix := range map[string]string{"IS01592600": "5510730339", "BR0036030500001": "c1", "mu bomm 0101": "000 mur", "SCSSCB11010000": "EUR"} {
		_, err := add(base, "")
		wantError(t, err, bank.ErrInvalid, "suffix")
		b, err := add(base, suffix)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ToUpper(strings.ReplaceAll(suffix, " ", ""))
		numbers, err := b.Numbers()
		if err != nil || b.Suffix != want || numbers.Capacity() != b.Capacity {
			t.Fatalf("%+v, %v", b, err)
		}
		if number, err := numbers.At(b.Capacity - 1); err != nil || !strings.HasSuffix(number.String(), want) {
			t.Errorf("%s, %v", number, err)
		}
		if event := s.lastAudit(c); !strings.Contains(event.After, `"suffix":"`+want+`"`) {
			t.Errorf("audit event %+v", event)
		}
		_, err = add(base, suffix)
		wantError(t, err, bank.ErrBaseIBANOverlap, "")
	}
	_, err := add("PL111111117700", "X")
	wantError(t, err, bank.ErrInvalid, "must be a digit")
}

// A second person approves the suffix too.
func TestSuffixIsApproved(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, "DE89370400440532013000", money.EUR)
	ada, bob := s.active(c)
	add := func(suffix string) error {
		_, err := s.service.AddBaseIBAN(s.ctx, ada, customers.NewBaseIBAN{Base: "MUBOMM0101", Suffix: suffix, MasterAccount: m.ID})
		return err
	}
	wantError(t, add("000MUR"), bank.ErrFourEyes, "approval")
	s.approveAll(bob)
	wantError(t, add("000EUR"), bank.ErrFourEyes, "approval")
}
