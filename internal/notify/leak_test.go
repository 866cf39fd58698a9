package notify

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain holds that no turn leaves anybody behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
