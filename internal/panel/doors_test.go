package panel

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestNoDoorForOtherSites holds that no POST of the panel is carried out when another site has a browser send it, with or
// without Fetch Metadata, also on the same registrable domain.
func TestNoDoorForOtherSites(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	for _, r := range routes() {
		if r.method != http.MethodPost {
			continue
		}
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			b.post(s.pathOf(r), url.Values{}, headers...).expect(http.StatusForbidden, "another site")
		}
	}
	b.get("/profile").expect(http.StatusOK) // not even signed out
}

// TestEveryDoorHasItsHeaders asks every GET as its own operator and as a stranger: nothing is kept, framed, or runs a script that
// is not ours.
func TestEveryDoorHasItsHeaders(t *testing.T) {
	s := newScene(t)
	b, stranger := s.signedIn(adminEmail), s.stranger()
	for _, r := range routes() {
		if r.method != http.MethodGet || r.live {
			continue
		}
		for who, got := range map[string]reply{"operator": b.get(s.pathOf(r)), "stranger": stranger.get(s.pathOf(r))} {
			if csp := got.header.Get("Content-Security-Policy"); csp != contentPolicy {
				t.Errorf("%s %s: policy %q", who, r.path, csp)
			}
			if kept := got.header.Get("Cache-Control"); !strings.Contains(kept, "no-store") {
				t.Errorf("%s %s: Cache-Control %q", who, r.path, kept)
			}
			if sniff := got.header.Get("X-Content-Type-Options"); sniff != "nosniff" {
				t.Errorf("%s %s: X-Content-Type-Options %q", who, r.path, sniff)
			}
			for _, word := range []string{"<script>", " style=", "onclick=", "javascript:"} {
				if strings.Contains(got.body, word) && strings.Contains(got.header.Get("Content-Type"), "html") {
					t.Errorf("%s %s: the page has %q", who, r.path, word)
				}
			}
		}
	}
	for _, part := range []string{"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "default-src 'none'", "script-src 'self'"} {
		if !strings.Contains(contentPolicy, part) {
			t.Errorf("the policy lacks %s", part)
		}
	}
	if strings.Contains(contentPolicy, "unsafe") {
		t.Error("the policy allows what is unsafe")
	}
}

// awayTexts are addresses that browsers read as another site's, or as a script.
var awayTexts = []string{"//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)",
	"data:text/html,x", "/%5cevil.example/..//", ".//evil.example", "///evil.example", " //evil.example", "http:evil.example", "/..//evil.example"}

// leadsAway reads an address as browsers do (WHATWG URL): tabs and line ends are nothing, a backslash is a slash.
func leadsAway(to string) bool {
	to = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimSpace(to))
	return !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")
}

// TestNothingLeadsAway holds that no address to return to leads to another site.
func TestNothingLeadsAway(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(employeeEmail)
	for _, away := range awayTexts {
		for name, got := range map[string]reply{
			"sign-in":     b.get("/sign-in?next=" + url.QueryEscape(away)),
			"confirm":     b.post("/confirm", url.Values{"next": {away}}),
			"codes":       b.post("/recovery-codes/kept", url.Values{"next": {away}}),
			"preferences": b.post("/preferences", url.Values{"back": {away}}),
			"columns":     b.post("/columns", url.Values{"back": {away}, "list": {"users"}}),
		} {
			got.expect(http.StatusSeeOther)
			if to := got.header.Get("Location"); leadsAway(to) {
				t.Errorf("%s with %q leads to %q", name, away, to)
			}
		}
		b.get("/confirm?next="+url.QueryEscape(away)).expect(http.StatusOK).lacks(`value="//`, `value="https:`, `value="javascript:`)
	}
}

// TestHostTricks holds that neither a host that nobody registered nor a header that speaks of one gets into a page or a letter.
func TestHostTricks(t *testing.T) {
	s := newScene(t)
	letters := s.mails()
	for _, host := range []string{"evil.example", "localhost.evil.example", "evil.example:80@localhost", "localhost@evil.example"} {
		r := httptest.NewRequest(http.MethodPost, "/forgotten", strings.NewReader("email="+employeeEmail))
		r.Host, r.RemoteAddr = host, "127.0.0.1:5"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.panel.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d", host, w.Code)
		}
	}
	s.stranger().post("/forgotten", url.Values{"email": {employeeEmail}}, "X-Forwarded-Host", "evil.example", "Forwarded", "host=evil.example",
		"X-Host", "evil.example", "X-Original-URL", "/evil").expect(http.StatusOK)
	if letter := <-letters; strings.Contains(letter, "evil") || !strings.Contains(letter, s.address()+"/reset/") {
		t.Errorf("the letter: %s", letter)
	}
}

// TestCookies holds what scripts, other sites and plain HTTP get of the cookies: nothing.
func TestCookies(t *testing.T) {
	s := newScene(t)
	s.panel.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(url.Values{"email": {employeeEmail}, "password": {password}}.Encode()))
	r.Host, r.RemoteAddr = "localhost", "10.1.2.3:5"
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.panel.Handler().ServeHTTP(w, r)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("nothing keeps browsers on TLS")
	}
}

// TestSessionIsOneHosts holds that a session of one panel opens no other, nor lives longer than twelve hours however used.
func TestSessionIsOneHosts(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(employeeEmail)
	for range 72 {
		s.advance(10 * time.Minute)
		b.get("/profile")
	}
	b.get("/profile").expect(http.StatusSeeOther)
	s.stranger().get("/profile", "Cookie", "__Host-"+sessionCookie+"="+b.session()).expect(http.StatusSeeOther)
}

// TestHostileText holds that nothing an operator or a stranger types becomes markup.
func TestHostileText(t *testing.T) {
	s := newScene(t)
	const hostile = `"><script>alert(1)</script>`
	b := s.signedIn(adminEmail)
	s.stranger().post("/sign-in", url.Values{"email": {hostile}, "next": {"/" + hostile}}).lacks("<script>alert")
	s.stranger().get("/sign-in?next=/" + url.QueryEscape(hostile)).lacks("<script>alert")
	b.get("/operators?email=" + url.QueryEscape(hostile)).lacks("<script>alert")
	b.post("/operators/invite", url.Values{"email": {hostile}, "role": {hostile}}).lacks("<script>alert")
	s.advance(6 * time.Minute)
	b.post("/operators/invite", url.Values{hostile: {hostile}}).lacks("<script>alert")
	b.get("/profile", "User-Agent", hostile).lacks("<script>alert")
}
