package store

import (
	"encoding/json"

	"ims/internal/bank"
)

// AddCustomer inserts a customer under the next number and its head.
func (tx *Tx) AddCustomer(c bank.Customer) (bank.CustomerID, error) {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return 0, err
	}
	id, err := tx.addNumbered(c, string(settings))
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(`INSERT INTO heads (customer_id, next_id, next_balance, next_file, next_execution, next_link, last_at, last_hash)
		VALUES ($1, 1, 1, 1, 1, 1, $2, $3)`, id, micros(c.CreatedAt), make([]byte, 32))
	return id, err
}

// addNumbered inserts a customer under the number behind the last. Whoever takes the same number at the same time makes it
// wait and look again, so each turn means that another customer was added.
func (tx *Tx) addNumbered(c bank.Customer, settings string) (bank.CustomerID, error) {
	for {
		last, err := tx.lastCustomer()
		if err != nil {
			return 0, err
		}
		n, err := tx.exec(`INSERT INTO customers (customer_id, name, status, settings, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (customer_id) DO NOTHING`, last+1, c.Name, c.Status, settings, micros(c.CreatedAt))
		if err != nil || n == 1 {
			return bank.CustomerID(last + 1), err
		}
	}
}

const customerColumns = "SELECT customer_id, name, status, settings, created_at FROM customers"

func scanCustomer(row scanner) (c bank.Customer, err error) {
	var settings string
	c.Settings.TransferFourEyes = true // where a customer was made before there were transfers
	if err = row.Scan(&c.ID, &c.Name, &c.Status, &settings, instant{&c.CreatedAt}); err == nil {
		err = json.Unmarshal([]byte(settings), &c.Settings)
	}
	return c, err
}

// Customer returns a customer or bank.ErrNotFound.
func (tx *Tx) Customer(id bank.CustomerID) (bank.Customer, error) {
	return queryOne(tx, scanCustomer, customerColumns+" WHERE customer_id = $1", id)
}

// LockCustomer is Customer, locked until the end of the transaction: before all other locks of the customer.
func (tx *Tx) LockCustomer(id bank.CustomerID) (bank.Customer, error) {
	return queryOne(tx, scanCustomer, customerColumns+" WHERE customer_id = $1"+tx.engine.LockRows(), id)
}

// Customers lists all customers by number.
func (tx *Tx) Customers() ([]bank.Customer, error) {
	return query(tx, scanCustomer, customerColumns+" ORDER BY customer_id")
}

// UpdateCustomer changes name, status and settings.
func (tx *Tx) UpdateCustomer(c bank.Customer) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	return tx.execOne("UPDATE customers SET name = $2, status = $3, settings = $4 WHERE customer_id = $1",
		c.ID, c.Name, c.Status, string(settings))
}

// AddMasterAccount inserts a master account; bank.ErrAlreadyExists if the customer has one with this IBAN.
func (tx *Tx) AddMasterAccount(m bank.MasterAccount) error {
	fresh, err := tx.insertNew(`INSERT INTO master_accounts (customer_id, id, iban, name, currency, format, acceptance, bank_balance, created_at, dialect, orders)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		m.Customer, m.ID, m.IBAN.String(), m.Name, m.Currency.Code(), m.Format, m.Acceptance, m.BankBalance, micros(m.CreatedAt), jsonText[bank.Dialect]{&m.Dialect},
		jsonText[bank.Ordering]{&m.Ordering})
	if err == nil && !fresh {
		return bank.ErrAlreadyExists.With("the customer has a master account with this IBAN")
	}
	return err
}

const masterAccountColumns = "SELECT customer_id, id, iban, name, currency, format, acceptance, bank_balance, created_at, dialect, orders FROM master_accounts"

func scanMasterAccount(row scanner) (m bank.MasterAccount, err error) {
	err = row.Scan(&m.Customer, &m.ID, ibanColumn{&m.IBAN}, &m.Name, currencyColumn{&m.Currency}, &m.Format, &m.Acceptance,
		&m.BankBalance, instant{&m.CreatedAt}, jsonText[bank.Dialect]{&m.Dialect}, jsonText[bank.Ordering]{&m.Ordering})
	return m, err
}

// UpdateMasterAccount writes what may change of a master account: its name, acceptance, dialect and ordering. The caller has locked
// the customer.
func (tx *Tx) UpdateMasterAccount(m bank.MasterAccount) error {
	return tx.execOne("UPDATE master_accounts SET name = $3, acceptance = $4, dialect = $5, orders = $6 WHERE customer_id = $1 AND id = $2",
		m.Customer, m.ID, m.Name, m.Acceptance, jsonText[bank.Dialect]{&m.Dialect}, jsonText[bank.Ordering]{&m.Ordering})
}

// MasterAccount returns a master account or bank.ErrNotFound.
func (tx *Tx) MasterAccount(customer bank.CustomerID, id bank.ID) (bank.MasterAccount, error) {
	return queryOne(tx, scanMasterAccount, masterAccountColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// MasterAccounts lists a customer's master accounts.
func (tx *Tx) MasterAccounts(customer bank.CustomerID) ([]bank.MasterAccount, error) {
	return query(tx, scanMasterAccount, masterAccountColumns+" WHERE customer_id = $1 ORDER BY id", customer)
}
