package store

import (
	"errors"
	"time"

	"ims/internal/bank"
)

const sessionColumns = "SELECT customer_id, id, user_id, device, token_hash, created_at, expires_at FROM sessions"

func scanSession(row scanner) (s bank.Session, err error) {
	return s, row.Scan(&s.Customer, &s.ID, &s.User, &s.Device, hash32{&s.TokenHash}, instant{&s.CreatedAt}, instant{&s.ExpiresAt})
}

// PutSession inserts a session in place of the one of the same end user and device, which it returns; zero if there was
// none. The caller has locked the end user.
func (tx *Tx) PutSession(s bank.Session) (replaced bank.Session, err error) {
	replaced, err = queryOne(tx, scanSession, sessionColumns+" WHERE customer_id = $1 AND user_id = $2 AND device = $3",
		s.Customer, s.User, s.Device)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return replaced, err
	}
	_, err = tx.exec(`INSERT INTO sessions (customer_id, user_id, device, id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (customer_id, user_id, device) DO UPDATE SET id = excluded.id, token_hash = excluded.token_hash,
		created_at = excluded.created_at, expires_at = excluded.expires_at`,
		s.Customer, s.User, s.Device, s.ID, s.TokenHash[:], micros(s.CreatedAt), micros(s.ExpiresAt))
	return replaced, err
}

// SessionByToken returns the session of a token's SHA-256, expired or not, or bank.ErrNotFound.
func (tx *Tx) SessionByToken(customer bank.CustomerID, hash [32]byte) (bank.Session, error) {
	return queryOne(tx, scanSession, sessionColumns+" WHERE customer_id = $1 AND token_hash = $2", customer, hash[:])
}

// ExtendSession moves the end of a session; bank.ErrNotFound if it was ended meanwhile.
func (tx *Tx) ExtendSession(customer bank.CustomerID, id bank.ID, until time.Time) error {
	return tx.execOne("UPDATE sessions SET expires_at = $3 WHERE customer_id = $1 AND id = $2", customer, id, micros(until))
}

// EndSession removes a session and returns it, or bank.ErrNotFound. Of several who try, one succeeds.
func (tx *Tx) EndSession(customer bank.CustomerID, id bank.ID) (bank.Session, error) {
	return queryOne(tx, scanSession, `DELETE FROM sessions WHERE customer_id = $1 AND id = $2
		RETURNING customer_id, id, user_id, device, token_hash, created_at, expires_at`, customer, id)
}

// EndUserSessions removes all sessions of an end user and returns them, in no order.
func (tx *Tx) EndUserSessions(customer bank.CustomerID, user bank.ID) ([]bank.Session, error) {
	return query(tx, scanSession, `DELETE FROM sessions WHERE customer_id = $1 AND user_id = $2
		RETURNING customer_id, id, user_id, device, token_hash, created_at, expires_at`, customer, user)
}

// DropExpiredSessions removes up to limit sessions that ended before an instant and returns their number.
func (tx *Tx) DropExpiredSessions(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	return tx.exec(`DELETE FROM sessions WHERE customer_id = $1 AND expires_at < $2 AND id IN (SELECT id FROM sessions
		WHERE customer_id = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3)`, customer, micros(before), limit)
}

// UseAssertion remembers the jti of an assertion until an instant; false if it was used before. Who comes at the same time
// waits for the end of the transaction.
func (tx *Tx) UseAssertion(customer bank.CustomerID, jti string, until time.Time) (bool, error) {
	return tx.insertNew("INSERT INTO used_assertions (customer_id, jti, kept_until) VALUES ($1, $2, $3)", customer, jti, micros(until))
}

// DropUsedAssertions forgets up to limit assertions that are kept until before an instant and returns their number.
func (tx *Tx) DropUsedAssertions(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	return tx.exec(`DELETE FROM used_assertions WHERE customer_id = $1 AND jti IN (SELECT jti FROM used_assertions
		WHERE customer_id = $1 AND kept_until < $2 ORDER BY kept_until LIMIT $3)`, customer, micros(before), limit)
}
