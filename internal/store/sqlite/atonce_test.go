package sqlite

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
)

// TestOpenAtOnce: processes that open a new store together all get it. Each switches it to WAL, for which SQLite does not
// wait by itself.
func TestOpenAtOnce(t *testing.T) {
	for range 20 {
		e := Engine{Path: filepath.Join(t.TempDir(), "ims.db")}
		var rivals sync.WaitGroup
		for range 8 {
			rivals.Go(func() {
				write, read, err := e.Open(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = write.Close(), read.Close()
			})
		}
		rivals.Wait()
	}
}
