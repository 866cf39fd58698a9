package panel

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"ims/internal/bank"
)

// The cookies. Those with __Host- are bound by browsers to this host and to TLS; on plain HTTP, which is for loopback only,
// browsers refuse that name.
const (
	sessionCookie = "ims"
	ticketCookie  = "ims-ticket" // between password and second factor
	flashCookie   = "ims-flash"
	prefsCookie   = "ims-prefs"
)

func (c connection) cookieName(name string) string {
	if c.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie keeps a value in the browser, out of reach of scripts; life 0: until the browser ends, negative: away with it.
func (v *visit) setCookie(name, value string, life time.Duration) {
	http.SetCookie(v.w, &http.Cookie{Name: v.connection.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: v.connection.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (v *visit) dropCookie(name string) { v.setCookie(name, "", -time.Second) }

func (v *visit) cookie(name string) string {
	c, err := v.r.Cookie(v.connection.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// authenticate finds who works. Nobody is no error: the page may be for anybody.
func (v *visit) authenticate(renew bool) error {
	token := v.cookie(sessionCookie)
	if token == "" {
		return nil
	}
	actor, session, err := v.Gate.Authenticate(v.r.Context(), v.where(), token, renew)
	if errors.Is(err, bank.ErrUnauthenticated) {
		v.dropCookie(sessionCookie)
		v.over = true
		return nil
	}
	v.actor, v.session = actor, session
	return err
}

// toSignIn sends who is not signed in to the door, and back here afterwards.
func (v *visit) toSignIn() error {
	query := url.Values{}
	next := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet || v.route.live {
		next = v.cameFrom() // the page of the form
	}
	if next != "/" {
		query.Set("next", next)
	}
	if v.over {
		query.Set("over", "1")
	}
	return v.redirect(withQuery("/sign-in", query))
}

// localPath is a path of our own, or "/": a link from elsewhere must not lead away through us.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || u.Path == "" || u.Path[0] != '/' || len(text) > 1 && (text[1] == '/' || text[1] == '\\') {
		return "/"
	}
	return u.RequestURI()
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
