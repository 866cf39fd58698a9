package store

import (
	"context"
	"time"
)

// Condition is what a database says of itself: whether a service can rely on it.
type Condition struct {
	Version   string // such as "SQLite 3.53.4"
	Supported bool   // this program was made for it
	ReadOnly  bool   // a standby: nothing can be written to it
	Durable   bool   // what is acknowledged is on a disk
	Settings  string // what decides that, with its values
	Clock     time.Time
}

// Condition asks the database, on a connection as the service's own.
func (db *DB) Condition(ctx context.Context) (Condition, error) {
	return db.engine.Condition(ctx, db.write)
}
