package storetest

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestStamp: what a store is was said once, and neither the program nor SQL behind its back changes it.
func TestStamp(t *testing.T) {
	for _, sandbox := range []bool{false, true} {
		each(t, func(t *testing.T, s *scene) {
			is := func() bool { return get(t, s, func(tx *store.Tx) (bool, error) { return tx.Sandbox() }) }
			equal(t, "before anybody said so", is(), false)
			stamp := func(as bool) error { return s.Write(t.Context(), func(tx *store.Tx) error { return tx.Stamp(as) }) }
			wantError(t, "stamped", stamp(sandbox), nil)
			wantError(t, "stamped again", stamp(sandbox), nil)
			wantError(t, "stamped as the other", stamp(!sandbox), bank.ErrConflict)
			for _, statement := range []string{"UPDATE installation SET value = $1 WHERE name = 'sandbox'", "UPDATE installation SET name = 'x', value = $1 WHERE name = 'sandbox'",
				"DELETE FROM installation WHERE name = 'sandbox' AND value <> $1"} {
				if _, err := s.rawExec(statement, []byte("other")); err == nil {
					t.Errorf("%s was done", statement)
				}
			}
			equal(t, "in the end", is(), sandbox)
		})
	}
}
