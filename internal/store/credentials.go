package store

import (
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
)

// totpName binds a sealed secret to its operator.
func totpName(operator bank.ID) string { return "operator-totp/" + operator.String() }

// Credentials returns an operator's, or bank.ErrNotFound before the first password.
func (tx *Tx) Credentials(operator bank.ID) (bank.Credentials, error) {
	return tx.credentials(operator, "")
}

// LockCredentials is Credentials, locked until the end of the transaction; empty ones are made where there are none. The
// operator exists.
func (tx *Tx) LockCredentials(operator bank.ID) (bank.Credentials, error) {
	c, err := tx.credentials(operator, tx.engine.LockRows())
	if !errors.Is(err, bank.ErrNotFound) {
		return c, err
	}
	_, err = tx.insertNew(`INSERT INTO operator_credentials (operator_id, password, totp, totp_step, epoch, failures, locked_until)
		VALUES ($1, '', NULL, 0, 0, 0, 0)`, operator)
	if err != nil {
		return c, err
	}
	return tx.credentials(operator, tx.engine.LockRows())
}

func (tx *Tx) credentials(operator bank.ID, lock string) (bank.Credentials, error) {
	scan := func(row scanner) (c bank.Credentials, err error) {
		var sealed []byte
		var until int64
		if err := row.Scan(&c.Operator, &c.Password, &sealed, &c.TOTPStep, &c.Epoch, &c.Failures, &until); err != nil {
			return c, err
		}
		if until > 0 {
			c.LockedUntil = time.UnixMicro(until).UTC()
		}
		if len(sealed) > 0 {
			c.TOTP, err = tx.key.Open(totpName(operator), sealed)
		}
		return c, err
	}
	return queryOne(tx, scan, `SELECT operator_id, password, totp, totp_step, epoch, failures, locked_until FROM operator_credentials
		WHERE operator_id = $1`+lock, operator)
}

// SetCredentials writes credentials that the caller has locked.
func (tx *Tx) SetCredentials(c bank.Credentials) error {
	var sealed any
	if len(c.TOTP) > 0 {
		sealed = tx.key.Seal(totpName(c.Operator), c.TOTP)
	}
	return tx.execOne(`UPDATE operator_credentials SET password = $2, totp = $3, totp_step = $4, epoch = $5, failures = $6, locked_until = $7
		WHERE operator_id = $1`, c.Operator, c.Password, sealed, c.TOTPStep, c.Epoch, c.Failures, microsOrZero(c.LockedUntil))
}

// SetRecoveryCodes replaces an operator's recovery codes by those with these SHA-256.
func (tx *Tx) SetRecoveryCodes(operator bank.ID, hashes [][32]byte) error {
	if _, err := tx.exec("DELETE FROM operator_recovery_codes WHERE operator_id = $1", operator); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := tx.exec("INSERT INTO operator_recovery_codes (operator_id, code_hash) VALUES ($1, $2)", operator, h[:]); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode spends a recovery code; false if it is none, or was spent. Of several who try, one succeeds.
func (tx *Tx) UseRecoveryCode(operator bank.ID, hash [32]byte) (bool, error) {
	n, err := tx.exec("DELETE FROM operator_recovery_codes WHERE operator_id = $1 AND code_hash = $2", operator, hash[:])
	return n == 1, err
}

// CountRecoveryCodes tells how many recovery codes an operator has left.
func (tx *Tx) CountRecoveryCodes(operator bank.ID) (int, error) {
	n, err := queryOne(tx, number, "SELECT COUNT(*) FROM operator_recovery_codes WHERE operator_id = $1", operator)
	return int(n), err
}

const passkeyColumns = "SELECT operator_id, id, host, name, credential_id, credential, created_at, used_at FROM operator_passkeys"

func scanPasskey(row scanner) (p bank.Passkey, err error) {
	return p, row.Scan(&p.Operator, &p.ID, &p.Host, &p.Name, &p.CredentialID, &p.Credential, instant{&p.CreatedAt}, instant{&p.UsedAt})
}

// AddPasskey inserts a passkey; bank.ErrAlreadyExists if the device's key is registered.
func (tx *Tx) AddPasskey(p bank.Passkey) error {
	fresh, err := tx.insertNew(`INSERT INTO operator_passkeys (operator_id, id, host, name, credential_id, credential, created_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, p.Operator, p.ID, p.Host, p.Name, p.CredentialID, p.Credential, micros(p.CreatedAt), nullMicros(p.UsedAt))
	if err == nil && !fresh {
		return bank.ErrAlreadyExists.With("this passkey is registered already")
	}
	return err
}

// Passkeys lists an operator's passkeys in the order they were made.
func (tx *Tx) Passkeys(operator bank.ID) ([]bank.Passkey, error) {
	return query(tx, scanPasskey, passkeyColumns+" WHERE operator_id = $1 ORDER BY id", operator)
}

// UsePasskey notes a use of a passkey with what the library keeps of it.
func (tx *Tx) UsePasskey(p bank.Passkey) error {
	return tx.execOne("UPDATE operator_passkeys SET credential = $3, used_at = $4 WHERE operator_id = $1 AND id = $2",
		p.Operator, p.ID, p.Credential, nullMicros(p.UsedAt))
}

// RenamePasskey gives a passkey another name, or returns bank.ErrNotFound.
func (tx *Tx) RenamePasskey(operator, id bank.ID, name string) error {
	return tx.execOne("UPDATE operator_passkeys SET name = $3 WHERE operator_id = $1 AND id = $2", operator, id, name)
}

// RemovePasskey removes a passkey, or returns bank.ErrNotFound.
func (tx *Tx) RemovePasskey(operator, id bank.ID) error {
	return tx.execOne("DELETE FROM operator_passkeys WHERE operator_id = $1 AND id = $2", operator, id)
}

// EndOperatorLogins ends, in all customers, what must not survive a store that came back from a backup: sessions and links.
func (tx *Tx) EndOperatorLogins() error {
	for _, table := range []string{"operator_sessions", "operator_links"} {
		if _, err := tx.exec("DELETE FROM " + table); err != nil {
			return fmt.Errorf("empty %s: %w", table, err)
		}
	}
	return nil
}
