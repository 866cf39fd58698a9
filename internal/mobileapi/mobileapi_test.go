package mobileapi

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/web"
)

// TestEndUser reads what is their own, as the store has it.
func TestEndUser(t *testing.T) { storetest.Each(t, endUser) }

func endUser(t *testing.T, db *store.DB) {
	p := sceneOn(t, db, nil).example().person("Ada")
	var ibans BankAccountList
	p.app.get("/mobile/bank-accounts").ok(200, &ibans)
	want := bankAccountFrom(p.balance.Accounts[0])
	if len(ibans.Items) != 1 || ibans.Items[0] != want {
		t.Errorf("IBANs %+v, want %+v", ibans.Items, want)
	}
	var one BankAccountList
	p.app.get("/mobile/bank-accounts?balanceId="+p.balance.ID.String()).ok(200, &one)
	if len(one.Items) != 1 || one.Items[0] != want {
		t.Errorf("IBANs of the balance %+v", one.Items)
	}
	var balances BalanceList
	p.app.get("/mobile/balances").ok(200, &balances)
	if len(balances.Items) != 1 || balances.Items[0].Booked != zlotys(1234) || balances.Items[0].Available != zlotys(1234) || balances.Items[0].IBAN != want.IBAN {
		t.Errorf("balances %+v", balances.Items)
	}
	var x Transaction
	p.app.get(fmt.Sprintf("/mobile/transactions/%d", p.transfer)).ok(200, &x)
	if x.Type != "TRANSFER_IN" || x.Amount != zlotys(1234) || *x.BalanceAfter != zlotys(1234) || x.Title != "RENT FOR Ada" || x.Payer.Name != "BOB EXAMPLE" ||
		x.Payee.Account != want.IBAN || x.BookingDate != "2026-11-20" {
		t.Errorf("%+v", x)
	}
}

// TestSeveralBalances: the IBANs of all, or of the one that is named; a balance without any has an empty list.
func TestSeveralBalances(t *testing.T) {
	p := newScene(t).example().person("Ada")
	euro := must[accounts.BalanceView](t)(p.accounts.CreateBalance(t.Context(), p.program, p.user.ID, money.EUR))
	other := must[accounts.BalanceView](t)(p.accounts.CreateBalance(t.Context(), p.program, p.user.ID, money.PLN))
	count := func(query string) int {
		var list BankAccountList
		p.app.get("/mobile/bank-accounts"+query).ok(200, &list)
		return len(list.Items)
	}
	if all, none, one := count(""), count("?balanceId="+euro.ID.String()), count("?balanceId="+other.ID.String()); all != 2 || none != 0 || one != 1 {
		t.Errorf("%d IBANs of all, %d of the one without, %d of the other", all, none, one)
	}
	must[accounts.BalanceView](t)(p.accounts.CloseBalance(t.Context(), p.program, other.ID))
	var balances BalanceList
	p.app.get("/mobile/balances").ok(200, &balances)
	if len(balances.Items) != 3 || balances.Items[2].Status != "CLOSED" || balances.Items[2].IBAN != "" {
		t.Errorf("balances %+v", balances.Items)
	}
}

// TestHistory pages from the newest on, and misses or repeats nothing that comes meanwhile.
func TestHistory(t *testing.T) {
	p := newScene(t).example().person("Ada")
	for i := range 4 {
		p.receive(int64(100+i), fmt.Sprintf("NUMBER %d", i), fmt.Sprintf("2026-11-%02d", 10+i))
	}
	var titles []string
	for cursor, more := "", true; more; {
		var page TransactionList
		p.app.get("/mobile/transactions?limit=2&cursor="+cursor).ok(200, &page)
		for _, x := range page.Items {
			titles = append(titles, x.Title)
		}
		cursor, more = page.NextCursor, page.NextCursor != ""
		p.receive(1, "LATE", "2026-11-20")
	}
	if got := strings.Join(titles, ","); got != "NUMBER 3,NUMBER 2,NUMBER 1,NUMBER 0,RENT FOR Ada" {
		t.Errorf("titles %s", got)
	}
	var first, second, again TransactionList
	p.app.get("/mobile/transactions?limit=2").ok(200, &first)
	p.app.get("/mobile/transactions?limit=2&cursor="+first.NextCursor).ok(200, &second)
	p.app.get("/mobile/transactions?limit=2&cursor="+second.PreviousCursor).ok(200, &again)
	if diff := cmp.Diff(first.Items, again.Items); diff != "" || first.PreviousCursor != "" || again.NextCursor != first.NextCursor {
		t.Errorf("back on the first page: %s", diff)
	}
	for query, want := range map[string]int{
		"from=2026-11-11&to=2026-11-12": 2, "title=NUMBER": 4, "counterparty=BOB&minAmount=102&maxAmount=103": 2, "type=TRANSFER_OUT,CREDIT": 0,
		"type=TRANSFER_IN&title=RENT": 1, "status=REVERSED": 0, "balanceId=" + p.balance.ID.String() + "&title=RENT": 1,
	} {
		var page TransactionList
		p.app.get("/mobile/transactions?"+query).ok(200, &page)
		if len(page.Items) != want {
			t.Errorf("%s: %d transactions, want %d", query, len(page.Items), want)
		}
	}
}

// TestNothingInternal: what is meant for the customer or its operators is in no answer to an end user.
func TestNothingInternal(t *testing.T) {
	p := newScene(t).example().person("Ada")
	_, err := p.accounts.Block(t.Context(), p.program, accounts.NewBlock{Target: bank.BlockBalance, TargetKey: p.balance.ID.String(), Kind: bank.BlockSanctions,
		Direction: bank.BlockBoth, Reference: "INTERNAL-BLOCK"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/mobile/bank-accounts", "/mobile/balances", "/mobile/transactions", fmt.Sprintf("/mobile/transactions/%d", p.transfer)} {
		body := string(p.app.get(path).ok(200, nil).body)
		for _, secret := range []string{"INTERNAL-", "CLASS-51", "SANCTIONS", "V-Example", "operation", "reference", "outcome", "file"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %q: %s", path, secret, body)
			}
		}
	}
	var balances BalanceList
	p.app.get("/mobile/balances").ok(200, &balances)
	if balances.Items[0].Status != "BLOCKED" {
		t.Errorf("status %s", balances.Items[0].Status)
	}
}

// TestSignOut ends the session of the token, and no other.
func TestSignOut(t *testing.T) {
	p := newScene(t).example().person("Ada")
	tablet := p.scene.app(must[access.IssuedSession](t)(p.sessions.Issue(t.Context(), p.program, p.user.ID, "tablet")).Token)
	p.app.do("DELETE", "/mobile/sessions/current", nil).ok(204, nil)
	p.app.get("/mobile/balances").refused(bank.ErrUnauthenticated)
	p.app.do("DELETE", "/mobile/sessions/current", nil).refused(bank.ErrUnauthenticated)
	tablet.get("/mobile/balances").ok(200, nil)
}

// TestTokens: whatever is wrong with a token, the answer is one and the same.
func TestTokens(t *testing.T) {
	s := newScene(t)
	p := s.example().person("Ada")
	stranger := s.second().person("Eve")
	token, theirs := p.app.token, stranger.app.token
	details := map[string]bool{}
	refuse := func(authorization string) {
		t.Helper()
		a := s.app("").do("GET", "/mobile/balances", nil, "Authorization", authorization)
		details[a.refused(bank.ErrUnauthenticated).Detail] = true
		if a.header.Get("WWW-Authenticate") != `Bearer realm="ims"` {
			t.Errorf("WWW-Authenticate: %s", a.header.Get("WWW-Authenticate"))
		}
	}
	for _, wrong := range []string{token + "x", token[:len(token)-1], strings.Replace(token, "ims_1_", "ims_2_", 1), strings.Replace(theirs, "ims_2_", "ims_1_", 1),
		"x", "ims_1_", "ims_9223372036854775808_x", strings.Repeat("a", 5000)} {
		refuse("Bearer " + wrong)
	}
	if len(details) != 1 {
		t.Errorf("wrong tokens are told apart: %v", details)
	}
	for _, wrong := range []string{"Bearer", "Bearer ", token, "Basic " + token, "Token " + token} {
		refuse(wrong)
	}
	s.app("").get("/mobile/balances").refused(bank.ErrUnauthenticated)
	s.app("").get("/mobile/balances?access_token=" + token).refused(bank.ErrUnauthenticated)
	s.app("").get("/mobile/nothing").refused(bank.ErrUnauthenticated)
	s.app("").do("GET", "/mobile/balances", nil, "Authorization", "bearer "+token).ok(200, nil) // schemes have no case
	s.pass(10 * time.Minute)
	refuse("Bearer " + token)
	if logged := s.logs.text(); strings.Contains(logged, "ims_1_") || strings.Contains(logged, `"ERROR"`) {
		t.Errorf("tokens or failures in the log:\n%s", logged)
	}
}

// TestLockedAtOnce: on a connection that is open, too.
func TestLockedAtOnce(t *testing.T) {
	p := newScene(t).example().person("Ada")
	p.app.get("/mobile/balances").ok(200, nil)
	lock := func(status bank.UserStatus) {
		must[bank.User](t)(p.accounts.UpdateUser(t.Context(), p.program, p.user.ID, func(u *bank.User) error { u.Status = status; return nil }))
	}
	lock(bank.UserLocked)
	p.app.get("/mobile/balances").refused(bank.ErrUnauthenticated)
	lock(bank.UserActive)
	p.app.get("/mobile/balances").refused(bank.ErrUnauthenticated)
}

// TestTrustedIdentity: an assertion makes a session once, of which the app can be told.
func TestTrustedIdentity(t *testing.T) {
	s := newScene(t)
	p := s.example().person("Ada")
	i, anybody := p.identity(), s.app("")
	assertion := i.assertion(t, p.user.ID, s.now())
	var session Session
	anybody.do("POST", "/mobile/sessions", Assertion{assertion}).ok(201, &session)
	if session.UserID != p.user.ID.String() || session.DeviceID != "tablet" || session.ExpiresAt.Sub(s.now()) != 10*time.Minute {
		t.Errorf("%+v", session)
	}
	var balances BalanceList
	s.app(session.Token).get("/mobile/balances").ok(200, &balances)
	if len(balances.Items) != 1 || balances.Items[0].ID != p.balance.ID.String() {
		t.Errorf("balances %+v", balances.Items)
	}
	anybody.do("POST", "/mobile/sessions", Assertion{assertion}).refused(bank.ErrAssertionUsed)
	anybody.do("POST", "/mobile/sessions", Assertion{i.assertion(t, p.user.ID, s.now().Add(-61*time.Second))}).refused(bank.ErrAssertionExpired)
	anybody.do("POST", "/mobile/sessions", Assertion{i.assertion(t, bank.NewID(), s.now())}).refused(bank.ErrNotFound)
	anybody.do("POST", "/mobile/sessions", Assertion{assertion + "x"}).refused(bank.ErrAssertionRefused)
	anybody.do("POST", "/mobile/sessions", Assertion{"x"}).refused(bank.ErrAssertionRefused)
	anybody.do("POST", "/mobile/sessions", map[string]any{}).refused(bank.ErrInvalid)
	stranger := s.second().identity()
	anybody.do("POST", "/mobile/sessions", Assertion{stranger.assertion(t, p.user.ID, s.now())}).refused(bank.ErrNotFound)
	if logged := s.logs.text(); strings.Contains(logged, session.Token) || strings.Contains(logged, assertion) {
		t.Error("a token or an assertion is in the log")
	}
}

// TestRefusals: the right code for each wrong request, and nothing of it repeated.
func TestRefusals(t *testing.T) {
	s := newScene(t)
	p := s.example().person("Ada")
	for _, x := range []struct {
		method, path string
		body         any
		want         *bank.Error
	}{
		{"GET", "/mobile/nothing", nil, bank.ErrNotFound},
		{"GET", "/mobile", nil, bank.ErrNotFound},
		{"PUT", "/mobile/balances", nil, bank.ErrMethodNotAllowed},
		{"GET", "/mobile/sessions", nil, bank.ErrMethodNotAllowed},
		{"GET", "/mobile/bank-accounts?balanceId=7", nil, bank.ErrInvalid},
		{"GET", "/mobile/bank-accounts?balanceId=" + bank.NewID().String(), nil, bank.ErrNotFound},
		{"GET", "/mobile/bank-accounts?userId=" + p.user.ID.String(), nil, bank.ErrInvalid},
		{"GET", "/mobile/balances?userId=" + p.user.ID.String(), nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?userId=" + p.user.ID.String(), nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?fileId=" + bank.NewID().String(), nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?limit=201", nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?cursor=AAAA", nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?from=yesterday", nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions?title=%zz", nil, bank.ErrMalformed},
		{"GET", "/mobile/transactions/0", nil, bank.ErrInvalid},
		{"GET", "/mobile/transactions/9999", nil, bank.ErrNotFound},
		{"POST", "/mobile/sessions", `{"assertion":`, bank.ErrMalformed},
		{"POST", "/mobile/sessions", `{"assertion":"` + strings.Repeat("x", bodyLimit) + `"}`, bank.ErrTooLarge},
		{"POST", "/mobile/sessions", `{"assertion":"` + strings.Repeat("x", 16385) + `"}`, bank.ErrInvalid},
		{"GET", "/openapi/mobile.yaml?x=1", nil, bank.ErrInvalid},
		{"POST", "/openapi/mobile.yaml", nil, bank.ErrMethodNotAllowed},
	} {
		a := p.app.do(x.method, x.path, x.body)
		a.refused(x.want)
		if strings.Contains(string(a.body), p.user.ID.String()) {
			t.Errorf("%s repeats what was sent: %s", a.what, a.body)
		}
	}
	p.app.do("GET", "/mobile/balances", nil, "Origin", "https://elsewhere.example").refused(bank.ErrOriginRefused)
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("refusals were taken for failures:\n%s", logged)
	}
}

// TestOrigins: a page of a registered host may call for its customer's end users, and for nobody else's.
func TestOrigins(t *testing.T) {
	s := newScene(t)
	c := s.example()
	must[string](t)(s.customers.AddDomain(t.Context(), bank.System(c.Customer.ID, "test"), "app.example.com"))
	ada, eve := c.person("Ada"), s.second().person("Eve")
	const site = "https://app.example.com"
	if a := ada.app.do("GET", "/mobile/balances", nil, "Origin", site).ok(200, nil); a.header.Get("Access-Control-Allow-Origin") != site {
		t.Errorf("%v", a.header)
	}
	eve.app.do("GET", "/mobile/balances", nil, "Origin", site).refused(bank.ErrOriginRefused)
	s.app("").do("POST", "/mobile/sessions", Assertion{eve.identity().assertion(t, eve.user.ID, s.now())}, "Origin", site).refused(bank.ErrOriginRefused)
	preflight := s.app("").do("OPTIONS", "/mobile/balances", nil, "Origin", site, "Access-Control-Request-Method", "GET").ok(204, nil)
	if got := preflight.header.Get("Access-Control-Allow-Headers"); !strings.Contains(got, "Authorization") {
		t.Errorf("headers %q", got)
	}
}

// TestRateLimit: one end user does not use up what another has.
func TestRateLimit(t *testing.T) {
	s := sceneOn(t, storetest.Open(t), web.NewLimiter(1, 3, func() time.Time { return time.Unix(1_800_000_000, 0) })) // the first has ordered
	c := s.example()
	ada, bob := c.person("Ada"), c.person("Bob")
	ada.app.get("/mobile/balances").ok(200, nil)
	ada.app.get("/mobile/balances").ok(200, nil)
	a := ada.app.get("/mobile/balances")
	a.refused(bank.ErrRateLimited)
	if a.header.Get("Retry-After") != "1" || a.header.Get("RateLimit") == "" {
		t.Errorf("%v", a.header)
	}
	bob.app.get("/mobile/balances").ok(200, nil)
}

// TestHeaders are on every answer.
func TestHeaders(t *testing.T) {
	p := newScene(t).example().person("Ada")
	for _, path := range []string{"/mobile/balances", "/mobile/nothing", "/openapi/mobile.yaml"} {
		h := p.app.do("GET", path, nil, "Request-Id", "mine-1").header
		if h.Get("Cache-Control") != "no-store" || h.Get("Request-Id") != "mine-1" || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestNeedsServices: a door without a room behind it does not open.
func TestNeedsServices(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("an API without services was made")
	}
	if _, _, err := (&access.Sessions{}).Authenticate(context.Background(), ""); err == nil {
		t.Error("no token is a token")
	}
}
