package accounts

import "ims/internal/bank"

// Caching tells tests whether answers are kept.
func (s *Service) Caching() bool {
	s.cache.mu.RLock()
	defer s.cache.mu.RUnlock()
	return s.cache.enabled
}

// Cached tells tests whether the IBANs of a balance are answered without the store.
func (s *Service) Cached(customer bank.CustomerID, balance bank.ID) bool {
	_, _, ok := s.cache.get(cacheKey(customer, balance))
	return ok
}
