package main

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/web"
)

func TestMasked(t *testing.T) {
	for text, want := range map[string]string{
		"nothing to hide": "nothing to hide",
		"IBAN PL61 1090 1014 0000 0712 1981 2874 is closed":                      "IBAN PL61 **** **** **** **** **** 2874 is closed",
		"GB82 WEST 1234 5698 7654 32 is closed, fr1420041010050500013M02606 too": "GB82 **** **** **** **54 32 is closed, FR14 **** **** **** **** ***2 606 too",
		"pl61\u00a01090\u00a01014\u00a00000\u00a00712\u00a01981\u00a02874":       "PL61 **** **** **** **** **** 2874",
		"account 61109010140000071219812874, wrong PL00109010140000071219812874": "account …2874, wrong PL…2874",
		`/bank-accounts/PL61109010140000071219812874?x`:                          `/bank-accounts/PL61 **** **** **** **** **** 2874?x`,
		`key (email)=(jan.kowalski+1@bank.example.com) exists`:                   `key (email)=((e-mail)) exists`,
		"Authorization: Bearer abc.def-ghi":                                      "Authorization: (secret)",
		"token ims_12_Zm9vYmFy-_x is over":                                       "token (secret) is over",
		"01a204b8-dcb5-799d-a4e6-972ba0bd4aea":                                   "01a204b8-dcb5-799d-a4e6-972ba0bd4aea",
		"0af7651916cd43dd8448eb211c80319c":                                       "0af7651916cd43dd8448eb211c80319c",
		"otel@v1.47.0/trace.go:12 +0x1d0, 9007199254740":                         "otel@v1.47.0/trace.go:12 +0x1d0, 9007199254740",
	} {
		if got := masked(text); got != want {
			t.Errorf("%q is logged as %q, want %q", text, got, want)
		}
	}
}

// The things that no log may hold, and what a forged line would look like.
const (
	hiddenIBAN  = "PL61109010140000071219812874"
	hiddenMail  = "zofia.tajna@example.com"
	hiddenToken = "ims_1_dGhpcyBpcyBhIHNlY3JldCB0b2tlbg"
	hiddenName  = "TAJNA"
	hiddenPhone = "+48600700800"
	forged      = "x\nlevel=ERROR msg=forged\x1b[31m\u202e"
)

func secrets() []string {
	return []string{hiddenIBAN, hiddenIBAN[4:], "PL61 1090", hiddenMail, hiddenToken, "dGhpcyBp", hiddenName, "Tajna", hiddenPhone, "9876543",
		"98765.43", "\nlevel=ERROR msg=forged", "\x1b", "\u202e"}
}

// logsNothing fails where a log holds what it must not.
func logsNothing(t *testing.T, log string) {
	t.Helper()
	for _, secret := range secrets() {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
}

// TestDefectsAreLoggedMasked: whatever a library puts into an error or a panic.
func TestDefectsAreLoggedMasked(t *testing.T) {
	for _, form := range []string{"text", "json"} {
		var log strings.Builder
		logger := Config{LogLevel: "debug", LogFormat: form}.logger(&log)
		text := "cannot insert " + hiddenIBAN + " of " + hiddenMail + " with " + hiddenToken + " (" + forged + ")"
		number, err := iban.Parse(hiddenIBAN)
		if err != nil {
			t.Fatal(err)
		}
		for _, handler := range []http.HandlerFunc{
			func(w http.ResponseWriter, r *http.Request) { web.Refuse(w, r, errors.New(text)) },
			func(w http.ResponseWriter, r *http.Request) {
				web.Refuse(w, r, bank.ErrUnavailable.With("not now").Because(errors.New(text)))
			},
			func(http.ResponseWriter, *http.Request) { panic(text + hiddenName) },
			func(http.ResponseWriter, *http.Request) { panic(errors.New(text + hiddenName)) },
			func(http.ResponseWriter, *http.Request) {
				logger.Error(text, "iban", number, "error", errors.New(text), slog.Group("of", "payee", number, "mail", hiddenMail))
			},
		} {
			request := httptest.NewRequest("GET", "/secure/bank-accounts/"+hiddenIBAN, nil)
			request.Header.Set("Request-Id", hiddenIBAN)
			web.Exchanges(logger, handler).ServeHTTP(httptest.NewRecorder(), request)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 5 {
			t.Errorf("%s: %d lines, want 5:\n%s", form, lines, log.String())
		}
		logsNothing(t, log.String())
	}
}

// TestRequestsAreLoggedMasked: a whole service at its most talkative, and callers who do everything right and wrong.
func TestRequestsAreLoggedMasked(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	s := startService(t, dir, "--log-level", "debug", "--notify-private")
	caller, stranger := uploader(t, dir, dsn, s), s.caller(false)
	var accounts []masterView
	decode(t, mustIMS(t, "master-account", "list", "--store", dsn, "-o", "json"), &accounts)
	ask := func(c *http.Client, method, path, kind, body string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, "https://"+s.api+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Request-Id", hiddenIBAN)
		request.Header.Set("Idempotency-Key", hiddenIBAN)
		request.Header.Set("Authorization", "Bearer "+hiddenToken)
		request.Header.Set("User-Agent", hiddenMail)
		answer, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close() // what it says is for others
	}
	person := `{"type":"PERSON","firstName":"ZOFIA","lastName":"` + hiddenName + `","email":"` + hiddenMail + `","phone":"` + hiddenPhone + `"}`
	credit := `{"amount":{"amount":9876543,"currency":"PLN"},"title":"Tajna ` + hiddenIBAN + `"}`
	for _, c := range []*http.Client{caller, stranger} {
		ask(c, "POST", "/secure/users", "application/json", person)
		ask(c, "POST", "/secure/users", "application/json", person[:40])
		ask(c, "POST", "/secure/users", "application/json", strings.Replace(person, "PERSON", hiddenName, 1))
		ask(c, "POST", "/secure/balances/"+balance.ID.String()+"/credit", "application/json", credit)
		ask(c, "POST", "/secure/balances/"+hiddenName+"/credit", "application/json", credit)
		for _, path := range []string{"/secure/bank-accounts/" + hiddenIBAN, "/secure/bank-accounts/" + hiddenIBAN + "/" + hiddenName, "/secure/users?iban=" + hiddenIBAN,
			"/secure/users?name=" + hiddenName, "/secure/search?q=" + hiddenIBAN, "/secure/transactions?title=%0Alevel=ERROR%20msg=forged%1B", "/secure/x%0A" + hiddenMail,
			"/mobile/bank-accounts", "/mobile/bank-accounts/" + hiddenIBAN + "/qr"} {
			ask(c, "GET", path, "", "")
		}
		ask(c, "POST", "/mobile/sessions", "application/json", `{"assertion":"`+hiddenToken+`.`+hiddenIBAN+`.x"}`)
		for _, id := range []string{accounts[0].ID.String(), balance.ID.String(), hiddenName} {
			for _, content := range []string{"110,20261120,9876543,10901014,0,\"" + hiddenIBAN + "\",\"" + hiddenName + "\"\r\n", forged} {
				ask(c, "POST", "/secure/transaction-files?name="+hiddenName+".pli&masterAccountId="+id, "application/octet-stream", content)
			}
		}
	}
	file := filepath.Join(dir, hiddenName+".pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", balance.IBAN, "--out", file)
	mustIMS(t, "file", "upload", file, "--store", dsn, "--master-account", "PLN")
	mustIMS(t, "file", "execute", hiddenName+".pli", "--store", dsn)
	if code := s.end(); code != exitDone {
		t.Errorf("the service exits with %d", code)
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if log := strings.Join(s.log.lines, "\n"); !strings.Contains(log, "level=DEBUG") {
		t.Errorf("nothing was refused:\n%s", log)
	} else {
		logsNothing(t, log)
	}
}
