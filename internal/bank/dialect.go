package bank

import (
	"fmt"
	"slices"
	"strings"
)

// TwoHundreds says what a message type 2xx of an Elixir-O file means.
type TwoHundreds string

// The meanings of 2xx. That it may also be an order (a direct debit) is not offered: the ledger takes bookings only.
const (
	RefuseTwoHundreds TwoHundreds = ""              // such a record is an error
	StatementPKO      TwoHundreds = "STATEMENT_PKO" // the bank's mark of a booked debit of our account
)

// MaxAgeDays is the most that a dialect may allow a record to be old: ten years.
const MaxAgeDays = 3660

// Dialect is how the bank fills the files of one master account. The zero value is what the documents of the formats say.
// What the account's format has no use for is ignored.
type Dialect struct {
	Encoding           string      `json:"encoding,omitempty"`           // one of Encodings; empty: detected
	Types              []string    `json:"types,omitempty"`              // pli: message types that are taken; empty: 110, and 210 where 2xx has a meaning
	TwoHundreds        TwoHundreds `json:"twoHundreds,omitempty"`        // pli
	AllowMissingPayer  bool        `json:"allowMissingPayer,omitempty"`  // pli: a credit without the payer's account is a warning whatever its class
	StrictTextOnCredit bool        `json:"strictTextOnCredit,omitempty"` // pli: faults of names and titles are errors on credits too
	MaxAgeDays         int         `json:"maxAgeDays,omitempty"`         // how old a booking date may be, 1 to MaxAgeDays; 0: 366
	Subfield           string      `json:"subfield,omitempty"`           // mt940: the subfield of :86: with the virtual IBAN, two digits; empty: looked for
}

// Encodings are the names that a dialect may fix, as registered with IANA.
func Encodings() []string {
	return []string{"US-ASCII", "UTF-8", "windows-1250", "ISO-8859-2", "IBM852"}
}

// Check refuses what has no meaning: ErrInvalid with the field.
func (d Dialect) Check() error {
	switch {
	case d.Encoding != "" && !slices.Contains(Encodings(), d.Encoding):
		return badDialect("encoding", "one of "+strings.Join(Encodings(), ", "))
	case d.TwoHundreds != RefuseTwoHundreds && d.TwoHundreds != StatementPKO:
		return badDialect("twoHundreds", "empty or "+string(StatementPKO))
	case d.MaxAgeDays < 0 || d.MaxAgeDays > MaxAgeDays:
		return badDialect("maxAgeDays", fmt.Sprintf("1 to %d, or 0 for the default", MaxAgeDays))
	case d.Subfield != "" && !digits(d.Subfield, 2):
		return badDialect("subfield", "two digits")
	case len(d.Types) > 20:
		return badDialect("types", "at most 20")
	}
	for i, t := range d.Types {
		switch {
		case !digits(t, 3) || slices.Contains(d.Types[:i], t):
			return badDialect("types", "different message types of three digits")
		case t[0] == '2' && d.TwoHundreds == RefuseTwoHundreds:
			return badDialect("types", "2xx needs a meaning: twoHundreds "+string(StatementPKO))
		}
	}
	return nil
}

func digits(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }

func badDialect(field, want string) error {
	return ErrInvalid.With("the dialect's %s is wrong: want %s", field, want).Field("/dialect/"+field, "invalid", want)
}

// String lists what differs from the documents, for people.
func (d Dialect) String() string {
	var parts []string
	add := func(given bool, format string, args ...any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(d.Encoding != "", "encoding %s", d.Encoding)
	add(len(d.Types) > 0, "types %s", strings.Join(d.Types, " "))
	add(d.TwoHundreds != RefuseTwoHundreds, "2xx %s", d.TwoHundreds)
	add(d.AllowMissingPayer, "payers may be missing")
	add(d.StrictTextOnCredit, "strict text on credits")
	add(d.MaxAgeDays != 0, "at most %d days old", d.MaxAgeDays)
	add(d.Subfield != "", "virtual IBAN in subfield %s", d.Subfield)
	if len(parts) == 0 {
		return "default"
	}
	return strings.Join(parts, ", ")
}
