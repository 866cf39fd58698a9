package web

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"

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
