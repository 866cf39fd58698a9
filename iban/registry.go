package iban

import "iter"

//go:generate go run ./internal/tablegen/cmd

// Country describes the IBAN of one country. Values are shared: change nothing behind its slices.
type Country struct {
	Code      string `json:"code"`      // ISO 3166 alpha-2, or XK
	Name      string `json:"name"`      // English, as the registry writes it
	Length    int    `json:"length"`    // characters of the whole electronic form, 15 to 34
	Structure string `json:"structure"` // of the BBAN, in the registry's notation: 4!n digits, 4!a capitals, 4!c either

	Bank    Span   `json:"bank"`    // bank identifier within the BBAN; the zero Span where none is known
	Branch  Span   `json:"branch"`  // branch identifier; the zero Span where there is none
	Account Span   `json:"account"` // what the bank numbers: everything after bank and branch
	Check   []Span `json:"check"`   // national check characters; they may lie inside the other parts

	NationalRule RuleLevel `json:"nationalRule"` // whether and how firmly a national check digit rule is known

	SEPA        SEPASource  `json:"sepa"`        // who says that the country belongs to SEPA
	SEPASince   string      `json:"sepaSince"`   // YYYY-MM-DD, first day of reachability; empty outside SEPA
	Territories []Territory `json:"territories"` // territories whose accounts carry this country's code

	Example    string `json:"example"`    // the registry's example; empty outside the registry
	Effective  string `json:"effective"`  // YYYY-MM from which the format is in force
	Updated    string `json:"updated"`    // YYYY-MM of the registry's last change
	Registered bool   `json:"registered"` // in the SWIFT registry; false: only in circulation, accepted on request

	classes string // n, a or c for each BBAN position
}

// Span is a part of the BBAN as Go slices it: From is 0-based, To exclusive. The zero Span is no part at all.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// IsZero reports whether there is no such part.
func (s Span) IsZero() bool { return s == Span{} }

// Len returns the number of characters.
func (s Span) Len() int { return s.To - s.From }

// Territory is a place without an IBAN code of its own.
type Territory struct {
	Code string `json:"code"` // ISO 3166 alpha-2
	SEPA bool   `json:"sepa"` // whether SEPA reaches it: not all of France's territories are in
}

// RuleLevel tells how firmly a national check digit rule is known.
type RuleLevel uint8

// The levels: Published rules make a number invalid, Observed ones fit every published example but no national source
// confirms them, so they only warn unless StrictNational is given.
const (
	NoRule RuleLevel = iota
	Published
	Observed
)

// String returns "none", "published" or "observed".
func (l RuleLevel) String() string {
	return [...]string{"none", "published", "observed"}[min(l, Observed)]
}

// MarshalText makes JSON show the name.
func (l RuleLevel) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// SEPASource tells whose word makes a country a SEPA country. The EPC governs SEPA; SWIFT's flag lags behind it.
type SEPASource uint8

// The sources.
const (
	OutsideSEPA SEPASource = iota
	SEPABySWIFT            // SWIFT's registry says so, and the EPC agrees
	SEPAByEPC              // the EPC lists it, release 102 of the registry does not yet
)

// String returns "no", "swift" or "epc".
func (s SEPASource) String() string { return [...]string{"no", "swift", "epc"}[min(s, SEPAByEPC)] }

// MarshalText makes JSON show the name.
func (s SEPASource) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// InSEPA reports whether a payment to this country is a SEPA payment on date (YYYY-MM-DD).
func (c *Country) InSEPA(date string) bool { return c.SEPA != OutsideSEPA && c.SEPASince <= date }

// Countries yields the 89 countries of the SWIFT registry in alphabetical order of their codes, then the 22 that are in
// circulation without being registered.
func Countries() iter.Seq[*Country] {
	return func(yield func(*Country) bool) {
		for i := 1; i < len(countries); i++ {
			c := countries[i]
			if !yield(&c) {
				return
			}
		}
	}
}

// CountryByCode returns the country with a two-letter code in capitals, registered or only in circulation.
func CountryByCode(code string) (*Country, bool) {
	if len(code) != 2 {
		return nil, false
	}
	i := indexOf(code[0], code[1])
	c := countries[i]
	return &c, i != 0
}

// format is the part of a country that validation touches, kept small so that all of them stay in the fastest cache.
type format struct {
	code   uint16 // both letters, the first in the low byte
	length uint8  // of the electronic form
	words  uint8  // 8-character words that hold the BBAN: 2, 3 or 4
	gap    uint8  // bits of the first word that lie before the BBAN
	iso    uint8  // country letters as numbers times 100, modulo 97
	rule   rule
	firm   bool      // the rule is Published
	needs  Option    // Unregistered, or nothing
	letter bool      // a letter must stand somewhere
	digit  [4]uint64 // high bit of each byte where a digit may stand, words aligned to the end of the BBAN
	upper  [4]uint64 // the same for capitals
}

// indexOf returns the entry of formats and countries for two letters, 0 where there is none.
func indexOf(first, second byte) uint8 {
	i := formatIndex[int(first&31)<<5|int(second&31)]
	if formats[i].code != uint16(first)|uint16(second)<<8 {
		return 0
	}
	return i
}
