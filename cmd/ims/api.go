package main

import (
	"net/http"
)

func (s *service) api(p *program) (*http.Server, error) {
	return &http.Server{}, nil
}
