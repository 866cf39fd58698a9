package access

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ims/internal/bank"
)

// How much an address may fail, and how many letters an address of mail may be sent.
const (
	addressBurst, addressPace = 20, 15 * time.Second
	letterBurst, letterPace   = 3, 10 * time.Minute
)

// maxRemembered bounds the memory of a patience; about 200 bytes each.
const maxRemembered = 10_000

// patience counts what somebody does too often: burst at once, then one in each pace.
type patience struct {
	burst int
	pace  time.Duration
	mutex sync.Mutex
	known map[string]*rate.Limiter
}

func newPatience(burst int, pace time.Duration) *patience {
	return &patience{burst: burst, pace: pace, known: map[string]*rate.Limiter{}}
}

// left tells whether there is any with somebody.
func (p *patience) left(who string, now time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	l := p.known[who]
	return l == nil || l.TokensAt(now) >= 1
}

// spend takes some; false if there was none.
func (p *patience) spend(who string, now time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	l := p.known[who]
	if l == nil {
		p.makeRoom(now)
		l = rate.NewLimiter(rate.Every(p.pace), p.burst)
		p.known[who] = l
	}
	return l.AllowN(now, 1)
}

// makeRoom forgets those with whom there is all patience again, and everybody where there are too many still: whoever has
// so many addresses is not held by this.
func (p *patience) makeRoom(now time.Time) {
	if len(p.known) < maxRemembered {
		return
	}
	for who, l := range p.known {
		if l.TokensAt(now) >= float64(p.burst) {
			delete(p.known, who)
		}
	}
	if len(p.known) >= maxRemembered {
		clear(p.known)
	}
}

// neighbourhood is what counts as one address: of IPv6 the network that one household or host is given.
func neighbourhood(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if network, err := a.Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}

// admit refuses addresses that failed too often.
func (g *Gate) admit(v Visit) error {
	if g.fails.left(neighbourhood(v.Remote), g.Now()) {
		return nil
	}
	return bank.ErrRateLimited.With("Too many attempts failed from your address. Please wait a minute.")
}

// failed counts a failure of an address.
func (g *Gate) failed(v Visit) { g.fails.spend(neighbourhood(v.Remote), g.Now()) }
