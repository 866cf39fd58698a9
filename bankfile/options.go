package bankfile

import (
	"cmp"
	"fmt"
)

// TwoHundreds says what a message type with a leading 2 means in an Elixir-O file. Order files and one bank's statements
// contradict each other, so it must be stated; the zero value refuses such records.
type TwoHundreds uint8

// The meanings of 2xx. Orders: a direct debit, money flows from field 7 to field 6. StatementPKO: the bank's mark of a
// debit of our account, money flows from field 6 to field 7 as always, and field 14 is the bank's operation number.
const (
	Refuse TwoHundreds = iota
	Orders
	StatementPKO
)

// Dialect is how one bank, or one account at it, fills its format. What a format has no use for is ignored.
type Dialect struct {
	Encoding    Encoding    // of a file of lines, fixed by agreement; Auto detects
	Types       []string    // pli: the message types allowed. Empty: 110, and 210 where TwoHundreds gives it a meaning; a listed 2xx stays refused without a meaning
	TwoHundreds TwoHundreds // pli
	Subfield    string      // mt940: the subfield of :86: that holds the virtual IBAN, two digits; empty: it is looked for
}

// Expectation is what the operator says a file holds.
type Expectation uint8

// The expectations; internal transfers fit each.
const (
	Mixed Expectation = iota
	Credits
	Debits
)

// Limits keep a file from taking more than its share. Zero values mean the defaults.
type Limits struct {
	Bytes    int64 // of the file; 512 MiB
	Records  int   // 1,000,000
	Line     int   // bytes of one line without its end, or of one element of XML; 4096 of a line, 64 KiB of an element
	Findings int   // kept in the report, errors first; 1000
}

// The default limits.
const (
	DefaultBytes      = 512 << 20
	DefaultRecords    = 1_000_000
	DefaultLine       = 4096
	DefaultFindings   = 1000
	DefaultMaxAgeDays = 366
	MaxAmount         = 999_999_999_999_999 // minor units: the most that any amount may be, 15 digits
	maxFileName       = 255
)

// Options say how to judge a file. Only Own and Today have no default worth using.
type Options struct {
	Name     string // of the file; empty: the rules about names are skipped
	Own      []Own  // our ranges and master accounts
	Today    string // the day of validation in Europe/Warsaw, YYYY-MM-DD; empty: no rule compares dates with it
	Currency string // of the master account, ISO 4217; empty: PLN. An Elixir-O file is always in PLN
	Decimals int    // of the currency's minor unit, 0 to 4; meaningful where Currency is given
	Dialect  Dialect

	AllowMissingPayer  bool  // a credit without payer account is a warning whatever its class
	StrictTextOnCredit bool  // text rules are errors on credits too
	MaxAgeDays         int   // how old a date may be; 366
	MaxAmount          int64 // minor units a record; 15 digits

	Expect        Expectation
	ExpectedCount int   // records; 0: not stated
	ExpectedSum   int64 // minor units of all records; 0: not stated

	Limits Limits
}

// withDefaults fills what was left zero and refuses what has no meaning.
func (o Options) withDefaults() (Options, error) {
	if o.Currency == "" {
		o.Currency, o.Decimals = "PLN", 2
	}
	o.MaxAgeDays = cmp.Or(o.MaxAgeDays, DefaultMaxAgeDays)
	o.MaxAmount = cmp.Or(o.MaxAmount, MaxAmount)
	o.Limits = Limits{
		Bytes:    cmp.Or(o.Limits.Bytes, DefaultBytes),
		Records:  cmp.Or(o.Limits.Records, DefaultRecords),
		Line:     o.Limits.Line, // its default is the format's
		Findings: cmp.Or(o.Limits.Findings, DefaultFindings),
	}
	l := o.Limits
	switch {
	case l.Bytes < 0 || l.Records < 0 || l.Line < 0 || l.Findings < 0:
		return o, fmt.Errorf("negative limit in %+v", l)
	case o.MaxAgeDays < 0 || o.MaxAmount < 0 || o.ExpectedCount < 0 || o.ExpectedSum < 0 || o.Decimals < 0 || o.Decimals > 4:
		return o, fmt.Errorf("negative number in options, or more than 4 decimals")
	case o.Dialect.Encoding > CP852 || o.Dialect.TwoHundreds > StatementPKO || o.Expect > Debits:
		return o, fmt.Errorf("unknown encoding, meaning of 2xx or expectation in options")
	}
	return o, nil
}
