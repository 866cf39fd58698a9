package customers_test

import (
	"errors"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestDomains: a host is kept in one form, belongs to one customer, and leaves a trail.
func TestDomains(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, other := s.customer("Example Pay"), s.customer("Other Pay")
		host := must[string](t)(s.service.AddDomain(s.ctx, system(c), "App.Example.com.:443"))
		if host != "app.example.com" {
			t.Errorf("kept as %q", host)
		}
		if event := s.lastAudit(c); event.Action != "domain.added" || event.Object != host {
			t.Errorf("audit event %+v", event)
		}
		for _, by := range []bank.Customer{c, other} {
			_, err := s.service.AddDomain(s.ctx, system(by), "APP.example.com")
			wantError(t, err, bank.ErrAlreadyExists, "registered")
		}
		for _, asked := range []string{"app.example.com", "APP.EXAMPLE.COM:443", "app.example.com."} {
			if owner, err := s.service.CustomerOfHost(s.ctx, asked); owner != c.ID || err != nil {
				t.Errorf("%s: %d, %v", asked, owner, err)
			}
		}
		for _, asked := range []string{"example.com", "x.app.example.com", "app.example.com:8443", "", "*"} {
			if _, err := s.service.CustomerOfHost(s.ctx, asked); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("%q: %v", asked, err)
			}
		}
		wantError(t, s.service.RemoveDomain(s.ctx, system(other), host), bank.ErrNotFound, "not registered")
		if list := must[[]customers.Domain](t)(s.service.Domains(s.ctx, c.ID)); len(list) != 1 || list[0].Host != host || !list[0].CreatedAt.Equal(noon) {
			t.Errorf("%+v", list)
		}
		if err := s.service.RemoveDomain(s.ctx, system(c), "App.example.com"); err != nil {
			t.Fatal(err)
		}
		if event := s.lastAudit(c); event.Action != "domain.removed" || event.Object != host {
			t.Errorf("audit event %+v", event)
		}
		if _, err := s.service.CustomerOfHost(s.ctx, host); !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("removed: %v", err)
		}
		must[string](t)(s.service.AddDomain(s.ctx, system(other), host))
	})
}

// TestDomainsNeedTwo: where four eyes bind, a host waits for a second person; taking one away does not.
func TestDomainsNeedTwo(t *testing.T) {
	s := newScene(t, storetest.Open(t))
	c := s.customer("Example Pay")
	ada, bob := s.active(c)
	_, err := s.service.AddDomain(s.ctx, ada, "app.example.com")
	wantError(t, err, bank.ErrFourEyes, "approval")
	if _, err := s.service.CustomerOfHost(s.ctx, "app.example.com"); !errors.Is(err, bank.ErrNotFound) {
		t.Errorf("already there: %v", err)
	}
	s.approveAll(bob)
	_, err = s.service.AddDomain(s.ctx, ada, "other.example.com")
	wantError(t, err, bank.ErrFourEyes, "approval") // the approval was of another host
	must[string](t)(s.service.AddDomain(s.ctx, ada, "app.example.com"))
	if err := s.service.RemoveDomain(s.ctx, ada, "app.example.com"); err != nil {
		t.Error(err)
	}
	nobody := bank.Actor{Customer: c.ID, Kind: bank.ActorOperator, Name: "eve@example.test"}
	_, err = s.service.AddDomain(s.ctx, nobody, "app.example.com")
	wantError(t, err, bank.ErrForbidden, "")
	wantError(t, s.service.RemoveDomain(s.ctx, nobody, "app.example.com"), bank.ErrForbidden, "")
}

func TestNormalHost(t *testing.T) {
	for text, want := range map[string]string{
		"app.example.com": "app.example.com", "APP.Example.COM.": "app.example.com", "app.example.com:443": "app.example.com",
		"localhost": "localhost", "localhost:8080": "localhost:8080", "Demo.Localhost:8080": "demo.localhost:8080", "xn--krtek-x1a.example": "xn--krtek-x1a.example",
	} {
		if got, err := customers.NormalHost(text); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"": "letters", "https://app.example.com": "without https", "app.example.com/": "path", "*.example.com": "wildcards", "app.example.com:8443": "no port",
		"10.0.0.1": "address", "::1": "address", "[::1]:443": "address", "10.0.0.1:443": "address", "intranet": "domain", "localhost:0": "port from 1", "localhost:": "port from 1", "localhost:+1": "port from 1",
		"localhost:65536": "port from 1", "żółw.example": "letters", "a b.example": "letters", "user@app.example.com": "letters", ".": "letters", "app..example.com": "letters",
	} {
		if got, err := customers.NormalHost(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %q, %v, want %q", text, got, err, says)
		}
	}
}

// FuzzNormalHost: what is kept stays what it is.
func FuzzNormalHost(f *testing.F) {
	f.Add("App.Example.com.:443")
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := customers.NormalHost(text)
		if err != nil {
			return
		}
		if again, err := customers.NormalHost(normal); again != normal || err != nil {
			t.Errorf("%q is kept as %q, which is kept as %q, %v", text, normal, again, err)
		}
	})
}
