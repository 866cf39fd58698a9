package storetest

import (
	"context"
	"errors"
	"testing"

	"ims/internal/store"
)

// TestWatch proves that another process hears of a committed change and of no other, and that Watch ends with its context.
func TestWatch(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		other, err := store.Open(context.Background(), s.engine, Key)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		ready, keys, ended := make(chan struct{}), make(chan string, 10), make(chan error, 1)
		go func() { ended <- other.Watch(ctx, func() { close(ready) }, func(key string) { keys <- key }) }()
		<-ready
		publish := func(key string, result error) {
			err := s.Write(context.Background(), func(tx *store.Tx) error {
				return errors.Join(found(tx.SetFact(key, []byte("x"))), tx.Publish(key), result)
			})
			wantError(t, key, err, result)
		}
		publish("rolled back", errUndo)
		publish("committed", nil)
		if key := <-keys; key != "committed" && !(key == "" && s.EngineName() == "sqlite") {
			t.Errorf("heard of %q", key)
		}
		cancel()
		wantError(t, "the end of the watch", <-ended, context.Canceled)
	})
}
