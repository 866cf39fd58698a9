package transfers

// Chunked lets the service move few orders in one transaction, and calls between behind each.
func (s *Service) Chunked(chunk int, between func() error) *Service {
	other := *s
	other.chunk, other.between = chunk, between
	return &other
}
