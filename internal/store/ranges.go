package store

import (
	"errors"

	"ims/internal/bank"
)

// RangeKey is the key that a base IBAN permutes its numbers under: 32 bytes that follow from the sealing key. A base that is
// lost with a store, and added again after a restore, so goes on in the same order behind the margin.
func (db *DB) RangeKey(base, suffix string) []byte {
	return db.key.derive("base IBAN " + base + " " + suffix)
}

// RegisterBase claims a base IBAN for a customer in the registry of the installation, under the lock of Overlapping.
func (tx *Tx) RegisterBase(base string, customer bank.CustomerID) error {
	fresh, err := tx.insertNew("INSERT INTO base_iban_registry (base, customer_id) VALUES ($1, $2)", base, customer)
	if err == nil && !fresh {
		return bank.ErrBaseIBANOverlap.With("the base IBAN is registered already")
	}
	return err
}

// Overlapping returns the registered bases that equal, contain or lie in the given one. The caller holds LockFact.
func (tx *Tx) Overlapping(base string) ([]string, error) {
	prefixes := make([]string, 0, len(base))
	for i := 2; i <= len(base); i++ {
		prefixes = append(prefixes, base[:i])
	}
	contains, list := tx.in("base", 1, List{Texts: prefixes})
	text := func(row scanner) (s string, err error) { return s, row.Scan(&s) }
	return query(tx, text, "SELECT base FROM base_iban_registry WHERE "+contains+" OR (base >= $2 AND base < $3) ORDER BY base",
		list, base, base+"~")
}

// RegisteredBase is one row of the registry of base IBANs.
type RegisteredBase struct {
	Base     string
	Customer bank.CustomerID
}

// RegisteredBases lists the registered bases of a country (two letters) with their customers. The caller holds LockFact.
func (tx *Tx) RegisteredBases(country string) ([]RegisteredBase, error) {
	scan := func(row scanner) (r RegisteredBase, err error) { return r, row.Scan(&r.Base, &r.Customer) }
	return query(tx, scan, "SELECT base, customer_id FROM base_iban_registry WHERE base >= $1 AND base < $2 ORDER BY base",
		country, country+"~")
}

// AddBaseIBAN inserts a base IBAN and seals its key. Another issuing one of the same currency stops issuing.
func (tx *Tx) AddBaseIBAN(b bank.BaseIBAN) error {
	if b.Issuing {
		_, err := tx.exec("UPDATE base_ibans SET issuing = 0 WHERE customer_id = $1 AND currency = $2 AND issuing = 1",
			b.Customer, b.Currency.Code())
		if err != nil {
			return err
		}
	}
	next, err := tx.firstCounter(b.Capacity)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO base_ibans (customer_id, base, master_account, currency, issuing, next_counter, capacity, sealed_key, created_at, suffix)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, b.Customer, b.Base, b.MasterAccount, b.Currency.Code(), flag(b.Issuing), int64(next),
		int64(b.Capacity), tx.key.Seal(b.Base, b.Key), micros(b.CreatedAt), b.Suffix)
	return err
}

const baseIBANColumns = "SELECT customer_id, base, master_account, currency, issuing, next_counter, capacity, sealed_key, created_at, suffix FROM base_ibans"

func (tx *Tx) scanBaseIBAN(row scanner) (b bank.BaseIBAN, err error) {
	var issuing, next, capacity int64
	err = row.Scan(&b.Customer, &b.Base, &b.MasterAccount, currencyColumn{&b.Currency}, &issuing, &next, &capacity, &b.Key,
		instant{&b.CreatedAt}, &b.Suffix)
	if err != nil {
		return b, err
	}
	b.Issuing, b.Next, b.Capacity = issuing == 1, uint64(next), uint64(capacity)
	b.Key, err = tx.key.Open(b.Base, b.Key)
	return b, err
}

// BaseIBANs lists a customer's base IBANs, issuing or not.
func (tx *Tx) BaseIBANs(customer bank.CustomerID) ([]bank.BaseIBAN, error) {
	return query(tx, tx.scanBaseIBAN, baseIBANColumns+" WHERE customer_id = $1 ORDER BY base", customer)
}

// IssuingBase returns the base IBAN that issues for a currency, locked until the end of the transaction, or
// bank.ErrNotFound. A statement that waited while another base took over finds neither, so it looks again.
func (tx *Tx) IssuingBase(customer bank.CustomerID, currency string) (bank.BaseIBAN, error) {
	text := baseIBANColumns + " WHERE customer_id = $1 AND currency = $2 AND issuing = 1"
	for {
		b, err := queryOne(tx, tx.scanBaseIBAN, text+tx.engine.LockRows(), customer, currency)
		if !errors.Is(err, bank.ErrNotFound) {
			return b, err
		}
		if _, err := queryOne(tx, tx.scanBaseIBAN, text, customer, currency); err != nil {
			return b, err // there is none
		}
	}
}

// AdvanceBase moves the counter of a base IBAN, which the caller has locked.
func (tx *Tx) AdvanceBase(customer bank.CustomerID, base string, next uint64) error {
	return tx.execOne("UPDATE base_ibans SET next_counter = $3 WHERE customer_id = $1 AND base = $2", customer, base, int64(next))
}
