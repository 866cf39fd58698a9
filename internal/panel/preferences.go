package panel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
)

// prefs are how a person likes to read. They stand in a cookie, so that they also hold before anybody has
// signed in, and in the operator's account.
type prefs struct {
	Language string // "": as the browser asks
	Theme    string // "": as the system is
	Zone     string
	Columns  map[string]string // by list: names with commas
}

const (
	prefsLife   = 365 * 24 * time.Hour
	columnsMark = "c."
	maxPrefs    = 2000 // bytes of the cookie
)

// The choices that the panel offers. A zone that is not among them can be kept by whoever edits the cookie; it works too.
var (
	themes = []string{"", "light", "dark"}
	zones  = []string{"Europe/Warsaw", "UTC", "Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome",
		"Europe/Prague", "Europe/Budapest", "Europe/Vienna", "Europe/Stockholm", "Europe/Vilnius", "Europe/Helsinki", "Europe/Bucharest",
		"Europe/Sofia", "Europe/Kyiv", "Europe/Istanbul", "America/New_York", "Asia/Bangkok", "Asia/Hong_Kong", "Asia/Tokyo"}
)

func readPrefs(text string) prefs {
	p := prefs{Columns: map[string]string{}}
	values, err := url.ParseQuery(text)
	if err != nil || len(text) > maxPrefs {
		return p
	}
	p.Language, p.Theme, p.Zone = values.Get("lang"), values.Get("theme"), values.Get("zone")
	if !slices.Contains(themes, p.Theme) {
		p.Theme = ""
	}
	for key := range values {
		if list, ok := strings.CutPrefix(key, columnsMark); ok {
			p.Columns[list] = values.Get(key)
		}
	}
	return p
}

func (p prefs) String() string {
	values := url.Values{}
	for key, value := range map[string]string{"lang": p.Language, "theme": p.Theme, "zone": p.Zone} {
		if value != "" {
			values.Set(key, value)
		}
	}
	for list, columns := range p.Columns {
		values.Set(columnsMark+list, columns)
	}
	return values.Encode()
}

// zone is where instants are shown; that of the clearing houses where nothing was chosen.
func (p prefs) zone() *time.Location {
	for _, name := range []string{p.Zone, bank.Zone} {
		if name == "" || name == "Local" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}

func preferenceRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/preferences", need: anybody, page: (*visit).setPreferences},
		{method: http.MethodPost, path: "/columns", need: signedIn, page: (*visit).setColumns},
	}
}

func (v *visit) setPreferences() error {
	v.prefs.Language, v.prefs.Theme, v.prefs.Zone = v.r.PostFormValue("lang"), v.r.PostFormValue("theme"), v.r.PostFormValue("zone")
	return v.keepPrefs(v.r.PostFormValue("back"))
}

// prefsName is the preference of an operator that holds all of the panel's.
const prefsName = "panel"

// keepPrefs writes the preferences to the browser, and to the operator's account, from where they come along to the next one.
func (v *visit) keepPrefs(back string) error {
	text := v.prefs.String()
	if len(text) > maxPrefs {
		return bank.ErrTooLarge.With("so many choices cannot be kept: reset the columns of some lists")
	}
	v.setCookie(prefsCookie, text, prefsLife)
	if v.actor.Name != "" {
		if err := v.Access.SetPreference(v.r.Context(), v.actor, prefsName, text); err != nil {
			return err
		}
	}
	return v.redirect(localPath(back))
}

// bringPrefs brings what an operator chose elsewhere to the browser where they have just signed in.
func (v *visit) bringPrefs() error {
	kept, err := v.Access.Preferences(v.r.Context(), v.actor)
	if err == nil && kept[prefsName] != "" {
		v.setCookie(prefsCookie, kept[prefsName], prefsLife)
	}
	return err
}

// setColumns remembers which columns of a list are shown.
func (v *visit) setColumns() error {
	name := v.r.PostFormValue("list")
	delete(v.prefs.Columns, name)
	if chosen := v.r.Form["column"]; len(chosen) > 0 && v.r.PostFormValue("reset") == "" {
		v.prefs.Columns[name] = strings.Join(chosen, ",")
	}
	return v.keepPrefs(v.r.PostFormValue("back"))
}
