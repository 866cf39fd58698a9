package ims

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRefusal(t *testing.T) {
	s := &service{answers: []reply{
		answered(422, `{"type":"/problems/invalid","title":"The request breaks a rule","status":422,"detail":"the request has invalid fields","code":"invalid",
			"instance":"urn:ims:request:r-1","requestId":"r-1","errors":[{"pointer":"/amount/amount","code":"invalid","detail":"must be positive"}]}`),
		answered(502, "<html>gateway</html>", "Content-Type", "text/html", "Request-Id", "r-2")}}
	c := connect(t, s, func(c *Config) { c.Retries = -1 })
	_, err := credit(t.Context(), c)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != 422 || e.Code != "invalid" || e.RequestID != "r-1" || len(e.Fields) != 1 || e.Fields[0].Pointer != "/amount/amount" {
		t.Fatalf("%#v", err)
	}
	if want := "ims: 422 invalid the request has invalid fields; /amount/amount: must be positive (request r-1)"; e.Error() != want {
		t.Errorf("got %q, want %q", e, want)
	}
	_, err = credit(t.Context(), c)
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != 502 || e.Code != "" || e.RequestID != "r-2" || strings.Contains(e.Error(), "html") {
		t.Errorf("a proxy's page: %#v", err)
	}
}

// TestParameters: paths are escaped, what is not set is not sent, lists are joined.
func TestParameters(t *testing.T) {
	s := &service{answers: []reply{answered(200, `{"items":[]}`)}}
	c := connect(t, s, nil)
	statuses := []ListTransactionsParamsStatus{"CLEARED", "REVERSED"}
	if _, err := c.ListTransactions(t.Context(), &ListTransactionsParams{Limit: new(int64(200)), Status: &statuses, Title: new("a&b ł"), IBAN: new("")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ListUsers(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetBankAccount(t.Context(), "PL 1/../2?x"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"/secure/transactions?iban=&limit=200&status=CLEARED%2CREVERSED&title=a%26b+%C5%82", "/secure/users", "/secure/bank-accounts/PL%201%2F..%2F2%3Fx"} {
		if got := s.seen[i].URL.RequestURI(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPages(t *testing.T) {
	page := func(from int, next string) reply {
		return answered(200, fmt.Sprintf(`{"items":[{"id":%d},{"id":%d}]%s}`, from, from+1, next))
	}
	s := &service{answers: []reply{page(1, `,"nextCursor":"c2"`), page(3, `,"nextCursor":"c3"`), page(5, "")}}
	params := &ListTransactionsParams{After: new("0")}
	var ids []int64
	for x, err := range connect(t, s, nil).AllTransactions(t.Context(), params) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, x.ID)
	}
	if fmt.Sprint(ids) != "[1 2 3 4 5 6]" || params.Cursor != nil {
		t.Errorf("got %v, cursor of the caller %v", ids, params.Cursor)
	}
	if got := s.seen[2].URL.RawQuery; got != "after=0&cursor=c3" {
		t.Errorf("the last page was asked for with %s", got)
	}
	stopped := &service{answers: []reply{page(1, `,"nextCursor":"c2"`), answered(403, `{"code":"forbidden"}`)}}
	seen := 0
	for _, err := range connect(t, stopped, nil).AllTransactions(t.Context(), nil) {
		if seen++; seen == 3 && !HasCode(err, "forbidden") {
			t.Errorf("the error of the second page is %v", err)
		}
	}
	if seen != 3 {
		t.Errorf("%d elements, want two and an error", seen)
	}
	for range connect(t, &service{answers: stopped.answers[:1]}, nil).AllTransactions(t.Context(), nil) {
		break // no panic of the iterator, no further page
	}
}

// TestEveryListCanBeRanged guards the template: what has a cursor has an iterator.
func TestEveryListCanBeRanged(t *testing.T) {
	all := reflect.TypeFor[*Client]()
	lists := 0
	for m := range all.Methods() {
		for in := range m.Type.Ins() {
			if in.Kind() != reflect.Pointer || in.Elem().Kind() != reflect.Struct {
				continue
			}
			if _, ok := in.Elem().FieldByName("Cursor"); !ok || strings.HasPrefix(m.Name, "All") {
				continue
			}
			lists++
			if _, ok := all.MethodByName("All" + strings.TrimPrefix(m.Name, "List")); !ok {
				t.Errorf("%s has no iterator", m.Name)
			}
		}
	}
	if lists < 5 {
		t.Errorf("only %d lists were found", lists)
	}
}

// TestDownload: what is no JSON is handed on as it comes.
func TestDownload(t *testing.T) {
	s := &service{answers: []reply{answered(200, "line,outcome\r\n", "Content-Type", "text/csv")}}
	report, err := connect(t, s, nil).GetReport(t.Context(), "f", nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(report)
	if err != nil || string(text) != "line,outcome\r\n" || report.ContentType != "text/csv" || report.Close() != nil {
		t.Errorf("%q, %v, %s", text, err, report.ContentType)
	}
}

// TestVerifyEvent: the good signature was made with openssl, so that our arithmetic is not held to itself alone.
func TestVerifyEvent(t *testing.T) {
	const secret, other = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCAzMiBieXRlcyBsb25n", "whsec_" + "b3RoZXIgc2VjcmV0IG9mIHVz"
	key, err := base64.StdEncoding.DecodeString(secret[len("whsec_"):])
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id": 20, "timestamp": 1665557034}`)
	now := time.Unix(1665557100, 0)
	header := func(signature string) http.Header {
		return http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {"1665557034"}, "Webhook-Signature": {signature}}
	}
	const good = "v1,r/VbK+No+PMB5TtlQT5eFEvQxpvSy3VIIS+fSWQHnuw="
	for name, x := range map[string]struct {
		header  http.Header
		body    string
		now     time.Time
		secrets []string
		ok      bool
	}{
		"signed":                    {header(good), string(body), now, []string{secret}, true},
		"without prefix":            {header(good), string(body), now, []string{secret[len("whsec_"):]}, true},
		"the second secret":         {header(good), string(body), now, []string{other, secret}, true},
		"the second signature":      {header("v1,AAAA v1a,BBBB " + good), string(body), now, []string{secret}, true},
		"another secret":            {header(good), string(body), now, []string{other}, false},
		"no secret":                 {header(good), string(body), now, nil, false},
		"an empty secret":           {header("v1," + sign(nil, "msg_1.1665557034."+string(body))), string(body), now, []string{"whsec_", ""}, false},
		"another body":              {header(good), `{"id": 21, "timestamp": 1665557034}`, now, []string{secret}, false},
		"another version":           {header(strings.Replace(good, "v1,", "v2,", 1)), string(body), now, []string{secret}, false},
		"no signature":              {header(""), string(body), now, []string{secret}, false},
		"old":                       {header(good), string(body), now.Add(5 * time.Minute), []string{secret}, false},
		"from the future":           {header(good), string(body), now.Add(-7 * time.Minute), []string{secret}, false},
		"no headers":                {http.Header{}, string(body), now, []string{secret}, false},
		"signed, but not an event":  {header("v1," + sign(key, "msg_1.1665557034.{}")), "{}", now, []string{secret}, false},
		"the id of another message": {http.Header{"Webhook-Id": {"msg_2"}, "Webhook-Timestamp": {"1665557034"}, "Webhook-Signature": {good}}, string(body), now, []string{secret}, false},
	} {
		e, err := VerifyEvent(x.header, []byte(x.body), x.now, x.secrets...)
		if x.ok != (err == nil) || err != nil && !errors.Is(err, ErrSignature) || x.ok && e != (Event{20, 1665557034}) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, config := range map[string]Config{
		"no address": {}, "no scheme": {Address: "localhost:8443"}, "no files": {Address: "https://localhost:8443"},
		"no authority": {Address: "https://localhost:8443", CAFile: "go.mod", CertFile: "go.mod", KeyFile: "go.mod"},
	} {
		if _, err := Open(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
