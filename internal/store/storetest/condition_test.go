package storetest

import (
	"context"
	"testing"
	"time"
)

// TestCondition: the database of these tests is fit to serve, and its clock is that of this machine.
func TestCondition(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		before := time.Now()
		c, err := s.Condition(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if c.Version == "" || c.Settings == "" || !c.Supported || !c.Durable || c.ReadOnly {
			t.Errorf("%+v", c)
		}
		if off := c.Clock.Sub(before); off < -time.Minute || off > time.Minute {
			t.Errorf("its clock is off by %v", off)
		}
	})
}
