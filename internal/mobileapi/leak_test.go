package mobileapi

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain holds that nothing a request began outlives its answer.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
