package store

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
)

// currencyColumn reads a currency code that this program wrote.
type currencyColumn struct{ c *money.Currency }

// Scan implements sql.Scanner.
func (s currencyColumn) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("currency: cannot scan %T", src)
	}
	c, err := money.ParseCurrency(text)
	*s.c = c
	return err
}

// ibanColumn reads an electronic IBAN that this program wrote.
type ibanColumn struct{ i *iban.IBAN }

// Scan implements sql.Scanner.
func (s ibanColumn) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("IBAN: cannot scan %T", src)
	}
	i, err := iban.ParseISO(text)
	*s.i = i
	return err
}

// jsonText writes and reads a value as JSON text.
type jsonText[T any] struct{ v *T }

// Value implements driver.Valuer.
func (j jsonText[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(j.v)
	return string(text), err
}

// Scan implements sql.Scanner.
func (j jsonText[T]) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON: cannot scan %T", src)
	}
	return json.Unmarshal([]byte(text), j.v)
}

// hash32 reads a stored SHA-256.
type hash32 struct{ h *[sha256.Size]byte }

// Scan implements sql.Scanner.
func (s hash32) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != sha256.Size {
		return fmt.Errorf("hash: cannot scan %T of %d bytes", src, len(b))
	}
	copy(s.h[:], b)
	return nil
}

// nullText stores an empty text as NULL, which no unique index compares.
func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// permissionsText is how a list of permissions is stored.
func permissionsText(list []bank.Permission) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = string(p)
	}
	return strings.Join(texts, " ")
}

func permissionsOf(text string) []bank.Permission {
	var list []bank.Permission
	for p := range strings.FieldsSeq(text) {
		list = append(list, bank.Permission(p))
	}
	return list
}
