package serverapi

import (
	"strings"
	"testing"

	"ims/internal/bank"
)

// TestVerifyPayee: what a payer's program is told, and what it is not.
func TestVerifyPayee(t *testing.T) {
	s := newScene(t)
	c, second := s.example(), s.second()
	b := c.caller("V-Example-Backend").balance()
	api := c.caller("V-Example-Bank", bank.PermPayeesVerify)
	theirs := second.caller("V-Second-Backend").balance()
	for _, x := range []struct {
		number, name string
		want         PayeeVerification
	}{
		{b.IBAN, "ADA EXAMPLE", PayeeVerification{Result: "MATCH"}},
		{spaced(b.IBAN), "Example, Ada", PayeeVerification{Result: "MATCH"}},
		{b.IBAN, "Ada Exampel", PayeeVerification{Result: "CLOSE_MATCH", Name: "Ada Example"}},
		{b.IBAN, "Bob Other", PayeeVerification{Result: "NO_MATCH"}},
		{b.IBAN, "", PayeeVerification{Result: "NOT_POSSIBLE"}},
		{theirs.IBAN, "Ada Example", PayeeVerification{Result: "NOT_POSSIBLE"}},
		{"PL" + outsideNRB, "Ada Example", PayeeVerification{Result: "NOT_POSSIBLE"}},
	} {
		var got PayeeVerification
		api.do("POST", "/secure/payee-verifications", Payee{IBAN: x.number, Name: x.name}).ok(200, &got)
		if got != x.want {
			t.Errorf("%q for %s: %+v, want %+v", x.name, x.number, got, x.want)
		}
	}
	stranger := api.do("POST", "/secure/payee-verifications", Payee{IBAN: theirs.IBAN, Name: "Ada Exampel"}).ok(200, nil)
	nobody := api.do("POST", "/secure/payee-verifications", Payee{IBAN: "PL" + outsideNRB, Name: "Ada Exampel"}).ok(200, nil)
	if string(stranger.body) != string(nobody.body) || stranger.header.Get("Content-Length") != nobody.header.Get("Content-Length") {
		t.Errorf("another customer's IBAN can be told from none: %s, %s", stranger.body, nobody.body)
	}
	api.do("GET", "/secure/bank-accounts/"+b.IBAN, nil).refused(bank.ErrForbidden) // the bank reads nothing else
}

func TestVerifyPayeeRefuses(t *testing.T) {
	s := newScene(t)
	c := s.example()
	b := c.caller("V-Example-Backend").balance()
	api := c.caller("V-Example-Bank", bank.PermPayeesVerify)
	wrongDigits := b.IBAN[:len(b.IBAN)-1] + string('0'+(b.IBAN[len(b.IBAN)-1]-'0'+1)%10)
	for field, body := range map[string]any{
		"/iban": Payee{IBAN: wrongDigits, Name: "Ada Example"},
		"/name": Payee{IBAN: b.IBAN, Name: "Ada\x00Example"},
		"":      map[string]any{"iban": b.IBAN},
	} {
		p := api.do("POST", "/secure/payee-verifications", body).refused(bank.ErrInvalid)
		if len(p.Errors) != 1 || field != "" && p.Errors[0].Pointer != field {
			t.Errorf("%s: %+v", field, p)
		}
	}
	c.caller("V-Example-Other", bank.PermUsersRead, bank.PermMoneyPost).do("POST", "/secure/payee-verifications", Payee{IBAN: b.IBAN, Name: "Ada Example"}).refused(bank.ErrForbidden)
	if logged := s.logs.text(); strings.Contains(logged, "Ada") || strings.Contains(logged, b.IBAN) {
		t.Errorf("the log tells of people: %s", logged)
	}
}

// spaced is an IBAN as people write it.
func spaced(number string) string {
	var groups []string
	for ; len(number) > 4; number = number[4:] {
		groups = append(groups, number[:4])
	}
	return strings.Join(append(groups, number), " ")
}
