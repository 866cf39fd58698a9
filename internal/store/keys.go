package store

import (
	"time"

	"ims/internal/bank"
)

// Key is an idempotency key of money: what it was used for, for ever.
type Key struct {
	Key    string
	Digest [32]byte
	Object string // the id of what it made
	At     time.Time
}

func scanKey(row scanner) (k Key, err error) {
	err = row.Scan(&k.Key, hash32{&k.Digest}, &k.Object, instant{&k.At})
	return k, err
}

// KeyUses returns the uses of those of the keys that were used.
func (tx *Tx) KeyUses(customer bank.CustomerID, keys []string) ([]Key, error) {
	condition, arg := tx.in("key", 2, textList(keys))
	return query(tx, scanKey, "SELECT key, digest, object, created_at FROM idempotency_keys WHERE customer_id = $1 AND "+condition, customer, arg)
}

// UseKeys claims many keys; it tells whether all were new. Otherwise the transaction must be given up.
func (tx *Tx) UseKeys(customer bank.CustomerID, keys []Key) (bool, error) {
	i := 0
	n, err := tx.engine.ExecMany(tx.ctx, tx.conn, `INSERT INTO idempotency_keys (customer_id, key, digest, object, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, 5, func(row []any) bool {
		if i == len(keys) {
			return false
		}
		k := &keys[i]
		i++
		row[0], row[1], row[2], row[3], row[4] = int64(customer), k.Key, k.Digest[:], k.Object, micros(k.At)
		return true
	})
	return n == int64(len(keys)), err
}
