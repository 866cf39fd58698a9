package bank

import (
	"database/sql/driver"
	"fmt"

	"github.com/google/uuid"
)

// ID names an entity: a UUIDv7, stored as 16 bytes and shown in the canonical text form.
type ID [16]byte

// NewID returns a fresh, time-ordered identifier.
func NewID() ID {
	return ID(uuid.Must(uuid.NewV7()))
}

// ParseID reads the canonical text form (36 characters, any case). The error is a Malformed bank error.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return ID{}, ErrMalformed.With("not an identifier: expected a UUID of 36 characters")
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return ID{}, ErrMalformed.With("not an identifier: expected a UUID of 36 characters")
	}
	return ID(u), nil
}

// String returns the canonical text form.
func (id ID) String() string { return uuid.UUID(id).String() }

// IsZero tells whether the identifier is unset.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the canonical text form, so that identifiers are strings in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the canonical text form.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}

// Value stores the identifier as 16 bytes; the zero value is stored as NULL.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads 16 stored bytes; NULL becomes the zero value.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		if len(v) == len(id) {
			copy(id[:], v)
			return nil
		}
		return fmt.Errorf("bank.ID: %d bytes, want 16", len(v))
	default:
		return fmt.Errorf("bank.ID: cannot scan %T", src)
	}
}

// CustomerID numbers a customer within an installation, from 1. It is an integer because it starts every key of the store.
type CustomerID int64

// BalanceNo numbers a balance within its customer, from 1; ledger rows carry it in place of the 16-byte ID. The receivable
// that accompanies the balance n has the number -n.
type BalanceNo int64

// Companion returns the number of the receivable that accompanies a balance.
func (n BalanceNo) Companion() BalanceNo { return -n }

// FileNo numbers a transaction file within its customer, from 1. Zero means "not from a file".
type FileNo int64

// TransactionID numbers transactions and postings of one customer in the order of their commit, from 1, below 2^53.
type TransactionID int64
