package store

import (
	"time"

	"ims/internal/bank"
)

// Domain is a host that browsers may come from and that names its customer.
type Domain struct {
	Host      string // normalised: lower case, with the port where it is not 443
	Customer  bank.CustomerID
	CreatedAt time.Time
}

// ClaimDomain gives a host to a customer and returns its owner, which is somebody else where it was claimed before, and
// whether the customer is new to it.
func (tx *Tx) ClaimDomain(d Domain) (owner bank.CustomerID, fresh bool, err error) {
	fresh, err = tx.insertNew("INSERT INTO domains (host, customer_id, created_at) VALUES ($1, $2, $3)", d.Host, d.Customer, micros(d.CreatedAt))
	if err != nil || fresh {
		return d.Customer, fresh, err
	}
	owner, err = tx.CustomerOfDomain(d.Host)
	return owner, false, err
}

// CustomerOfDomain returns the owner of a host, or bank.ErrNotFound.
func (tx *Tx) CustomerOfDomain(host string) (bank.CustomerID, error) {
	n, err := queryOne(tx, number, "SELECT customer_id FROM domains WHERE host = $1", host)
	return bank.CustomerID(n), err
}

// Domains lists a customer's hosts in their order.
func (tx *Tx) Domains(customer bank.CustomerID) ([]Domain, error) {
	scan := func(row scanner) (d Domain, err error) {
		return d, row.Scan(&d.Host, &d.Customer, instant{&d.CreatedAt})
	}
	return query(tx, scan, "SELECT host, customer_id, created_at FROM domains WHERE customer_id = $1 ORDER BY host", customer)
}

// RemoveDomain takes a host from a customer, or bank.ErrNotFound where it is not theirs.
func (tx *Tx) RemoveDomain(customer bank.CustomerID, host string) error {
	return tx.execOne("DELETE FROM domains WHERE customer_id = $1 AND host = $2", customer, host)
}
