package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
)

// The two names of the header; the second is the original's.
const (
	IdempotencyHeader  = "Idempotency-Key"
	IdempotencyHeaderX = "X-Idempotency-Key"
)

// ReplayedHeader marks an answer that repeats an earlier one.
const ReplayedHeader = "Idempotent-Replayed"

// Idempotency reads the caller's key and binds it to the request: the digest is the SHA-256 of method, path and body, each
// with its length before it. Without a key the result is zero. A key is 1 to 255 visible ASCII characters; another one, or
// two that differ, is bank.ErrMalformed.
func Idempotency(h http.Header, method, path string, body []byte) (bank.Idempotency, error) {
	given := append(append([]string(nil), h.Values(IdempotencyHeader)...), h.Values(IdempotencyHeaderX)...)
	if len(given) == 0 {
		return bank.Idempotency{}, nil
	}
	for _, key := range given {
		if key != given[0] {
			return bank.Idempotency{}, badKey("several keys that differ")
		}
	}
	if reason := keyFault(given[0]); reason != "" {
		return bank.Idempotency{}, badKey(reason)
	}
	return bank.Idempotency{Key: given[0], Digest: digest([]byte(method), []byte(path), body)}, nil
}

func badKey(reason string) error {
	return bank.ErrMalformed.With("the idempotency key cannot be used").Field(IdempotencyHeader, "invalid", reason)
}

func keyFault(key string) string {
	if key == "" || len(key) > 255 {
		return "must have 1 to 255 characters"
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "must be visible ASCII characters"
		}
	}
	return ""
}

// Keys are the idempotency keys at work in this process: whoever comes with one of them meanwhile is told to wait. What was
// done before is known to the store. The zero value is ready.
type Keys struct{ running sync.Map }

// KeyOwner is whose a key is: two owners may use the same text.
type KeyOwner struct {
	Customer bank.CustomerID
	User     bank.ID // an end user; zero: the customer's programs
}

// begin takes a key until done is called; bank.ErrKeyRunning where it is taken.
func (k *Keys) begin(whose KeyOwner, key string) (done func(), err error) {
	if key == "" {
		return func() {}, nil
	}
	name := struct {
		owner KeyOwner
		key   string
	}{whose, key}
	if _, taken := k.running.LoadOrStore(name, true); taken {
		return nil, bank.ErrKeyRunning.With("a request with this idempotency key is being worked on")
	}
	return func() { k.running.Delete(name) }, nil
}

// Streamed is Keyed for an operation that reads its body as it comes: the request it returns has the key in its context,
// whose digest is complete when the body is at its end. done is to be called at the end of the operation.
func (k *Keys) Streamed(r *http.Request, customer bank.CustomerID) (_ *http.Request, done func(), err error) {
	key, err := Idempotency(r.Header, r.Method, r.URL.RequestURI(), nil)
	if err != nil || !key.Given() {
		return r, func() {}, err
	}
	if done, err = k.begin(KeyOwner{Customer: customer}, key.Key); err != nil {
		return r, nil, err
	}
	r = r.WithContext(bank.WithIdempotency(r.Context(), &key))
	r.Body = &digesting{ReadCloser: r.Body, key: &key, sum: sha256.New()}
	return r, done, nil
}

// digesting adds the body to the digest of a key.
type digesting struct {
	io.ReadCloser
	key   *bank.Idempotency
	sum   hash.Hash
	ended bool
}

// Read implements io.Reader.
func (d *digesting) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.sum.Write(p[:n])
	if err == io.EOF && !d.ended {
		d.ended = true // whoever reads again is told of the end again
		d.key.Digest = digest(d.key.Digest[:], d.sum.Sum(nil))
	}
	return n, err
}

// Located is what an answer tells of that can be read at an address of its own: a POST that made it has the address in the
// header Location.
type Located interface{ Location() string }

// LocationHeader tells where what a POST made is.
const LocationHeader = "Location"

// locationOf is empty where a value has no address.
func locationOf(wire any) string {
	if l, ok := wire.(Located); ok {
		return l.Location()
	}
	return ""
}

// locate is a huma transformer that changes nothing: it adds the header to the answers of POSTs.
func locate(ctx huma.Context, status string, body any) (any, error) {
	if at := locationOf(body); at != "" && ctx.Method() == http.MethodPost && status[0] == '2' {
		ctx.SetHeader(LocationHeader, at)
	}
	return body, nil
}

// Answered lets the operation of a context keep its answer beside its effect, where there is a key: the status, and what wire
// makes of what the operation made, as JSON with its Location.
func Answered[T, W any](ctx context.Context, status int, wire func(T) W) context.Context {
	bank.AnswerWith(ctx, func(made any) (bank.Answer, error) {
		v, ok := made.(T)
		if !ok {
			return bank.Answer{}, fmt.Errorf("made a %T, which has no answer", made)
		}
		told := wire(v)
		body, err := JSON(told)
		return bank.Answer{Status: status, Body: body, Location: locationOf(told)}, err
	})
	return ctx
}

// digest frames each part, so that no two requests have the same bytes.
func digest(parts ...[]byte) (sum [32]byte) {
	h := sha256.New()
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	h.Sum(sum[:0])
	return sum
}
