package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ims/internal/bank"
)

// Limiter bounds how many requests each caller may send: perSecond in the long run, burst at once. Callers are known by
// their customer and name, so that one may not use up what another has.
type Limiter struct {
	perSecond, burst int
	now              func() time.Time
	policy           []string // shared by all answers: nobody may change it in place
	mutex            sync.RWMutex
	callers          map[caller]*rate.Limiter
}

type caller struct {
	customer bank.CustomerID
	name     string
}

// maxCallers bounds the memory of a Limiter; about 200 bytes each.
const maxCallers = 10_000

// NewLimiter returns a limiter of at least one request per second and burst. With perSecond 0 there is no limit.
func NewLimiter(perSecond, burst int, now func() time.Time) *Limiter {
	if perSecond <= 0 {
		return nil
	}
	burst = max(burst, 1)
	window := max(burst/perSecond, 1)
	return &Limiter{perSecond: perSecond, burst: burst, now: now, callers: map[caller]*rate.Limiter{},
		policy: []string{`"default";q=` + strconv.Itoa(burst) + `;w=` + strconv.Itoa(window)}}
}

// Admit counts a request of a caller, tells them in the headers of the answer what is left (RateLimit and RateLimit-Policy,
// draft-ietf-httpapi-ratelimit-headers-10: r requests at once, all of them again in t seconds), and returns
// bank.ErrRateLimited where nothing is. A nil Limiter admits everybody.
func (l *Limiter) Admit(h http.Header, customer bank.CustomerID, name string) error {
	if l == nil {
		return nil
	}
	now := l.now()
	bucket := l.bucket(caller{customer, name}, now)
	admitted := bucket.AllowN(now, 1)
	left := min(max(int(bucket.TokensAt(now)), 0), l.burst)
	h["Ratelimit-Policy"] = l.policy
	h["Ratelimit"] = []string{l.state(left)}
	if !admitted {
		return bank.ErrRateLimited.With("more than %d requests per second; wait, then go on more slowly", l.perSecond)
	}
	return nil
}

// state is `"default";r=LEFT;t=SECONDS`.
func (l *Limiter) state(left int) string {
	b := make([]byte, 0, 40)
	b = append(b, `"default";r=`...)
	b = strconv.AppendInt(b, int64(left), 10)
	b = append(b, `;t=`...)
	b = strconv.AppendInt(b, int64((l.burst-left+l.perSecond-1)/l.perSecond), 10)
	return string(b)
}

func (l *Limiter) bucket(c caller, now time.Time) *rate.Limiter {
	l.mutex.RLock()
	b := l.callers[c]
	l.mutex.RUnlock()
	if b != nil {
		return b
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if b = l.callers[c]; b == nil {
		l.makeRoom(now)
		b = rate.NewLimiter(rate.Limit(l.perSecond), l.burst)
		l.callers[c] = b
	}
	return b
}

// makeRoom forgets callers who have all their requests left, as a new one has; should there be none, everybody.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.callers) < maxCallers {
		return
	}
	for c, b := range l.callers {
		if int(b.TokensAt(now)) >= l.burst {
			delete(l.callers, c)
		}
	}
	if len(l.callers) >= maxCallers {
		clear(l.callers)
	}
}
