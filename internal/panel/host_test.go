package panel

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestHosts holds that a panel answers under its customer's hosts only, whatever the port.
func TestHosts(t *testing.T) {
	s := newScene(t)
	for host, want := range map[string]int{"localhost": 200, "demo.localhost:8080": 200, "LOCALHOST:1": 200, "other.localhost": 403, "127.0.0.1:8080": 403, "evil.example": 403} {
		got := s.stranger().get("/sign-in", "Host", host)
		if got.status != want {
			t.Errorf("%s: status %d, want %d", host, got.status, want)
		}
		if want == 403 && !strings.Contains(got.body, "No customer has registered this host") {
			t.Errorf("%s: %s", host, got.body)
		}
	}
}

// TestForeignOrigins holds that no other site can have a browser do something here.
func TestForeignOrigins(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/users", "Origin", "https://evil.example").expect(http.StatusForbidden, "another site")
	b.get("/users", "Origin", "null").expect(http.StatusForbidden)
	b.get("/users", "Origin", s.address()).expect(http.StatusOK)
	b.get("/users", "Sec-Fetch-Site", "cross-site").expect(http.StatusOK) // a link in an e-mail
	lock := "/users/" + s.users[0].ID.String() + "/lock"
	b.post(lock, url.Values{}, "Sec-Fetch-Site", "cross-site").expect(http.StatusForbidden, "another site")
	b.post(lock, url.Values{}, "Origin", "https://evil.example").expect(http.StatusForbidden)
	b.get("/users/"+s.users[0].ID.String()).expect(http.StatusOK, "Active").lacks("Locked")
}

// TestPlainHTTP holds that a password crosses a network over TLS only.
func TestPlainHTTP(t *testing.T) {
	s := newScene(t)
	s.panel.Proxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	for _, test := range []struct {
		remote, proto string
		want          int
		cookie        string
	}{
		{"127.0.0.1:5", "", 200, "ims-prefs="},
		{"192.0.2.7:5", "", 403, ""},
		{"192.0.2.7:5", "https", 403, ""}, // says so, and is nobody's proxy
		{"10.1.2.3:5", "http", 403, ""},
		{"10.1.2.3:5", "https", 200, "__Host-ims-prefs="},
	} {
		r := httptest.NewRequest(http.MethodPost, "/preferences", strings.NewReader("theme=dark"))
		r.Host, r.RemoteAddr = "localhost", test.remote
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-Proto", test.proto)
		w := httptest.NewRecorder()
		s.panel.Handler().ServeHTTP(w, r)
		if refused := w.Code == 403; refused != (test.want == 403) {
			t.Errorf("%+v: status %d", test, w.Code)
		}
		if cookie := w.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, test.cookie) || test.cookie == "" && cookie != "" ||
			strings.HasPrefix(cookie, "__Host-") != strings.Contains(cookie, "Secure") {
			t.Errorf("%+v: cookie %q", test, cookie)
		}
	}
}

// TestHeaders holds the policy of content and the others, also on refusals.
func TestHeaders(t *testing.T) {
	s := newScene(t)
	for _, path := range []string{"/sign-in", "/nowhere", s.panel.asset("panel.css")} {
		got := s.stranger().get(path)
		for name, want := range map[string]string{"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
	}
	if got := s.stranger().get("/sign-in").header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("pages are kept: %q", got)
	}
	for _, word := range []string{" style=", "<style", "<script>", "onclick=", "javascript:", "hx-on"} {
		s.signedIn(adminEmail).get("/users?name=a").lacks(word)
	}
}

// TestFirstPaint holds that a page with all it loads comes in under 100 kB, compressed.
func TestFirstPaint(t *testing.T) {
	s := newScene(t)
	page := len(zipped([]byte(s.signedIn(adminEmail).get("/users").body), 1))
	total := page
	for _, a := range s.panel.assets.byName {
		total += len(a.zipped)
	}
	t.Logf("page %d bytes, with assets %d", page, total)
	if total > 60_000 {
		t.Errorf("%d bytes: a page with 200 rows would not stay under 100 kB", total)
	}
	if css := len(s.panel.assets.byName["panel.css"].plain); css > 40_000 {
		t.Errorf("panel.css has %d bytes", css)
	}
	if js := len(s.panel.assets.byName["panel.js"].plain); js > 8_000 {
		t.Errorf("panel.js has %d bytes", js)
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{"/users?a=b": "/users?a=b", "": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example/x": "/",
		"users": "/", "javascript:alert(1)": "/", "/users/../x": "/users/../x", "/\t/evil.example": "/"} {
		if got := localPath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
