package store

import "context"

// Publish tells other processes, once the transaction is committed, that what they cached under key is stale; "" means
// everything. It does nothing where processes notice by themselves.
func (tx *Tx) Publish(key string) error {
	return tx.engine.Publish(tx.ctx, tx.sql, key)
}

// Watch calls ready once it hears of other processes' changes, then changed with each key they publish ("": everything),
// until the context ends or the connection is lost. After it returns nothing cached is safe.
func (db *DB) Watch(ctx context.Context, ready func(), changed func(key string)) error {
	return db.engine.Watch(ctx, db.write, ready, changed)
}
