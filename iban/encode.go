package iban

import (
	"database/sql/driver"
	"fmt"
	"log/slog"
)

// AppendText appends the electronic form (encoding.TextAppender).
func (x IBAN) AppendText(dst []byte) ([]byte, error) { return x.Append(dst), nil }

// MarshalText returns the electronic form, empty for the zero IBAN (encoding.TextMarshaler; JSON uses it).
func (x IBAN) MarshalText() ([]byte, error) { return x.AppendText(nil) }

// stored is what UnmarshalText and Scan accept: whatever this package can have written. Judging input is Parse's work.
const stored = ISOOnly | Unregistered

// UnmarshalText reads what MarshalText wrote, so it does not ask for national check digits; use Parse, or NationalOK
// afterwards, for input that somebody typed. Empty text gives the zero IBAN.
func (x *IBAN) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*x = IBAN{}
		return nil
	}
	y, err := parse(text, stored)
	if err != nil {
		return fmt.Errorf("iban: unmarshal text: %w", err)
	}
	*x = y
	return nil
}

// Value stores the electronic form as text, the zero IBAN as NULL (driver.Valuer).
func (x IBAN) Value() (driver.Value, error) {
	if x.IsZero() {
		return nil, nil
	}
	return x.String(), nil
}

// Scan reads text, bytes or NULL (sql.Scanner), as UnmarshalText does.
func (x *IBAN) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*x = IBAN{}
		return nil
	case string:
		return x.UnmarshalText([]byte(v))
	case []byte:
		return x.UnmarshalText(v)
	}
	return fmt.Errorf("iban: scan: cannot read an IBAN from %T", src)
}

// LogValue masks the number (slog.LogValuer). Log it as an argument of its own: within a struct or slice, handlers do not
// ask for it and write the number whole.
func (x IBAN) LogValue() slog.Value { return slog.StringValue(x.Masked()) }
