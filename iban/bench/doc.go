// Package bench compares package iban with other Go libraries. It is a module of its own, so that nobody who imports ims
// downloads them; it imports ims/iban and the peers, and its figures go to docs/performance.md.
//
//	cd iban/bench && go test -bench . -benchtime 200ms -count 6
//
// Peers that the Go module proxy did not serve when this was written: github.com/mavolin/standards.
package bench
