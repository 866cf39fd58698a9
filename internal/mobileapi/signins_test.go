package mobileapi

import (
	"net/netip"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store/storetest"
	"ims/internal/web"
)

// few admits two at once.
func few() *web.Limiter {
	return web.NewLimiter(1, 2, func() time.Time { return time.Unix(1_800_000_000, 0) })
}

// TestSignInsOfAnAddress: whoever tries again and again without an identity is told to wait, before anything is read.
func TestSignInsOfAnAddress(t *testing.T) {
	t.Parallel()
	s := sceneWith(t, storetest.Open(t), Config{SignIns: SignIns{OfAddress: few()}})
	p := s.example().person("Ada")
	stranger := s.app("")
	for range 2 {
		a := stranger.do("POST", "/mobile/sessions", Assertion{"a.b.c"})
		a.refused(bank.ErrAssertionRefused)
		if a.header.Get("RateLimit") == "" || a.header.Get("RateLimit-Policy") == "" {
			t.Errorf("nobody is told what is left: %v", a.header)
		}
	}
	for _, body := range []any{Assertion{"a.b.c"}, "{", Assertion{p.identity().assertion(t, p.user.ID, s.now())}} {
		a := stranger.do("POST", "/mobile/sessions", body)
		a.refused(bank.ErrRateLimited)
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("%v", a.header)
		}
	}
	p.app.get("/mobile/balances").ok(200, nil) // who has signed in is counted elsewhere
}

// TestSignInsThroughAProxy: the address of a proxy stands for many, and is not counted.
func TestSignInsThroughAProxy(t *testing.T) {
	t.Parallel()
	s := sceneWith(t, storetest.Open(t), Config{SignIns: SignIns{OfAddress: few(), Proxies: web.Networks{netip.MustParsePrefix("127.0.0.0/8")}}})
	for range 5 {
		s.app("").do("POST", "/mobile/sessions", Assertion{"a.b.c"}).refused(bank.ErrAssertionRefused)
	}
}

// TestSignInsOfACustomer: one customer's apps do not use up what another's have, and an assertion that was refused for their
// number still counts when it is sent again.
func TestSignInsOfACustomer(t *testing.T) {
	t.Parallel()
	limit := few()
	s := sceneWith(t, storetest.Open(t), Config{SignIns: SignIns{OfCustomer: limit}})
	ada, eve := s.example().person("Ada"), s.second().person("Eve")
	signIn := func(p *person) answer {
		return s.app("").do("POST", "/mobile/sessions", Assertion{p.identity().assertion(t, p.user.ID, s.now())})
	}
	signIn(ada).ok(201, nil)
	signIn(ada).ok(201, nil)
	a := signIn(ada)
	a.refused(bank.ErrRateLimited)
	if a.header.Get("Retry-After") != "1" || a.header.Get("RateLimit") == "" {
		t.Errorf("%v", a.header)
	}
	signIn(eve).ok(201, nil)
}

// TestOriginBeforeSession: a page of another customer's makes no session, so the one that the end user has goes on and the
// assertion still counts.
func TestOriginBeforeSession(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.example()
	const site = "https://app.example.com"
	must[string](t)(s.customers.AddDomain(t.Context(), bank.System(c.Customer.ID, "test"), "app.example.com"))
	eve := s.second().person("Eve")
	identity := eve.identity()
	var first, second Session
	s.app("").do("POST", "/mobile/sessions", Assertion{identity.assertion(t, eve.user.ID, s.now())}).ok(201, &first)
	assertion := Assertion{identity.assertion(t, eve.user.ID, s.now())} // for the same device
	s.app("").do("POST", "/mobile/sessions", assertion, "Origin", site).refused(bank.ErrOriginRefused)
	s.app(first.Token).get("/mobile/balances").ok(200, nil)
	s.app("").do("POST", "/mobile/sessions", assertion).ok(201, &second)
	s.app(first.Token).get("/mobile/balances").refused(bank.ErrUnauthenticated)
}
