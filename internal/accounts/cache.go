package accounts

import (
	"strconv"
	"sync"

	"ims/internal/bank"
)

// ibanCache keeps the IBANs of balances that were asked for. It holds positive answers only, and only while somebody tells
// it of changes: a generation that moves with every drop keeps an answer read before a change from being put after it.
type ibanCache struct {
	mu         sync.RWMutex
	enabled    bool
	generation uint64
	entries    map[string]cacheEntry
}

// cacheEntry is not to be changed: callers share it.
type cacheEntry struct {
	accounts []bank.BankAccount
	blocks   []bank.Block
}

// maxCached bounds the memory; at 300 bytes an entry it is some 30 MB.
const maxCached = 100_000

func newIBANCache() *ibanCache { return &ibanCache{entries: map[string]cacheEntry{}} }

func cacheKey(customer bank.CustomerID, balance bank.ID) string {
	buf := make([]byte, 0, 56)
	buf = strconv.AppendInt(buf, int64(customer), 10)
	buf = append(buf, '/')
	return string(append(buf, balance.String()...))
}

func (c *ibanCache) get(key string) (entry cacheEntry, generation uint64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	entry, ok = c.entries[key]
	return entry, c.generation, ok
}

func (c *ibanCache) put(key string, entry cacheEntry, generation uint64) {
	if len(entry.accounts) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.enabled || c.generation != generation {
		return
	}
	if len(c.entries) >= maxCached {
		clear(c.entries)
	}
	c.entries[key] = entry
}

// drop forgets one key, or everything if it is empty.
func (c *ibanCache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	if key == "" {
		clear(c.entries)
	}
	delete(c.entries, key)
}

func (c *ibanCache) enable()  { c.set(true) }
func (c *ibanCache) disable() { c.set(false) }

func (c *ibanCache) set(enabled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enabled = enabled
	c.generation++
	clear(c.entries)
}
