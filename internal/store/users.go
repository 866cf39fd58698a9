package store

import (
	"strings"
	"time"

	"ims/internal/bank"
)

// AddUser inserts an end user; bank.ErrAlreadyExists if the external id is taken.
func (tx *Tx) AddUser(u bank.User) error {
	fresh, err := tx.insertNew(`INSERT INTO end_users (customer_id, id, external_id, type, first_name, last_name, company_name, email, phone,
		kyc_status, status, created_at, updated_at, folded_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		u.Customer, u.ID, nullText(u.ExternalID), u.Type, u.FirstName, u.LastName, u.CompanyName, u.Email, u.Phone,
		u.KYC, u.Status, micros(u.CreatedAt), micros(u.UpdatedAt), Fold(u.Name()))
	if err == nil && !fresh {
		return bank.ErrAlreadyExists.With("an end user with this externalId exists").Field("/externalId", "taken", "used by another end user")
	}
	return err
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
	return tx.execOne(`UPDATE end_users SET type = $3, first_name = $4, last_name = $5, company_name = $6, email = $7, phone = $8,
		kyc_status = $9, status = $10, updated_at = $11, folded_name = $12 WHERE customer_id = $1 AND id = $2`,
		u.Customer, u.ID, u.Type, u.FirstName, u.LastName, u.CompanyName, u.Email, u.Phone, u.KYC, u.Status, micros(u.UpdatedAt), Fold(u.Name()))
}

// UserFilter selects end users; empty fields do not filter.
type UserFilter struct {
	ExternalID string
	Name       string // substring of first, last or company name, case as written
	IBAN       string // electronic form
	Status     bank.UserStatus
	KYC        bank.KYCStatus
	KYCIn      []string // any of these statuses
	Type       bank.UserType
	Email      string    // whole, as written
	Phone      string    // whole, as written
	From, To   time.Time // created at From or later, before To; zero: open
	Newest     bool      // the newest first
	After      bank.ID   // continue behind this end user
	Back       bool      // what comes before After instead
	Limit      int
}

// Users lists a customer's end users in the order of creation, or the other way round.
func (tx *Tx) Users(customer bank.CustomerID, f UserFilter) ([]bank.User, error) {
	w := newWhere("customer_id = $1", customer)
	w.text("external_id = ?", f.ExternalID)
	w.text("status = ?", string(f.Status))
	w.text("kyc_status = ?", string(f.KYC))
	w.text("type = ?", string(f.Type))
	w.text("email = ?", f.Email)
	w.text("phone = ?", f.Phone)
	w.oneOf("kyc_status", f.KYCIn)
	if !f.From.IsZero() {
		w.add("created_at >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		w.add("created_at < ?", micros(f.To))
	}
	if f.Name != "" {
		w.add("(first_name || ' ' || last_name || ' ' || company_name) LIKE ? ESCAPE '\\'", "%"+escapeLike(f.Name)+"%")
	}
	if f.IBAN != "" {
		w.add(`id = (SELECT b.user_id FROM ibans i JOIN balances b ON b.customer_id = i.customer_id AND b.no = i.balance_no
			WHERE i.customer_id = $1 AND i.iban = ?)`, f.IBAN)
	}
	return readPage(tx, scanUser, userColumns, w, page[bank.ID]{key: "id", from: f.After, back: f.Back, descending: f.Newest, limit: f.Limit})
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
