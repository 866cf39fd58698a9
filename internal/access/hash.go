package access

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync/atomic"

	"github.com/alexedwards/argon2id"

	"ims/internal/bank"
)

// HashWork is what one hash of a password costs (argon2id, RFC 9106), and how many may run at once: beyond them sign-ins
// wait, so that they cannot take the memory of everything else. Zero fields take the defaults.
type HashWork struct {
	Memory uint32 // KiB; default 32 MiB
	Passes uint32 // default 3
	AtOnce int    // default 4
	Queue  int    // that may wait; default 64, more get bank.ErrUnavailable
}

// hasher hashes passwords within a bound of memory.
type hasher struct {
	params argon2id.Params
	slots  chan struct{}
	queue  chan struct{}
	nobody string // a hash of no password
	hashed atomic.Int64
}

func newHasher(w HashWork) *hasher {
	pick := func(given, usual uint32) uint32 {
		if given == 0 {
			return usual
		}
		return given
	}
	atOnce := int(pick(uint32(w.AtOnce), 4))
	h := &hasher{
		params: argon2id.Params{Memory: pick(w.Memory, 32<<10), Iterations: pick(w.Passes, 3), Parallelism: 1, SaltLength: 16, KeyLength: 32},
		slots:  make(chan struct{}, atOnce),
		queue:  make(chan struct{}, atOnce+int(pick(uint32(w.Queue), 64))),
	}
	h.nobody = fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", h.params.Memory, h.params.Iterations,
		base64.RawStdEncoding.EncodeToString(make([]byte, h.params.SaltLength)), base64.RawStdEncoding.EncodeToString(make([]byte, h.params.KeyLength)))
	return h
}

// turn runs fn when it is its turn.
func (h *hasher) turn(ctx context.Context, fn func() error) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return bank.ErrUnavailable.With("Too many people sign in at this moment. Please try again in a minute.")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	h.hashed.Add(1)
	return fn()
}

// make hashes a new password.
func (h *hasher) make(ctx context.Context, password string) (hash string, err error) {
	err = h.turn(ctx, func() error {
		hash, err = argon2id.CreateHash(password, &h.params)
		return err
	})
	return hash, err
}

// fits compares a password with a hash. Where there is none it does the same work in vain, so that the time tells nothing.
// outdated tells that the hash was made with less work than is usual now.
func (h *hasher) fits(ctx context.Context, password, hash string) (fits, outdated bool, err error) {
	known := hash != "" && len(password) <= maxPassword
	if !known {
		password, hash = "", h.nobody
	}
	err = h.turn(ctx, func() error {
		match, params, err := argon2id.CheckHash(password, hash)
		if err != nil {
			return fmt.Errorf("compare password: %w", err)
		}
		fits = match && known
		outdated = params.Memory < h.params.Memory || params.Iterations < h.params.Iterations
		return nil
	})
	return fits, outdated, err
}
