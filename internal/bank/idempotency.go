package bank

import "context"

// Idempotency is a caller's key with the digest of the request it came with. The zero value means there is none.
type Idempotency struct {
	Key    string
	Digest [32]byte
	// Answer makes the answer to what the request has made; it is kept in the same transaction. Without it nothing is kept.
	Answer func(made any) (Answer, error)
}

// Given tells whether the caller sent a key.
func (i Idempotency) Given() bool { return i.Key != "" }

// Answer is what a caller was told.
type Answer struct {
	Status   int // of HTTP
	Body     []byte
	Location string // the header; empty: none
}

// ReplayError stands in for the result of a request whose key was answered before: nothing was done again.
type ReplayError struct{ Answer }

// Error implements error.
func (e *ReplayError) Error() string { return "the request was answered before" }

// RepeatedError marks a refusal that a request with this key had before.
type RepeatedError struct{ Err *Error }

// Error implements error.
func (e *RepeatedError) Error() string { return e.Err.Error() }

// Unwrap returns the refusal.
func (e *RepeatedError) Unwrap() error { return e.Err }

type idempotencyKey struct{}

// WithIdempotency lets a context bring the key of its request to the room that does what was asked. The key is read when
// the room has all of the request, so that the digest of a long body may still be added meanwhile.
func WithIdempotency(ctx context.Context, key *Idempotency) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

// AnswerWith tells how the request of a context is answered, where it has a key.
func AnswerWith(ctx context.Context, answer func(made any) (Answer, error)) {
	if key, ok := ctx.Value(idempotencyKey{}).(*Idempotency); ok {
		key.Answer = answer
	}
}

// IdempotencyOf returns the key of a context; the zero value if there is none.
func IdempotencyOf(ctx context.Context) Idempotency {
	if key, ok := ctx.Value(idempotencyKey{}).(*Idempotency); ok {
		return *key
	}
	return Idempotency{}
}
