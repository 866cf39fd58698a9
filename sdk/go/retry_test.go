package ims

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// service answers as it is told, one answer for each request, and remembers what it was sent.
type service struct {
	answers []reply
	seen    []*http.Request
	bodies  []string
	at      []time.Time
}

// RoundTrip implements http.RoundTripper.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(text)
	}
	s.seen, s.bodies, s.at = append(s.seen, r), append(s.bodies, body), append(s.at, time.Now())
	return s.answers[min(len(s.seen), len(s.answers))-1].response()
}

// reply is what the service answers; the zero reply is a lost connection.
type reply struct {
	status int
	body   string
	header []string // names and values
}

var lost reply

func answered(status int, body string, headers ...string) reply { return reply{status, body, headers} }

func (x reply) response() (*http.Response, error) {
	if x.status == 0 {
		return nil, errors.New("connection reset")
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if x.status >= 400 {
		h.Set("Content-Type", "application/problem+json")
	}
	for i := 0; i < len(x.header); i += 2 {
		h.Set(x.header[i], x.header[i+1])
	}
	return &http.Response{StatusCode: x.status, Header: h, Body: io.NopCloser(strings.NewReader(x.body))}, nil
}

const (
	busy    = `{"type":"/problems/unavailable","title":"t","status":503,"code":"unavailable","instance":"urn:x","requestId":"r-1"}`
	running = `{"type":"/problems/idempotency-key-in-use","title":"t","status":409,"code":"idempotency-key-in-use","instance":"urn:x","requestId":"r-2"}`
	done    = `{"id":42,"type":"CREDIT","status":"CLEARED","amount":{"amount":5,"currency":"PLN"}}`
)

func connect(t *testing.T, s *service, change func(*Config)) *Client {
	t.Helper()
	config := Config{Address: "https://ims.example", Transport: s}
	if change != nil {
		change(&config)
	}
	c, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func credit(ctx context.Context, c *Client, options ...Option) (*Transaction, error) {
	return c.CreditBalance(ctx, "b", Order{Amount: Money{Amount: 5, Currency: "PLN"}}, options...)
}

// TestRetriesKeepTheKey: whatever goes wrong on the way, each attempt is the same request under the same key.
func TestRetriesKeepTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []reply{lost, answered(503, busy), answered(409, running, "Retry-After", "1"), answered(201, done, "Idempotent-Replayed", "true", "Request-Id", "r-9")}}
		var head Answer
		transaction, err := credit(t.Context(), connect(t, s, nil), WithAnswer(&head))
		if err != nil || transaction.ID != 42 || len(s.seen) != 4 {
			t.Fatalf("%+v, %v after %d requests", transaction, err, len(s.seen))
		}
		if head.Status != 201 || !head.Replayed || head.RequestID != "r-9" {
			t.Errorf("head %+v", head)
		}
		key := s.seen[0].Header.Get("Idempotency-Key")
		for i, r := range s.seen {
			if got := r.Header.Get("Idempotency-Key"); len(got) < 20 || got != key || s.bodies[i] != s.bodies[0] || r.URL.Path != "/secure/balances/b/credit" {
				t.Errorf("attempt %d: key %q, body %s", i, got, s.bodies[i])
			}
		}
		if _, err := credit(t.Context(), connect(t, s, nil)); err != nil || s.seen[4].Header.Get("Idempotency-Key") == key {
			t.Errorf("another call has the key of the first (%v)", err)
		}
		if _, err := credit(t.Context(), connect(t, s, nil), WithKey("mine")); err != nil || s.seen[5].Header.Get("Idempotency-Key") != "mine" {
			t.Errorf("the caller's key was not used (%v)", err)
		}
	})
}

// TestWaits: as long as the service says, else longer each time, and never past the limit.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []reply{answered(429, busy, "Retry-After", "7"), lost, lost, lost, answered(200, "{}")}}
		if _, err := connect(t, s, nil).Whoami(t.Context()); err != nil {
			t.Fatal(err)
		}
		if wait := s.at[1].Sub(s.at[0]); wait != 7*time.Second {
			t.Errorf("waited %s, want the 7 s of Retry-After", wait)
		}
		for i := 2; i < len(s.at); i++ {
			full := firstWait << (i - 1)
			if wait := s.at[i].Sub(s.at[i-1]); wait < full/2 || wait > full {
				t.Errorf("waited %s before attempt %d, want %s to %s", wait, i, full/2, full)
			}
		}
		late := &service{answers: []reply{answered(503, busy, "Retry-After", "120")}}
		if _, err := connect(t, late, nil).Whoami(t.Context()); !HasCode(err, "unavailable") || len(late.seen) != 1 {
			t.Errorf("a Retry-After beyond the limit: %v after %d requests", err, len(late.seen))
		}
	})
}

// TestWhatIsNotRepeated: a request that may have been done, and that no key protects.
func TestWhatIsNotRepeated(t *testing.T) {
	calls := map[string]func(context.Context, *Client) error{
		"DELETE": func(ctx context.Context, c *Client) error { _, err := c.CloseIBAN(ctx, "PL1"); return err },
		"a stream that is gone": func(ctx context.Context, c *Client) error {
			_, err := c.UploadTransactionFile(ctx, &UploadTransactionFileParams{Name: "a.pli", MasterAccountID: "m"}, io.MultiReader(strings.NewReader("x")))
			return err
		},
	}
	for name, call := range calls {
		synctest.Test(t, func(t *testing.T) {
			for problem, answer := range map[string]reply{"lost": lost, "503": answered(503, busy)} {
				s := &service{answers: []reply{answer}}
				if err := call(t.Context(), connect(t, s, nil)); err == nil || len(s.seen) != 1 {
					t.Errorf("%s, %s: %v after %d requests", name, problem, err, len(s.seen))
				}
			}
			s := &service{answers: []reply{answered(429, busy), answered(200, "{}")}}
			if err := call(t.Context(), connect(t, s, nil)); (err == nil) != (name == "DELETE") {
				t.Errorf("%s, 429: %v", name, err)
			}
		})
	}
}

// TestUploadsAreRepeated from their first byte, where the body can go back there.
func TestUploadsAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []reply{lost, answered(503, busy), answered(201, "{}")}}
		_, err := connect(t, s, nil).UploadTransactionFile(t.Context(), &UploadTransactionFileParams{Name: "a.pli", MasterAccountID: "m"}, strings.NewReader("x"))
		if err != nil || !slices.Equal(s.bodies, []string{"x", "x", "x"}) || s.seen[2].Header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("%v, sent %q", err, s.bodies)
		}
	})
}

// TestRetriesEnd: after so many attempts, at once where none are wanted, and with the context.
func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for retries, want := range map[int]int{0: 5, 1: 2, -1: 1} {
			s := &service{answers: []reply{lost}}
			if _, err := connect(t, s, func(c *Config) { c.Retries = retries }).Whoami(t.Context()); err == nil || len(s.seen) != want {
				t.Errorf("%d retries: %v after %d requests, want %d", retries, err, len(s.seen), want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		s := &service{answers: []reply{answered(503, busy, "Retry-After", "30")}}
		_, err := connect(t, s, nil).Whoami(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !HasCode(err, "unavailable") || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		s = &service{answers: []reply{answered(422, `{"code":"invalid"}`)}}
		if _, err := connect(t, s, nil).Whoami(t.Context()); !HasCode(err, "invalid") || len(s.seen) != 1 {
			t.Errorf("a refusal for good: %v after %d requests", err, len(s.seen))
		}
	})
}
