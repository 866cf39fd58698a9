package worker

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain holds that loops which were stopped are gone.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
