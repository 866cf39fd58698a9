package panel

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/notify"
)

func notificationRoutes() []route {
	const need = bank.PermNotificationsWrite
	return []route{
		{method: http.MethodGet, path: "/notifications", need: need, page: (*visit).endpoint, group: "group.settings", entry: "notifications.title", letter: "y"},
		{method: http.MethodGet, path: "/notifications/edit", need: need, page: (*visit).editEndpoint},
		{method: http.MethodPost, path: "/notifications/edit", need: need, page: (*visit).setEndpoint, sure: true},
		{method: http.MethodPost, path: "/notifications/pause", need: need, page: (*visit).pauseEndpoint, sure: true},
		{method: http.MethodPost, path: "/notifications/continue", need: need, page: (*visit).continueEndpoint, sure: true},
		{method: http.MethodPost, path: "/notifications/test", need: need, page: (*visit).testEndpoint},
		{method: http.MethodGet, path: "/notifications/rotate", need: need, page: (*visit).askRotate},
		{method: http.MethodPost, path: "/notifications/rotate", need: need, page: (*visit).rotateSecret, sure: true},
		{method: http.MethodGet, path: "/notifications/resend", need: need, page: (*visit).askResend},
		{method: http.MethodPost, path: "/notifications/resend", need: need, page: (*visit).resendSince},
		{method: http.MethodGet, path: "/notifications/log", need: bank.PermHistoryRead, page: (*visit).deliveries},
		{method: http.MethodGet, path: "/notifications/log/{id}", need: bank.PermHistoryRead, page: (*visit).delivery},
		{method: http.MethodPost, path: "/notifications/log/{id}/retry", need: need, page: (*visit).retryDelivery},
	}
}

// endpointView is where the customer is told of transactions, and how that goes.
type endpointView struct {
	bank.NotificationEndpoint
	there      bool
	undone     int64 // events that failed and wait
	approvals  templ.Component
	test       *bank.Attempt // what came of a test that was just made
	cannotTest string
}

func (v *visit) endpointNow() (e endpointView, err error) {
	e.NotificationEndpoint, e.undone, err = v.Notify.Endpoint(v.r.Context(), v.actor)
	e.there = err == nil
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return e, err
	}
	e.approvals, err = v.noticesFor("notification-endpoint.")
	return e, err
}

func (v *visit) endpoint() error {
	e, err := v.endpointNow()
	if err != nil {
		return err
	}
	return v.show(v.T("notifications.title"), endpointPage(v, e))
}

// state is how the sending goes, and its tone.
func (e endpointView) state() (state, tone string) {
	switch {
	case e.Stopped != "":
		return "STOPPED", "bad"
	case !e.Active:
		return "PAUSED", "off"
	case e.Failures > 0:
		return "FAILING", "wait"
	}
	return "ACTIVE", "good"
}

func endpointFacts(v *visit, e endpointView) []fact {
	ca := v.T("notifications.systemCA")
	if e.CA != "" {
		ca = v.T("notifications.ownCA")
	}
	known := []fact{
		{v.T("notifications.url"), copyable(v, e.URL, e.URL)},
		{v.T("notifications.authentication"), plain(v.word("endpointAuth", string(e.Authentication)))},
		{v.T("notifications.ca"), plain(ca)},
		{v.T("notifications.told"), plain(v.T("notifications.toldTo", int64(e.Cursor)))},
		{v.T("notifications.undone"), plain(v.count(e.undone))},
		{v.T("notifications.secrets"), secretsOf(v, e.Secrets.Signing)},
		{v.word("column", "updated"), instantOf(v, e.UpdatedAt)},
	}
	if e.Username != "" {
		known = append(known[:2], append([]fact{{v.T("notifications.username"), plain(e.Username)}}, known[2:]...)...)
	}
	return known
}

// editEndpoint asks for a proof before secrets are typed, so that none is held in another page.
func (v *visit) editEndpoint() error {
	if err := v.needProof(); err != nil {
		return err
	}
	e, err := v.endpointNow()
	if err != nil {
		return err
	}
	if !e.there {
		e.Active, e.Authentication = true, bank.EndpointMTLS
	}
	return v.show(v.T("notifications.edit"), endpointForm(v, e, nil, ""))
}

// setEndpoint makes or changes the endpoint. Of a new one the secret is shown, this once.
func (v *visit) setEndpoint() error {
	post := v.r.PostFormValue
	n := notify.Setting{URL: strings.TrimSpace(post("url")), Authentication: bank.EndpointAuthentication(post("authentication")), Active: post("active") != "",
		Certificate: unixLines(post("certificate")), Key: unixLines(post("key")), CA: unixLines(post("ca"))}
	if n.Authentication == bank.EndpointBasic {
		n.Username, n.Password = post("username"), post("password")
	}
	return v.set(n, "notifications.set")
}

// unixLines undoes what browsers do to the ends of lines, so that the same text is the same.
func unixLines(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

func (v *visit) set(n notify.Setting, done string) error {
	_, secret, pending, err := v.Notify.Set(v.r.Context(), v.actor, n)
	if err == nil {
		err = access.Waiting(pending)
	}
	if err == nil && secret != "" {
		return v.show(v.T("notifications.secretTitle"), secretPage(v, secret))
	}
	if err == nil {
		v.say(done, "")
		return v.redirect("/notifications")
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	e, err := v.endpointNow()
	if err != nil {
		return err
	}
	e.URL, e.Authentication, e.Username, e.CA, e.Active = n.URL, n.Authentication, n.Username, n.CA, n.Active
	return v.answer(http.StatusUnprocessableEntity, v.T("notifications.edit"), endpointForm(v, e, faults, whole))
}

func (v *visit) pauseEndpoint() error    { return v.switchEndpoint(false, "notifications.paused") }
func (v *visit) continueEndpoint() error { return v.switchEndpoint(true, "notifications.continued") }

// switchEndpoint turns the sending off or on; all else stays, the secrets too.
func (v *visit) switchEndpoint(on bool, done string) error {
	e, _, err := v.Notify.Endpoint(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.set(notify.Setting{URL: e.URL, Authentication: e.Authentication, Username: e.Username, CA: e.CA, Active: on}, done)
}

// testEndpoint sends a test event and shows what came of it.
func (v *visit) testEndpoint() error {
	attempt, err := v.Notify.Test(v.r.Context(), v.actor)
	fault := ""
	if e, ok := bank.AsError(err); ok && e.Kind == bank.Conflict {
		fault = v.sentence(e)
	} else if err != nil {
		return err
	}
	e, err := v.endpointNow()
	if err != nil {
		return err
	}
	if e.cannotTest = fault; fault == "" {
		e.test = &attempt
	}
	return v.show(v.T("notifications.title"), endpointPage(v, e))
}

func (v *visit) askRotate() error {
	if _, _, err := v.Notify.Endpoint(v.r.Context(), v.actor); err != nil {
		return err
	}
	return v.show(v.T("notifications.rotateTitle"), askPage(v, ask{title: v.T("notifications.rotateTitle"), text: v.T("notifications.rotateText"),
		action: "/notifications/rotate", back: "/notifications", button: v.T("notifications.rotate")}))
}

func (v *visit) rotateSecret() error {
	secret, pending, err := v.Notify.Rotate(v.r.Context(), v.actor)
	if err == nil {
		err = access.Waiting(pending)
	}
	if err == nil {
		return v.show(v.T("notifications.secretTitle"), secretPage(v, secret))
	}
	return err
}

func (v *visit) askResend() error { return v.resendAsk(http.StatusOK, nil) }

func (v *visit) resendAsk(status int, faults map[string]string) error {
	e, _, err := v.Notify.Endpoint(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.answer(status, v.T("notifications.resendTitle"), resendForm(v, e, faults))
}

// resendSince tells the endpoint again of every transaction behind one, or since a time.
func (v *visit) resendSince() error {
	since, faults := v.sinceTyped()
	if faults != nil {
		return v.resendAsk(http.StatusUnprocessableEntity, faults)
	}
	after, err := v.Notify.Resend(v.r.Context(), v.actor, since)
	if e, ok := bank.AsError(err); ok && e.Kind == bank.Conflict {
		return v.resendAsk(http.StatusUnprocessableEntity, map[string]string{"after": v.sentence(e)})
	}
	if errors.Is(err, bank.ErrInvalid) {
		return v.resendAsk(http.StatusUnprocessableEntity, map[string]string{"since": v.T("notifications.badSince")})
	}
	if err != nil {
		return err
	}
	v.say("notifications.resent", strconv.FormatInt(int64(after), 10))
	return v.redirect("/notifications")
}

// sinceTyped reads from where to send again: a number or a time in the operator's zone, and not both.
func (v *visit) sinceTyped() (since notify.Since, faults map[string]string) {
	number, instant := strings.TrimSpace(v.r.PostFormValue("after")), strings.TrimSpace(v.r.PostFormValue("since"))
	if (number == "") == (instant == "") {
		return since, map[string]string{"after": v.T("notifications.oneOfTwo")}
	}
	if instant == "" {
		after, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return since, map[string]string{"after": v.T("notifications.badNumber")}
		}
		return notify.Since{After: bank.TransactionID(after)}, nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(form, instant, v.zone); err == nil {
			return notify.Since{At: at}, nil
		}
	}
	return since, map[string]string{"since": v.T("notifications.badSince")}
}
