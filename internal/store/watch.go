package store

import "context"

// Publish tells other processes, once the transaction is committed, that what they cached under key is stale; "" means
// everything. It does nothing where processes notice by themselves.
func (tx *Tx) Publish(key string) error {
	return tx.engine.Publish(tx.ctx, tx.sql, key)
}

// Watch calls ready once it hears of other processes' changes, then changed with each key they publish ("": everything),
// until the context ends or the connection is lost. After it returns nothing cached is safe. What others leave to do wakes
// those who wait for Woken, and so does all that may have been missed before ready.
func (db *DB) Watch(ctx context.Context, ready func(), changed func(key string)) error {
	begin := func() { ready(); db.wakes.wake(allWork) }
	return db.engine.Watch(ctx, db.write, begin, func(key string) {
		if key == "" {
			db.wakes.wake(allWork)
		}
		if !db.wakes.heard(key) {
			changed(key)
		}
	})
}
