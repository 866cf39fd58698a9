package storetest

import (
	"context"
	"errors"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

var everyWork = []store.Work{store.WorkFiles, store.WorkEvents, store.WorkHistory, store.WorkReports}

// heardBy tells what work a process has heard of, and forgets it.
func heardBy(db *store.DB) (work store.Work) {
	for _, kind := range everyWork {
		select {
		case <-db.Woken(kind):
			work |= kind
		default:
		}
	}
	return work
}

// TestWork: what a transaction leaves to do is told in the process that commits it at once, and only once it is committed.
func TestWork(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		file := file(c, 1)
		addFiles(t, s, file)
		heardBy(s.DB)
		for name, step := range map[string]struct {
			do   func(tx *store.Tx) error
			want store.Work
		}{
			"a file that waits":   {func(tx *store.Tx) error { return tx.UpdateFile(file) }, store.WorkFiles},
			"a file that stopped": {func(tx *store.Tx) error { f := file; f.StopReason = "no disk"; return tx.UpdateFile(f) }, 0},
			"a validated file":    {func(tx *store.Tx) error { f := file; f.Status = bank.FileValidated; return tx.UpdateFile(f) }, 0},
			"an audit event":      {func(tx *store.Tx) error { return tx.Audit(c, at(1), bank.AuditEvent{Action: "test"}) }, store.WorkEvents},
			"one that is undone": {func(tx *store.Tx) error {
				return errors.Join(tx.Audit(c, at(1), bank.AuditEvent{Action: "test"}), errUndo)
			}, 0},
			"a report":              {func(tx *store.Tx) error { return tx.AddReport(report(c, 1)) }, store.WorkReports},
			"something to remember": {func(tx *store.Tx) error { return isNew(tx.SetFact("fact", []byte("x"))) }, 0},
		} {
			err := s.Write(context.Background(), step.do)
			if err != nil && !errors.Is(err, errUndo) {
				t.Fatalf("%s: %v", name, err)
			}
			if got := heardBy(s.DB); got != step.want {
				t.Errorf("%s wakes %b, want %b", name, got, step.want)
			}
		}
	})
}

// TestWorkElsewhere: another process hears of it too, by the connection that keeps its cache true, and of everything that it
// may have missed before.
func TestWorkElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		file := file(c, 1)
		addFiles(t, s, file)
		other, err := store.Open(context.Background(), s.engine, Key)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		stale, ended := make(chan string, 10), make(chan error, 1)
		go func() { ended <- other.Watch(ctx, func() {}, func(key string) { stale <- key }) }()
		for _, kind := range everyWork {
			<-other.Woken(kind)
		}
		for range 3 {
			s.write(t, func(tx *store.Tx) error { return tx.UpdateFile(file) })
			<-other.Woken(store.WorkFiles)
		}
		cancel()
		<-ended
		for len(stale) > 0 {
			if key := <-stale; key != "" || s.EngineName() != "sqlite" {
				t.Errorf("the cache was told of %q", key)
			}
		}
	})
}

// TestWorkOfAShortProcess: a command that ends at once, as the command line does, has told everybody when it is closed.
func TestWorkOfAShortProcess(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		file := file(c, 1)
		addFiles(t, s, file)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { _ = s.Watch(ctx, func() {}, func(string) {}) }() // until the test ends
		for _, kind := range everyWork {
			<-s.Woken(kind)
		}
		short, err := store.Open(context.Background(), s.engine, Key)
		if err != nil {
			t.Fatal(err)
		}
		if err := short.Write(context.Background(), func(tx *store.Tx) error { return tx.UpdateFile(file) }); err != nil {
			t.Fatal(err)
		}
		if err := short.Close(); err != nil {
			t.Fatal(err)
		}
		<-s.Woken(store.WorkFiles)
	})
}
