package store

import (
	"time"

	"ims/internal/bank"
)

// CustomersOfOperator lists the customers that an operator has a role with. It is the one question about an account that no
// customer can be named for; who asks may show none of the answer to any of them.
func (tx *Tx) CustomersOfOperator(operator bank.ID) ([]bank.CustomerID, error) {
	scan := func(row scanner) (c bank.CustomerID, err error) { return c, row.Scan(&c) }
	return query(tx, scan, "SELECT customer_id FROM operator_roles WHERE operator_id = $1 ORDER BY customer_id", operator)
}

// PutOperatorLink inserts a link in place of the one of its kind that the operator had with this customer.
func (tx *Tx) PutOperatorLink(l bank.OperatorLink) error {
	_, err := tx.exec(`INSERT INTO operator_links (customer_id, operator_id, kind, token_hash, created_by, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (customer_id, operator_id, kind) DO UPDATE SET token_hash = excluded.token_hash,
		created_by = excluded.created_by, created_at = excluded.created_at, expires_at = excluded.expires_at`,
		l.Customer, l.Operator, l.Kind, l.TokenHash[:], l.CreatedBy, micros(l.CreatedAt), micros(l.ExpiresAt))
	return err
}

// OperatorLink returns the link of a token's SHA-256, expired or not, or bank.ErrNotFound.
func (tx *Tx) OperatorLink(customer bank.CustomerID, hash [32]byte) (bank.OperatorLink, error) {
	scan := func(row scanner) (l bank.OperatorLink, err error) {
		return l, row.Scan(&l.Customer, &l.Operator, &l.Kind, hash32{&l.TokenHash}, &l.CreatedBy, instant{&l.CreatedAt}, instant{&l.ExpiresAt})
	}
	return queryOne(tx, scan, `SELECT customer_id, operator_id, kind, token_hash, created_by, created_at, expires_at FROM operator_links
		WHERE customer_id = $1 AND token_hash = $2`, customer, hash[:])
}

// UseOperatorLink removes a link, or returns bank.ErrNotFound. Of several who try, one succeeds.
func (tx *Tx) UseOperatorLink(customer bank.CustomerID, hash [32]byte) error {
	return tx.execOne("DELETE FROM operator_links WHERE customer_id = $1 AND token_hash = $2", customer, hash[:])
}

// EndOperatorLinks removes an operator's links of this customer.
func (tx *Tx) EndOperatorLinks(customer bank.CustomerID, operator bank.ID) error {
	_, err := tx.exec("DELETE FROM operator_links WHERE customer_id = $1 AND operator_id = $2", customer, operator)
	return err
}

// DropOperatorLinks removes up to limit links that ended before an instant and returns their number.
func (tx *Tx) DropOperatorLinks(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	return tx.exec(`DELETE FROM operator_links WHERE customer_id = $1 AND token_hash IN (SELECT token_hash FROM operator_links
		WHERE customer_id = $1 AND expires_at < $2 LIMIT $3)`, customer, micros(before), limit)
}

const operatorSessionColumns = "SELECT customer_id, id, operator_id, token_hash, epoch, address, agent, created_at, used_at, confirmed_at FROM operator_sessions"

func scanOperatorSession(row scanner) (s bank.OperatorSession, err error) {
	return s, row.Scan(&s.Customer, &s.ID, &s.Operator, hash32{&s.TokenHash}, &s.Epoch, &s.Address, &s.Agent,
		instant{&s.CreatedAt}, instant{&s.UsedAt}, instant{&s.ConfirmedAt})
}

// AddOperatorSession inserts a session.
func (tx *Tx) AddOperatorSession(s bank.OperatorSession) error {
	_, err := tx.exec(`INSERT INTO operator_sessions (customer_id, id, operator_id, token_hash, epoch, address, agent, created_at, used_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.Customer, s.ID, s.Operator, s.TokenHash[:], s.Epoch, s.Address, s.Agent,
		micros(s.CreatedAt), micros(s.UsedAt), micros(s.ConfirmedAt))
	return err
}

// OperatorSession returns the session of a token's SHA-256, over or not, or bank.ErrNotFound.
func (tx *Tx) OperatorSession(customer bank.CustomerID, hash [32]byte) (bank.OperatorSession, error) {
	return queryOne(tx, scanOperatorSession, operatorSessionColumns+" WHERE customer_id = $1 AND token_hash = $2", customer, hash[:])
}

// OperatorSessions lists an operator's sessions with one customer, over or not, in the order they began.
func (tx *Tx) OperatorSessions(customer bank.CustomerID, operator bank.ID) ([]bank.OperatorSession, error) {
	return query(tx, scanOperatorSession, operatorSessionColumns+" WHERE customer_id = $1 AND operator_id = $2 ORDER BY id", customer, operator)
}

// TouchOperatorSession moves the last use of a session forward; bank.ErrNotFound if it was ended meanwhile.
func (tx *Tx) TouchOperatorSession(customer bank.CustomerID, id bank.ID, at time.Time) error {
	return tx.execOne(`UPDATE operator_sessions SET used_at = CASE WHEN used_at < $3 THEN $3 ELSE used_at END WHERE customer_id = $1 AND id = $2`,
		customer, id, micros(at))
}

// ConfirmOperatorSession notes that the operator proved who they are, under this epoch.
func (tx *Tx) ConfirmOperatorSession(customer bank.CustomerID, id bank.ID, epoch int64, at time.Time) error {
	return tx.execOne("UPDATE operator_sessions SET epoch = $3, confirmed_at = $4 WHERE customer_id = $1 AND id = $2",
		customer, id, epoch, micros(at))
}

// EndOperatorSession removes a session of the operator, or returns bank.ErrNotFound.
func (tx *Tx) EndOperatorSession(customer bank.CustomerID, operator, id bank.ID) error {
	return tx.execOne("DELETE FROM operator_sessions WHERE customer_id = $1 AND operator_id = $2 AND id = $3", customer, operator, id)
}

// EndOperatorSessions removes the operator's sessions with one customer but one (none if zero), and returns their number.
func (tx *Tx) EndOperatorSessions(customer bank.CustomerID, operator, but bank.ID) (int64, error) {
	return tx.exec("DELETE FROM operator_sessions WHERE customer_id = $1 AND operator_id = $2 AND id <> $3", customer, operator, but[:])
}

// DropOperatorSessions removes up to limit sessions that were last used before an instant, and returns their number.
func (tx *Tx) DropOperatorSessions(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	return tx.exec(`DELETE FROM operator_sessions WHERE customer_id = $1 AND id IN (SELECT id FROM operator_sessions
		WHERE customer_id = $1 AND used_at < $2 LIMIT $3)`, customer, micros(before), limit)
}
