package store

import (
	"strings"

	"ims/internal/bank"
)

// AddUser inserts an end user; bank.ErrAlreadyExists if the external id is taken.
func (tx *Tx) AddUser(u bank.User) error {
	k := keysOfUser(u)
	fresh, err := tx.insertNew(`INSERT INTO end_users (customer_id, id, external_id, type, first_name, last_name, company_name, email, phone,
		kyc_status, status, created_at, updated_at, folded_name, search_name, email_key, phone_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		u.Customer, u.ID, nullText(u.ExternalID), u.Type, u.FirstName, u.LastName, u.CompanyName, u.Email, u.Phone,
		u.KYC, u.Status, micros(u.CreatedAt), micros(u.UpdatedAt), Fold(u.Name()), k.name, k.email, k.phone)
	switch {
	case err != nil:
		return err
	case !fresh:
		return bank.ErrAlreadyExists.With("an end user with this externalId exists").Field("/externalId", "taken", "used by another end user")
	}
	return tx.addNameWords(u.Customer, []bank.User{u})
}

var newUserColumns = []string{"customer_id", "id", "external_id", "type", "first_name", "last_name", "company_name", "email", "phone",
	"kyc_status", "status", "created_at", "updated_at", "folded_name", "search_name", "email_key", "phone_key"}

// AddUsers inserts end users of one customer in bulk; an error if an external id is taken.
func (tx *Tx) AddUsers(customer bank.CustomerID, list []bank.User) error {
	i := 0
	err := tx.bulk("end_users", newUserColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		u := &list[i]
		i++
		k := keysOfUser(*u)
		row[0], row[1], row[2], row[3], row[4], row[5] = int64(customer), u.ID[:], nullText(u.ExternalID), string(u.Type), u.FirstName, u.LastName
		row[6], row[7], row[8], row[9], row[10] = u.CompanyName, u.Email, u.Phone, string(u.KYC), string(u.Status)
		row[11], row[12], row[13], row[14], row[15], row[16] = micros(u.CreatedAt), micros(u.UpdatedAt), Fold(u.Name()), k.name, k.email, k.phone
		return true
	})
	if err != nil {
		return err
	}
	return tx.addNameWords(customer, list)
}

const userColumns = `SELECT customer_id, id, COALESCE(external_id, ''), type, first_name, last_name, company_name, email, phone,
	kyc_status, status, created_at, updated_at, legal_hold, erased_at FROM end_users`

func scanUser(row scanner) (u bank.User, err error) {
	err = row.Scan(&u.Customer, &u.ID, &u.ExternalID, &u.Type, &u.FirstName, &u.LastName, &u.CompanyName, &u.Email, &u.Phone,
		&u.KYC, &u.Status, instant{&u.CreatedAt}, instant{&u.UpdatedAt}, &u.LegalHold, instant{&u.ErasedAt})
	return u, err
}

// User returns an end user or bank.ErrNotFound.
func (tx *Tx) User(customer bank.CustomerID, id bank.ID) (bank.User, error) {
	return queryOne(tx, scanUser, userColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// LockUser is User, locked until the end of the transaction.
func (tx *Tx) LockUser(customer bank.CustomerID, id bank.ID) (bank.User, error) {
	return queryOne(tx, scanUser, userColumns+" WHERE customer_id = $1 AND id = $2"+tx.engine.LockRows(), customer, id)
}

// UpdateUser writes everything but the identity and creation of an end user.
func (tx *Tx) UpdateUser(u bank.User) error {
	if err := tx.dropNameWords(u.Customer, u.ID); err != nil {
		return err
	}
	k := keysOfUser(u)
	err := tx.execOne(`UPDATE end_users SET type = $3, first_name = $4, last_name = $5, company_name = $6, email = $7, phone = $8,
		kyc_status = $9, status = $10, updated_at = $11, folded_name = $12, search_name = $13, email_key = $14, phone_key = $15
		WHERE customer_id = $1 AND id = $2`, u.Customer, u.ID, u.Type, u.FirstName, u.LastName, u.CompanyName, u.Email, u.Phone, u.KYC,
		u.Status, micros(u.UpdatedAt), Fold(u.Name()), k.name, k.email, k.phone)
	if err != nil {
		return err
	}
	kept, err := tx.User(u.Customer, u.ID) // for the instant of creation, which the caller need not know
	if err != nil {
		return err
	}
	return tx.addNameWords(u.Customer, []bank.User{kept})
}

// NamedUser is an end user found by the whole name.
type NamedUser struct {
	Folded  string // the name that was asked for
	User    bank.ID
	Balance bank.Balance // open, in the currency that was asked for
}

// UsersNamed finds end users whose whole name, as Fold makes it, is one of the list, and who have an open balance in a
// currency: a row for each such balance, at most limit of them.
func (tx *Tx) UsersNamed(customer bank.CustomerID, currency string, folded []string, limit int) ([]NamedUser, error) {
	condition, arg := tx.in("u.folded_name", 3, textList(folded))
	scan := func(row scanner) (n NamedUser, err error) {
		b := &n.Balance
		return n, row.Scan(&n.Folded, &n.User, &b.Customer, &b.No, &b.ID, &b.Kind, currencyColumn{&b.Currency}, &b.User)
	}
	return query(tx, scan, `SELECT u.folded_name, u.id, b.customer_id, b.no, b.id, b.kind, b.currency, b.user_id
		FROM end_users u JOIN balances b ON b.customer_id = u.customer_id AND b.user_id = u.id
		WHERE u.customer_id = $1 AND b.currency = $2 AND b.kind = 1 AND b.closed = 0 AND u.folded_name <> '' AND `+condition+
		" ORDER BY u.id, b.no LIMIT $4", customer, currency, arg, limit)
}

// escapeLike makes a text literal inside a LIKE pattern with ESCAPE '\'.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}
