package storetest

import (
	"errors"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// pauseProbes ask for what a customer has whose store came back.
var pauseProbes = []probe{
	{"WorkPause", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.WorkPause(c)) }},
	{"ResumeWork", func(tx *store.Tx, c bank.CustomerID) error { return tx.ResumeWork(c) }},
}

// TestOnePause is TestOneObject of pauses.
func TestOnePause(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		owner, stranger := furnished(t, s), newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error { return found(tx.RestoreCustomer(owner, "somebody", at(5000))) })
		for _, p := range pauseProbes {
			wantError(t, p.name+" by its owner", s.try(t, func(tx *store.Tx) error { return p.call(tx, owner) }), nil)
			wantError(t, p.name+" by a stranger", s.try(t, func(tx *store.Tx) error { return p.call(tx, stranger) }), bank.ErrNotFound)
		}
	})
}

// TestRestoredMovesEverything: no number that the lost store may have given is given again, sessions are over, and the gap in
// the ids is part of the chain.
func TestRestoredMovesEverything(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		s.write(t, func(tx *store.Tx) error {
			small := baseIBAN(c, "PL99")
			small.Capacity, small.Issuing = 25, false
			return tx.AddBaseIBAN(small)
		})
		before := countersOf(t, s, c)
		last, pauses, err := s.Restored(t.Context(), "somebody", at(5000))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the last instant", last, before.head.LastAt)
		equal(t, "pauses", pauses, []store.Pause{{Customer: c, Since: at(5000), Reason: "the store came back from a backup"}})
		after := countersOf(t, s, c)
		equal(t, "next id", after.head.NextID, before.head.NextID+store.SafetyMargin+1) // and one audit event
		equal(t, "next link", after.head.NextLink, before.head.NextLink+1)
		equal(t, "balance, file and execution", []int64{after.balance - before.balance, after.file - before.file, after.execution - before.execution},
			[]int64{store.SafetyMargin, store.SafetyMargin, store.SafetyMargin})
		for base, was := range before.counters {
			want := was + min(store.SafetyMargin, (before.capacities[base]+9)/10)
			equal(t, "counter of "+base, after.counters[base], min(want, before.capacities[base]))
		}
		wantError(t, "the session", s.try(t, func(tx *store.Tx) error {
			return found(tx.SessionByToken(c, session(c, 1).TokenHash))
		}), bank.ErrNotFound)
		event := get(t, s, func(tx *store.Tx) ([]bank.AuditEvent, error) {
			return tx.AuditEvents(c, before.head.NextID, after.head.NextID)
		})
		if len(event) != 1 || event[0].Action != store.ActionRestored || store.SkippedIDs(event[0]) != store.SafetyMargin {
			t.Errorf("the audit trail says %+v", event)
		}
		equal(t, "the next customer", newCustomer(t, s) > c+999, true)
		fresh := get(t, s, func(tx *store.Tx) ([]store.Pause, error) { p, err := tx.WorkPause(c); return []store.Pause{p}, err })
		equal(t, "the pause", fresh, pauses)
	})
}

// customerCounters are all that is counted of a customer.
type customerCounters struct {
	head                     store.Head
	balance, file, execution int64
	counters, capacities     map[string]uint64
}

var errPeeked = errors.New("only looked")

func countersOf(t *testing.T, s *scene, c bank.CustomerID) customerCounters {
	t.Helper()
	n := customerCounters{counters: map[string]uint64{}, capacities: map[string]uint64{}}
	wantError(t, "peek", s.try(t, func(tx *store.Tx) error {
		var err error
		if n.head, err = tx.ReadHead(c); err != nil {
			return err
		}
		balance, err := tx.NextBalanceNo(c)
		if err != nil {
			return err
		}
		file, err := tx.NextFileNo(c)
		if err != nil {
			return err
		}
		n.balance, n.file = int64(balance), int64(file)
		if n.execution, err = tx.NextExecutionNo(c); err != nil {
			return err
		}
		bases, err := tx.BaseIBANs(c)
		for _, b := range bases {
			n.counters[b.Base], n.capacities[b.Base] = b.Next, b.Capacity
		}
		return errors.Join(err, errPeeked)
	}), errPeeked)
	return n
}

// TestBaseAddedAfterRestore: one that was added behind the backup and issued already goes on behind the margin, in the same
// order.
func TestBaseAddedAfterRestore(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		key := s.RangeKey("PL1111", "")
		s.write(t, func(tx *store.Tx) error { return tx.RestoreInstallation() })
		s.write(t, func(tx *store.Tx) error { return tx.AddBaseIBAN(baseIBAN(c, "PL1111")) })
		bases := get(t, s, func(tx *store.Tx) ([]bank.BaseIBAN, error) { return tx.BaseIBANs(c) })
		equal(t, "its counter", bases[0].Next, store.RangeMargin(bases[0].Capacity))
		equal(t, "its key", s.RangeKey("PL1111", ""), key)
		if string(s.RangeKey("PL1111", "00")) == string(key) || string(s.RangeKey("PL2222", "")) == string(key) {
			t.Error("two ranges have one key")
		}
	})
}

// TestWorkRests: until it is resumed no file and no endpoint of the customer is due or can be leased; the neighbour's are.
func TestWorkRests(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		resting, working := furnished(t, s), furnished(t, s)
		s.write(t, func(tx *store.Tx) error { return found(tx.RestoreCustomer(resting, "somebody", at(5000))) })
		want := map[bank.CustomerID]bool{working: true}
		equal(t, "while it rests", dueFor(t, s), want)
		lease := func(c bank.CustomerID) (taken [2]bool) {
			s.write(t, func(tx *store.Tx) (err error) {
				if taken[0], err = tx.LeaseFile(store.DueFile{Customer: c, ID: id(1), Status: bank.FileExecuting}, "w", at(9000), at(9001)); err != nil {
					return err
				}
				taken[1], err = tx.LeaseEndpoint(c, "w", at(9000), at(9001))
				return err
			})
			return taken
		}
		equal(t, "leases while it rests", lease(resting), [2]bool{})
		equal(t, "leases of the neighbour", lease(working), [2]bool{true, true})
		s.write(t, func(tx *store.Tx) error { return tx.ResumeWork(resting) })
		want[resting] = true
		equal(t, "afterwards", dueFor(t, s), want)
		equal(t, "leases afterwards", lease(resting), [2]bool{true, true})
	})
}

// dueFor lists the customers with a file that is due, and expects the same of endpoints.
func dueFor(t *testing.T, s *scene) map[bank.CustomerID]bool {
	t.Helper()
	byFile, byEndpoint := map[bank.CustomerID]bool{}, map[bank.CustomerID]bool{}
	s.write(t, func(tx *store.Tx) error {
		files, err := tx.DueFiles(at(99000), 100)
		if err != nil {
			return err
		}
		endpoints, err := tx.DueEndpoints(at(99000), at(99000), 100)
		for _, f := range files {
			byFile[f.Customer] = true
		}
		for _, c := range endpoints {
			byEndpoint[c] = true
		}
		return err
	})
	equal(t, "endpoints that are due", byEndpoint, byFile)
	return byFile
}

// TestLastProofs: the last one of each depth is kept.
func TestLastProofs(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		proof := func(depth store.ProofDepth, n int, ok bool) store.ProofResult {
			return store.ProofResult{Customer: c, Depth: depth, At: at(n), Duration: time.Duration(n) * time.Millisecond, OK: ok, Violation: map[bool]string{false: "the books do not balance"}[ok]}
		}
		for _, p := range []store.ProofResult{proof(store.ProofFull, 1, false), proof(store.ProofLight, 2, true), proof(store.ProofFull, 3, true)} {
			s.write(t, func(tx *store.Tx) error { return tx.SetProof(p) })
		}
		got := get(t, s, func(tx *store.Tx) ([]store.ProofResult, error) { return tx.Proofs(c) })
		equal(t, "proofs", got, []store.ProofResult{proof(store.ProofFull, 3, true), proof(store.ProofLight, 2, true)})
	})
}
