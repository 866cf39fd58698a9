package ims

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

const firstWait = 200 * time.Millisecond

// repeat sends a request until it is answered, refused for good, or may not be sent again.
func (c *Client) repeat(ctx context.Context, r *request) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		response, err := c.once(ctx, r)
		if err == nil {
			return response, nil
		}
		wait := c.waitAfter(err, attempt)
		if attempt >= c.retries || ctx.Err() != nil || wait > c.maxWait || !r.repeatable(err) {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(ctx.Err(), err)
		}
	}
}

// repeatable tells whether sending the request once more after an error can do no harm and may help.
func (r *request) repeatable(err error) bool {
	if !r.rewind() {
		return false
	}
	refusal, refused := errors.AsType[*Error](err)
	if refused && refusal.Status == http.StatusTooManyRequests {
		return true // nothing was done
	}
	if r.method == http.MethodDelete || r.method == http.MethodPost && !r.keyed {
		return false // it may have been done: a second attempt would tell of a conflict
	}
	if !refused {
		return true // the connection, not the service
	}
	switch refusal.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return refusal.Code == "idempotency-key-in-use" // our first attempt is still being worked on
}

// rewind makes a streamed body ready to be sent again, where that is possible.
func (r *request) rewind() bool {
	if r.stream == nil {
		return true
	}
	seeker, ok := r.stream.(io.Seeker)
	if !ok {
		return false
	}
	_, err := seeker.Seek(0, io.SeekStart)
	return err == nil
}

// waitAfter is what the service asked for, or doubles with each attempt, at least half of it by chance, so that callers who
// failed together do not come back together.
func (c *Client) waitAfter(err error, attempt int) time.Duration {
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.RetryAfter > 0 {
		return refusal.RetryAfter
	}
	wait := min(firstWait<<min(attempt, 20), c.maxWait)
	return wait/2 + rand.N(wait/2+1)
}
