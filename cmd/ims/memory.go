package main

import (
	"os"
	"runtime/debug"
)

// memoryLimit is what Go's own memory should stay under, softly: near it the collector works harder instead of letting
// garbage pile up. The largest file needs about half of it; the page caches of SQLite come on top.
const memoryLimit = 120 << 20

// limitMemory applies the limit unless whoever runs the program has set one.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
