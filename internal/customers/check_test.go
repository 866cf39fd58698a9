package customers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
)

func (s *scene) steps(c bank.Customer) map[string]customers.Step {
	s.t.Helper()
	steps := map[string]customers.Step{}
	for _, step := range must[[]customers.Step](s.t)(s.service.Check(s.ctx, c.ID)) {
		steps[step.Code] = step
	}
	return steps
}

func missing(steps map[string]customers.Step) map[string]string {
	notes := map[string]string{}
	for code, step := range steps {
		if !step.Done && !step.Optional {
			notes[code] = step.Note
		}
	}
	return notes
}

// Each step of onboarding crosses off its line, and nothing else.
func TestCheck(t *testing.T) {
	s := open(t)
	_, err := s.service.Check(s.ctx, 9)
	wantError(t, err, bank.ErrNotFound, "")
	c := s.customer("Example")
	want := map[string]string{
		"master-account": "no account at the bank is registered",
		"own-balances":   "needs a master account first",
		"base-iban":      "needs a master account first",
		"base-iban-room": "needs a base IBAN first",
		"ca":             "the installation has no certificate authority",
		"certificate":    "no certificate is active",
		"admins":         "0 of 2 ADMINs have signed in and are active",
		"domains":        "no host is registered: browsers get 403",
		"file-operators": "0 of 2 operators of the issuing institution who may execute files have signed in and are active",
	}
	expect := func(done ...string) {
		t.Helper()
		for _, code := range done {
			delete(want, code)
		}
		if diff := cmp.Diff(want, missing(s.steps(c))); diff != "" {
			t.Error(diff)
		}
	}
	expect()
	m := s.master(c, master, money.PLN)
	want["base-iban"] = "none issues in PLN"
	expect("master-account", "own-balances")
	must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: base, MasterAccount: m.ID}))
	expect("base-iban", "base-iban-room")
	s.ca()
	expect("ca")
	if _, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil); err != nil {
		t.Fatal(err)
	}
	expect("certificate")
	must[string](t)(s.service.AddDomain(s.ctx, system(c), "panel.example.test"))
	expect("domains")
	told := func() customers.Step { return s.steps(c)["notification-endpoint"] }
	if got := told(); got.Done || !got.Optional || got.Warning() {
		t.Errorf("%+v", got)
	}
	if err := s.db.Write(s.ctx, func(tx *store.Tx) error {
		_, err := tx.AddEndpoint(bank.NotificationEndpoint{Customer: c.ID, Active: true})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := told(); !got.Done || got.Note != "" {
		t.Errorf("%+v", got)
	}
	s.active(c)
	expect("admins", "file-operators")
	s.master(c, "DE89370400440532013000", money.EUR)
	s.master(c, "GB29NWBK60161331926819", money.GBP)
	want["base-iban"] = "none issues in EUR, GBP"
	expect()
}

// Time and use bring steps back.
func TestCheckWarns(t *testing.T) {
	s := open(t)
	s.ca()
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	b := must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: base + "00000000000", MasterAccount: m.ID}))
	if b.Capacity != 10 {
		t.Fatalf("capacity %d", b.Capacity)
	}
	use := func(n uint64) {
		t.Helper()
		if err := s.db.Write(s.ctx, func(tx *store.Tx) error { return tx.AdvanceBase(c.ID, b.Base, n) }); err != nil {
			t.Fatal(err)
		}
	}
	use(8)
	if room := s.steps(c)["base-iban-room"]; !room.Done || !strings.Contains(room.Note, "80 %, 2 numbers") {
		t.Errorf("%+v", room)
	}
	use(10)
	if room := s.steps(c)["base-iban-room"]; room.Done || !strings.Contains(room.Note, "100 %, 0 numbers") {
		t.Errorf("%+v", room)
	}
	got, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-Batch"), nil); err != nil {
		t.Fatal(err)
	}
	if step := s.steps(c)["certificate"]; step.Warning() {
		t.Errorf("%+v", step)
	}
	s.turn(got.NotAfter.AddDate(0, 0, -10))
	if step := s.steps(c)["certificate"]; !step.Warning() || !strings.Contains(step.Note, "V-Example-App expires on 2027-12-22, in 10 days; ") {
		t.Errorf("%+v", step)
	}
	// A second certificate, for rotation, ends the warning about its CN only.
	if _, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil); err != nil {
		t.Fatal(err)
	}
	if step := s.steps(c)["certificate"]; strings.Contains(step.Note, "V-Example-App") || !strings.Contains(step.Note, "V-Example-Batch") {
		t.Errorf("%+v", step)
	}
	s.turn(noon.AddDate(10, 0, -1))
	if step := s.steps(c)["ca"]; !step.Warning() || !strings.Contains(step.Note, "expires on 2036-11-20") {
		t.Errorf("%+v", step)
	}
	if step := s.steps(c)["certificate"]; step.Done {
		t.Errorf("%+v", step)
	}
	ada, bob := s.active(c)
	if err := s.access.LockOperator(s.ctx, ada, c.ID, bob.Name, ""); err != nil {
		t.Fatal(err)
	}
	steps := s.steps(c)
	if steps["admins"].Note != "1 of 2 ADMINs have signed in and are active" || steps["file-operators"].Done {
		t.Errorf("%+v, %+v", steps["admins"], steps["file-operators"])
	}
}
