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

// UseKey claims a key; it tells whether the key is new. Otherwise the earlier use is returned.
func (tx *Tx) UseKey(customer bank.CustomerID, k Key) (earlier Key, fresh bool, err error) {
	fresh, err = tx.insertNew("INSERT INTO idempotency_keys (customer_id, key, digest, object, created_at) VALUES ($1, $2, $3, $4, $5)",
		customer, k.Key, k.Digest[:], k.Object, micros(k.At))
	if err != nil || fresh {
		return k, fresh, err
	}
	earlier, err = tx.KeyUse(customer, k.Key)
	return earlier, false, err
}

// KeyUse returns how a key was used, or bank.ErrNotFound.
func (tx *Tx) KeyUse(customer bank.CustomerID, key string) (Key, error) {
	scan := func(row scanner) (k Key, err error) {
		err = row.Scan(&k.Key, hash32{&k.Digest}, &k.Object, instant{&k.At})
		return k, err
	}
	return queryOne(tx, scan, "SELECT key, digest, object, created_at FROM idempotency_keys WHERE customer_id = $1 AND key = $2", customer, key)
}

// NameKeyObject writes what a key made, in the transaction that claimed it.
func (tx *Tx) NameKeyObject(customer bank.CustomerID, key, object string) error {
	return tx.execOne("UPDATE idempotency_keys SET object = $3 WHERE customer_id = $1 AND key = $2", customer, key, object)
}
