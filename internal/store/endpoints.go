package store

import (
	"encoding/json"
	"fmt"
	"time"

	"ims/internal/bank"
)

// secretsName binds sealed secrets to their customer.
func secretsName(c bank.CustomerID) string { return fmt.Sprintf("notification-endpoint/%d", c) }

func (tx *Tx) sealSecrets(e bank.NotificationEndpoint) ([]byte, error) {
	secrets, err := json.Marshal(e.Secrets)
	if err != nil {
		return nil, err
	}
	return tx.key.Seal(secretsName(e.Customer), secrets), nil
}

// AddEndpoint inserts a customer's notification endpoint; false if there is one.
func (tx *Tx) AddEndpoint(e bank.NotificationEndpoint) (bool, error) {
	sealed, err := tx.sealSecrets(e)
	if err != nil {
		return false, err
	}
	return tx.insertNew(`INSERT INTO notification_endpoints (customer_id, url, authentication, username, ca, sealed_secrets, active, stopped,
		cursor_id, failures, probe_at, created_at, updated_at, lease_owner, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, 0, 0, $9, $10, '', 0)`,
		e.Customer, e.URL, e.Authentication, e.Username, e.CA, sealed, flag(e.Active), e.Cursor, micros(e.CreatedAt), micros(e.UpdatedAt))
}

// UpdateEndpoint writes what a person sets, and lets sending begin anew at once; the caller has locked it.
func (tx *Tx) UpdateEndpoint(e bank.NotificationEndpoint) error {
	sealed, err := tx.sealSecrets(e)
	if err != nil {
		return err
	}
	return tx.execOne(`UPDATE notification_endpoints SET url = $2, authentication = $3, username = $4, ca = $5, sealed_secrets = $6, active = $7,
		stopped = '', cursor_id = $8, failures = 0, probe_at = 0, updated_at = $9 WHERE customer_id = $1`,
		e.Customer, e.URL, e.Authentication, e.Username, e.CA, sealed, flag(e.Active), e.Cursor, micros(e.UpdatedAt))
}

// Endpoint returns a customer's notification endpoint or bank.ErrNotFound.
func (tx *Tx) Endpoint(customer bank.CustomerID) (bank.NotificationEndpoint, error) {
	return tx.endpoint(customer, "")
}

// LockEndpoint is Endpoint, locked until the end of the transaction.
func (tx *Tx) LockEndpoint(customer bank.CustomerID) (bank.NotificationEndpoint, error) {
	return tx.endpoint(customer, tx.engine.LockRows())
}

func (tx *Tx) endpoint(customer bank.CustomerID, lock string) (bank.NotificationEndpoint, error) {
	scan := func(row scanner) (e bank.NotificationEndpoint, err error) {
		var sealed []byte
		err = row.Scan(&e.Customer, &e.URL, &e.Authentication, &e.Username, &e.CA, &sealed, &e.Active, &e.Stopped, &e.Cursor, &e.Failures,
			instant{&e.ProbeAt}, instant{&e.CreatedAt}, instant{&e.UpdatedAt})
		if err != nil {
			return e, err
		}
		if e.ProbeAt.UnixMicro() == 0 {
			e.ProbeAt = time.Time{}
		}
		secrets, err := tx.key.Open(secretsName(e.Customer), sealed)
		if err != nil {
			return e, err
		}
		return e, json.Unmarshal(secrets, &e.Secrets)
	}
	return queryOne(tx, scan, `SELECT customer_id, url, authentication, username, ca, sealed_secrets, active, stopped, cursor_id, failures,
		probe_at, created_at, updated_at FROM notification_endpoints WHERE customer_id = $1`+lock, customer)
}

// DueEndpoints lists customers whose endpoint has something to be told at now and whose lease has ended at agreed, the time of
// Tx.Now; the one that waited longest comes first.
func (tx *Tx) DueEndpoints(now, agreed time.Time, limit int) ([]bank.CustomerID, error) {
	scan := func(row scanner) (c bank.CustomerID, err error) { return c, row.Scan(&c) }
	return query(tx, scan, `SELECT e.customer_id FROM notification_endpoints e JOIN heads h ON h.customer_id = e.customer_id
		WHERE e.active = 1 AND e.lease_until <= $2 AND e.probe_at <= $1 AND (h.next_id - 1 > e.cursor_id OR EXISTS
		(SELECT 1 FROM deliveries d WHERE d.customer_id = e.customer_id AND d.state = 'PENDING' AND d.next_at <= $1))`+notPaused("e")+" ORDER BY e.lease_until, e.customer_id LIMIT $3", micros(now), micros(agreed), limit)
}

// LeaseEndpoint takes the lease of an active endpoint for owner, unless somebody holds it; it tells whether it was taken.
func (tx *Tx) LeaseEndpoint(customer bank.CustomerID, owner string, now, until time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE notification_endpoints SET lease_owner = $2, lease_until = $3 WHERE customer_id = $1 AND active = 1
		AND lease_until < $4`+notPaused("notification_endpoints"), customer, owner, micros(until), micros(now))
	return n == 1, err
}

// MoveEndpoint writes how far sending is; bank.ErrNotFound if owner has lost the lease or a person has set the endpoint anew
// since.
func (tx *Tx) MoveEndpoint(e bank.NotificationEndpoint, owner string) error {
	return tx.execOne(`UPDATE notification_endpoints SET cursor_id = $2, failures = $3, probe_at = $4, active = $5, stopped = $6
		WHERE customer_id = $1 AND lease_owner = $7 AND updated_at = $8`, e.Customer, e.Cursor, e.Failures, microsOrZero(e.ProbeAt),
		flag(e.Active), e.Stopped, owner, micros(e.UpdatedAt))
}

// RenewEndpoint extends the lease of owner; bank.ErrNotFound if it was lost.
func (tx *Tx) RenewEndpoint(customer bank.CustomerID, owner string, until time.Time) error {
	return tx.execOne("UPDATE notification_endpoints SET lease_until = $3 WHERE customer_id = $1 AND lease_owner = $2",
		customer, owner, micros(until))
}

// ReleaseEndpoint gives a lease back at an instant, by which endpoints take turns; a lost one is left alone.
func (tx *Tx) ReleaseEndpoint(customer bank.CustomerID, owner string, now time.Time) error {
	_, err := tx.exec("UPDATE notification_endpoints SET lease_owner = '', lease_until = $3 WHERE customer_id = $1 AND lease_owner = $2",
		customer, owner, micros(now))
	return err
}

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}
