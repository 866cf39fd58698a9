package panel

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/web"
)

// visit is one request and all that its page knows: who works, for which customer, and how they like to read.
type visit struct {
	*Panel
	w          http.ResponseWriter
	r          *http.Request
	route      *route
	connection connection

	customer bank.Customer
	actor    bank.Actor // without a name: nobody is signed in
	session  access.OperatorSession
	over     bool // there was a session, and it is over

	prefs    prefs
	language language.Tag
	printer  *message.Printer
	zone     *time.Location
	said     *flash // what the page before had to say
	waits    int64  // approvals that wait for this operator
}

// visit begins one: nobody is known yet.
func (p *Panel) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{Panel: p, w: w, r: r, route: &route{}, connection: p.connection(r)}
	v.prefs = readPrefs(v.cookie(prefsCookie))
	v.language = p.words.choose(v.prefs.Language, r.Header.Get("Accept-Language"))
	v.printer = p.words.printer(v.language)
	v.zone = v.prefs.zone()
	return v
}

// maxForm bounds the body of a form; pages that take files read them otherwise.
const maxForm = 1 << 20

// serve makes a handler of a route: the host says for which customer, the session who; what the operator may not do ends in
// the page that says so.
func (p *Panel) serve(r *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		v := p.visit(w, request)
		v.route = r
		defer v.recover()
		err := v.enter()
		if approval, waits := access.WaitingFor(err); waits {
			err = v.waitsFor(approval)
		}
		if err != nil {
			v.fail(err)
		}
	})
}

func (v *visit) enter() (err error) {
	if v.customer, err = v.customerOf(v.r); err != nil {
		return err
	}
	if err := v.authenticate(!v.route.live); err != nil {
		return err
	}
	if v.actor.Name == "" && v.route.need != anybody {
		return v.toSignIn()
	}
	if !v.route.allows(v.actor) {
		return v.actor.May(v.route.need)
	}
	if v.r.Method == http.MethodPost && !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
		if err := v.r.ParseForm(); err != nil {
			return unreadable(err)
		}
	}
	if v.actor.Name != "" && !v.route.live {
		if v.waits, err = v.Access.ApprovalsWaiting(v.r.Context(), v.actor); err != nil {
			return err
		}
	}
	if v.actor.Name != "" && v.r.PostForm.Has(proofField) {
		if proceed, err := v.takeProof(); !proceed {
			return err
		}
	}
	if v.route.sure && !v.session.Confirmed(v.Now()) {
		return access.ErrConfirm
	}
	return v.route.page(v)
}

// unreadable is why a form could not be read: it is too long, or its bytes are wrong or did not come.
func unreadable(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return bank.ErrTooLarge.With("the form is longer than this page accepts").Because(err)
	}
	return bank.ErrMalformed.With("the form cannot be read").Because(err)
}

// recover turns a panic into the page of all unknown errors.
func (v *visit) recover() {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	v.Log.ErrorContext(v.r.Context(), "panic", "requestId", web.RequestID(v.r.Context()), "fault", fault, "stack", string(debug.Stack()))
	v.fail(errors.New("panic"))
}

// may tells whether the operator has a permission: a page shows no action without it.
func (v *visit) may(p bank.Permission) bool { return v.actor.May(p) == nil }

// fragment tells whether htmx asks, which keeps the frame of the page that it has.
func (v *visit) fragment() bool {
	h := v.r.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-History-Restore-Request") == ""
}

// show answers with a page, or with its part without the frame where htmx asks.
func (v *visit) show(title string, body templ.Component) error {
	return v.answer(http.StatusOK, title, body)
}

// answer is show with a status.
func (v *visit) answer(status int, title string, body templ.Component) error {
	v.takeFlash()
	whole := frame(v, title, body)
	if v.fragment() {
		whole = fragmentOf(v, title, body)
	}
	var page bytes.Buffer
	if err := whole.Render(v.r.Context(), &page); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.language.String())
	h.Add("Vary", "Cookie, HX-Request, Accept-Language")
	// Compression beside secrets is no danger here: another site's requests carry no session (SameSite), so nobody can mix
	// their guesses into an operator's pages.
	writeBody(v.w, v.r, status, page.Bytes(), zipped(page.Bytes(), gzip.BestSpeed))
	return nil
}

// redirect sends the browser to another page with a GET.
func (v *visit) redirect(to string) error {
	if v.fragment() {
		v.w.Header().Set("HX-Redirect", to)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// fail answers with the page of an error. What is no bank.Error is logged and told as an opaque failure.
func (v *visit) fail(err error) {
	e := web.Shown(v.r.Context(), err)
	if v.fragment() { // the region that was asked for is not in this page
		h := v.w.Header()
		h.Set("HX-Retarget", "#main")
		h.Set("HX-Reselect", "#main")
		h.Set("HX-Reswap", "outerHTML")
	}
	if v.asksProof(err) {
		if err = v.askProof(int(e.Kind), ""); err == nil {
			return
		}
	}
	if err := v.answer(int(e.Kind), v.word("error", e.Code), errorPage(v, e)); err != nil {
		v.Log.ErrorContext(v.r.Context(), "page of an error", "cause", err.Error())
		http.Error(v.w, e.Title, int(e.Kind))
	}
}

// notFound is the page of all addresses without one.
func (v *visit) notFound() error { return bank.ErrNotFound.With("there is no such page") }

// id reads an identifier from the path.
func (v *visit) id() (bank.ID, error) {
	id, err := bank.ParseID(v.r.PathValue("id"))
	if err != nil {
		return id, bank.ErrNotFound.With("there is no such page")
	}
	return id, nil
}
