package store

import (
	"context"
	"fmt"
	"time"

	"ims/internal/bank"
)

// Answer is what a request with an idempotency key was answered.
type Answer struct {
	Key    string
	Digest [32]byte
	bank.Answer
	At time.Time
}

// Replay is what a repeated request gets in place of a second effect: the first answer as a *bank.ReplayError, or
// bank.ErrKeyReused where it is another request.
func (a Answer) Replay(digest [32]byte) error {
	if a.Digest != digest {
		return bank.ErrKeyReused
	}
	return &bank.ReplayError{Answer: a.Answer}
}

// Once runs fn like Write and, where the context brings an idempotency key (bank.WithIdempotency), at most once for that
// key: what fn made is answered, and the answer kept, in the same transaction. A repeated request gets the first answer as
// a *bank.ReplayError, one that differs bank.ErrKeyReused; one that comes while the first runs waits for its end. If fn
// fails, or makes nothing (nil: a second person must agree first), the key stays free.
func (db *DB) Once(ctx context.Context, customer bank.CustomerID, now time.Time, fn func(*Tx) (made any, err error)) error {
	key := bank.IdempotencyOf(ctx)
	return db.Write(ctx, func(tx *Tx) error {
		if !key.Given() {
			_, err := fn(tx)
			return err
		}
		if err := tx.claimAnswer(customer, key, now); err != nil {
			return err
		}
		made, err := fn(tx)
		if err != nil {
			return err
		}
		return tx.settleAnswer(customer, key, made)
	})
}

// claimAnswer inserts the row of an answer that is not there yet; others with the same key wait for the transaction.
func (tx *Tx) claimAnswer(customer bank.CustomerID, key bank.Idempotency, now time.Time) error {
	fresh, err := tx.AddAnswer(customer, Answer{Key: key.Key, Digest: key.Digest, At: now})
	if err != nil {
		return fmt.Errorf("claim idempotency key: %w", err)
	}
	if fresh {
		return nil
	}
	earlier, err := tx.Answers(customer, []string{key.Key})
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if len(earlier) == 0 { // it grew old and was dropped between the two statements
		return bank.ErrKeyRunning
	}
	return earlier[0].Replay(key.Digest)
}

func (tx *Tx) settleAnswer(customer bank.CustomerID, key bank.Idempotency, made any) error {
	if made == nil {
		return tx.execOne("DELETE FROM answers WHERE customer_id = $1 AND key = $2", customer, key.Key)
	}
	answer, err := key.Answer(made)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return tx.execOne("UPDATE answers SET status = $3, body = $4, location = $5 WHERE customer_id = $1 AND key = $2", customer, key.Key, answer.Status, answer.Body, answer.Location)
}

// AddAnswer keeps an answer; it tells whether the key was free.
func (tx *Tx) AddAnswer(customer bank.CustomerID, a Answer) (bool, error) {
	return tx.AddAnswers(customer, []Answer{a})
}

// AddAnswers keeps many answers; it tells whether all keys were free. Otherwise the transaction must be given up.
func (tx *Tx) AddAnswers(customer bank.CustomerID, list []Answer) (bool, error) {
	i := 0
	n, err := tx.engine.ExecMany(tx.ctx, tx.conn, `INSERT INTO answers (customer_id, key, digest, status, body, created_at, location)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, 7, func(row []any) bool {
		if i == len(list) {
			return false
		}
		a := &list[i]
		i++
		row[0], row[1], row[2], row[3], row[4], row[5] = int64(customer), a.Key, a.Digest[:], int64(a.Status), bytesOf(a.Body), micros(a.At)
		row[6] = a.Location
		return true
	})
	return n == int64(len(list)), err
}

// bytesOf is never nil: an empty body is no NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func scanAnswer(row scanner) (a Answer, err error) {
	return a, row.Scan(&a.Key, hash32{&a.Digest}, &a.Status, &a.Body, instant{&a.At}, &a.Location)
}

// Answers returns the answers to those of the keys that were used, in no order.
func (tx *Tx) Answers(customer bank.CustomerID, keys []string) ([]Answer, error) {
	condition, arg := tx.in("key", 2, textList(keys))
	return query(tx, scanAnswer, "SELECT key, digest, status, body, created_at, location FROM answers WHERE customer_id = $1 AND "+condition, customer, arg)
}

// DropAnswers removes at most limit answers that were given before an instant, the oldest first; it returns how many.
func (tx *Tx) DropAnswers(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	return tx.exec(`DELETE FROM answers WHERE customer_id = $1 AND key IN (SELECT key FROM answers
		WHERE customer_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)`, customer, micros(before), limit)
}
