package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ims/internal/bank"
)

func TestIdempotency(t *testing.T) {
	longest := strings.Repeat("k", 255)
	for _, x := range []struct {
		name string
		h    http.Header
		key  string
		bad  bool
	}{
		{"none", http.Header{}, "", false},
		{"ours", http.Header{"Idempotency-Key": {"a-1"}}, "a-1", false},
		{"the original's", http.Header{"X-Idempotency-Key": {"a-1"}}, "a-1", false},
		{"both the same", http.Header{"Idempotency-Key": {"a"}, "X-Idempotency-Key": {"a"}}, "a", false},
		{"longest", http.Header{"Idempotency-Key": {longest}}, longest, false},
		{"both differ", http.Header{"Idempotency-Key": {"a"}, "X-Idempotency-Key": {"b"}}, "", true},
		{"empty", http.Header{"Idempotency-Key": {""}}, "", true},
		{"too long", http.Header{"Idempotency-Key": {longest + "k"}}, "", true},
		{"blank", http.Header{"Idempotency-Key": {"a b"}}, "", true},
		{"not ASCII", http.Header{"Idempotency-Key": {"klucz-ó"}}, "", true},
	} {
		key, err := Idempotency(x.h, "POST", "/p", []byte("{}"))
		if x.bad != errors.Is(err, bank.ErrMalformed) || key.Key != x.key || key.Given() != (x.key != "") {
			t.Errorf("%s: %+v, %v", x.name, key, err)
		}
	}
}

// TestDigest differs wherever the request does, and never runs parts together.
func TestDigest(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, x := range [][3]string{{"POST", "/a", "b"}, {"POST", "/ab", ""}, {"POST", "/a", "c"}, {"PATCH", "/a", "b"}, {"POS", "T/a", "b"}} {
		key, err := Idempotency(http.Header{"Idempotency-Key": {"k"}}, x[0], x[1], []byte(x[2]))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[key.Digest]; ok {
			t.Errorf("%v and %s have the same digest", x, other)
		}
		seen[key.Digest] = strings.Join(x[:], " ")
	}
}

func TestFieldNames(t *testing.T) {
	for location, want := range map[string]string{"body.amount.currency": "/amount/currency", "body.items[3].name": "/items/3/name", "body": "",
		"query.limit": "limit", "query.type[0]": "type", "path.userId": "userId"} {
		if got := pointerOf(location); got != want {
			t.Errorf("%s: %q, want %q", location, got, want)
		}
	}
	for pointer, want := range map[string]string{"/firstName": "/firstName", "/a/PL61109010140000071219812874": "/a", "/PL61109010140000071219812874": "",
		"limit": "limit", "Ada Example": ""} {
		if got := known(pointer); got != want {
			t.Errorf("%s: %q, want %q", pointer, got, want)
		}
	}
}

// TestStreamedKeys: a key is taken until its operation ends, per customer, and its digest covers method, address and body.
func TestStreamedKeys(t *testing.T) {
	var keys Keys
	begin := func(customer bank.CustomerID, query, body string) (bank.Idempotency, func(), error) {
		r := httptest.NewRequest("POST", "/files?"+query, strings.NewReader(body))
		r.Header.Set("Idempotency-Key", "k")
		r, done, err := keys.Streamed(r, customer)
		if err != nil {
			return bank.Idempotency{}, nil, err
		}
		for range 2 { // the end may be met twice
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Fatal(err)
			}
		}
		return bank.IdempotencyOf(r.Context()), done, nil
	}
	first, done, err := begin(1, "name=a", "bytes")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := begin(1, "name=a", "bytes"); !errors.Is(err, bank.ErrKeyRunning) {
		t.Errorf("meanwhile: %v", err)
	}
	if _, other, err := begin(2, "name=a", "bytes"); err != nil {
		t.Errorf("another customer's: %v", err)
	} else {
		other()
	}
	done()
	for request, same := range map[[2]string]bool{{"name=a", "bytes"}: true, {"name=a", "byte"}: false, {"name=b", "bytes"}: false} {
		again, done, err := begin(1, request[0], request[1])
		if err != nil || (again.Digest == first.Digest) != same {
			t.Errorf("%v: the same request: %v, %v", request, !same, err)
		}
		done()
	}
}
