package store

import "ims/internal/bank"

const userPasskeyColumns = "SELECT customer_id, id, user_id, credential_id, public_key, rp_id, origins, uses, created_at, used_at FROM user_passkeys"

func scanUserPasskey(row scanner) (p bank.UserPasskey, err error) {
	err = row.Scan(&p.Customer, &p.ID, &p.User, &p.CredentialID, &p.PublicKey, &p.RPID, jsonText[[]string]{&p.Origins}, &p.Count,
		instant{&p.CreatedAt}, instant{&p.UsedAt})
	return p, err
}

// AddUserPasskey inserts a passkey of an end user; bank.ErrAlreadyExists if the customer has one of this credential.
func (tx *Tx) AddUserPasskey(p bank.UserPasskey) error {
	fresh, err := tx.insertNew(`INSERT INTO user_passkeys (customer_id, id, user_id, credential_id, public_key, rp_id, origins, uses, created_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, p.Customer, p.ID, p.User, p.CredentialID, p.PublicKey, p.RPID, jsonText[[]string]{&p.Origins},
		p.Count, micros(p.CreatedAt), nullMicros(p.UsedAt))
	if err == nil && !fresh {
		return bank.ErrAlreadyExists.With("this passkey is registered already")
	}
	return err
}

// UserPasskeys lists the passkeys of an end user in the order they were made.
func (tx *Tx) UserPasskeys(customer bank.CustomerID, user bank.ID) ([]bank.UserPasskey, error) {
	return query(tx, scanUserPasskey, userPasskeyColumns+" WHERE customer_id = $1 AND user_id = $2 ORDER BY id", customer, user)
}

// UseUserPasskey notes a use with the count that the authenticator told; bank.ErrNotFound if the passkey is gone, or its
// count is not behind the new one though it counts: then it was copied, or two came at once.
func (tx *Tx) UseUserPasskey(p bank.UserPasskey) error {
	return tx.execOne("UPDATE user_passkeys SET uses = $3, used_at = $4 WHERE customer_id = $1 AND id = $2 AND (uses < $3 OR (uses = 0 AND $3 = 0))",
		p.Customer, p.ID, p.Count, nullMicros(p.UsedAt))
}

// RemoveUserPasskey removes a passkey of an end user, or returns bank.ErrNotFound.
func (tx *Tx) RemoveUserPasskey(customer bank.CustomerID, user, id bank.ID) error {
	return tx.execOne("DELETE FROM user_passkeys WHERE customer_id = $1 AND user_id = $2 AND id = $3", customer, user, id)
}

// DropUserPasskeys removes all passkeys of an end user and returns their number.
func (tx *Tx) DropUserPasskeys(customer bank.CustomerID, user bank.ID) (int64, error) {
	return tx.exec("DELETE FROM user_passkeys WHERE customer_id = $1 AND user_id = $2", customer, user)
}
