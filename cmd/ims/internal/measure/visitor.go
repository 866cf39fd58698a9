package measure

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/notify"
	"ims/internal/panel"
	"ims/internal/transfers"
)

// The operator of a throw-away store, who may do everything.
const (
	operator     = "admin@institution.example"
	operatorPass = "Invented-Pass-1"
	operatorTOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	panelHost    = "bench.localhost"
)

// visitor is a signed-in operator at the panel, in this process: no network, but all that the panel does.
type visitor struct {
	past    *past
	panel   http.Handler
	gate    *access.Gate
	stop    chan struct{}
	cookies map[string]string
}

func newVisitor(ctx context.Context, p *past) (*visitor, error) {
	people := access.New(p.db, time.Now)
	v := &visitor{past: p, stop: make(chan struct{}), cookies: map[string]string{}}
	v.gate = access.NewGate(access.GateConfig{DB: p.db, Now: time.Now, Access: people})
	rooms := panel.Config{Access: people, Gate: v.gate, Customers: customers.New(p.db, time.Now), Accounts: accounts.New(p.db, time.Now),
		Files: files.New(files.Config{DB: p.db, Now: time.Now, Approve: people.Require}), History: history.New(p.db),
		Reports: history.NewReports(history.ReportsConfig{DB: p.db, Now: time.Now}), Prover: ledger.NewProver(ctx, p.db, time.Now),
		Notify:    notify.New(notify.Config{DB: p.db, Now: time.Now, Approve: people.Require}),
		Transfers: transfers.New(p.db, people), Now: time.Now, Log: slog.New(slog.DiscardHandler), Sandbox: true, Stop: v.stop}
	pages, err := panel.New(rooms)
	if err != nil {
		return nil, err
	}
	v.panel = pages.Handler()
	root := system(p.customer)
	if _, err := rooms.Customers.InitCA(ctx); err != nil {
		return nil, err
	}
	if _, err := rooms.Customers.AddDomain(ctx, root, panelHost); err != nil {
		return nil, err
	}
	if _, err := people.InviteOperator(ctx, root, p.customer, operator, bank.Admin, true); err != nil {
		return nil, err
	}
	if err := v.gate.EnrolSandbox(ctx, p.customer, operator, operatorPass, operatorTOTP); err != nil {
		return nil, err
	}
	return v, v.signIn(ctx)
}

func (v *visitor) close() {
	close(v.stop)
	v.gate.Close()
}

// signIn is what the door asks of everybody.
func (v *visitor) signIn(ctx context.Context) error {
	code, err := v.gate.SandboxCode(ctx, operator)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		path string
		form url.Values
	}{{"/sign-in", url.Values{"email": {operator}, "password": {operatorPass}}}, {"/sign-in/code", url.Values{"code": {code}}}} {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, step.path, strings.NewReader(step.form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if answer := v.do(r); answer.Code != http.StatusSeeOther {
			return fmt.Errorf("%s answered %d", step.path, answer.Code)
		}
	}
	return nil
}

// do sends a request as the operator's browser does.
func (v *visitor) do(r *http.Request) *httptest.ResponseRecorder {
	r.Host, r.RemoteAddr = panelHost, "127.0.0.1:1"
	r.Header.Set("Accept-Encoding", "gzip")
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	v.panel.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return answer
}

// reading is a page that was asked for.
type reading struct {
	body  string
	bytes int // compressed
	took  time.Duration
}

// get asks for a page, or to be told on it that a filter cannot be looked for; anything else is an error.
func (v *visitor) get(path string) (page reading, err error) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	start := time.Now()
	answer := v.do(r)
	page.took, page.bytes = time.Since(start), answer.Body.Len()
	if answer.Code != http.StatusOK && answer.Code != http.StatusUnprocessableEntity {
		return page, fmt.Errorf("%s answered %d", path, answer.Code)
	}
	body := io.Reader(bytes.NewReader(answer.Body.Bytes()))
	if answer.Header().Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return page, err
		}
	}
	text, err := io.ReadAll(body)
	page.body = string(text)
	return page, err
}
