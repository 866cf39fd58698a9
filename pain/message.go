package pain

import (
	"iter"
	"time"

	"ims/bankfile"
	"ims/iban"
)

// Message is a file of orders. Its ID and those of its sections and orders come back in the bank's answers.
type Message struct {
	ID          string    // MsgId: at most 35 characters, never used for another message to this bank
	Created     time.Time // written in UTC to the second, years 2000 to 9999
	Initiator   string    // InitgPty/Nm, whose orders these are: at most 70 characters with SEPA orders, else 140
	InitiatorID string    // what the bank calls them, at most 35 characters; "" where it does not ask
	Sections    []Section // at least one
}

// Section is the orders from one account in one currency on one day (PmtInf). There is one for each of these in a message.
type Section struct {
	ID           string // PmtInfId: at most 35 characters, unique in the message
	Date         string // YYYY-MM-DD, the day on which the bank shall carry them out
	Currency     string // ISO 4217, three capitals
	Decimals     int    // of its minor unit, 0 to 4; 2 for EUR
	PayerName    string // as Message.Initiator
	PayerAddress Address
	Payer        iban.IBAN // the account that is debited
	PayerBank    string    // BIC of 8 or 11 characters; "" where the bank knows itself by the IBAN
	OneBooking   bool      // the bank may book the section as one debit; else every order is booked by itself
	NotSEPA      bool      // orders in EUR that are no SEPA transfers: to accounts outside of it, charges shared

	// Orders are at least one. They are gone through twice, and again to name a duplicate, so they must be the same each
	// time; an error ends the writing.
	Orders iter.Seq2[Order, error]
}

// SEPA reports whether the orders are SEPA credit transfers: those in EUR, unless the section says otherwise. They have the
// service level SEPA and charges by it (SLEV); all others share charges (SHAR).
func (s *Section) SEPA() bool { return s.Currency == euro && !s.NotSEPA }

const euro = "EUR"

// Order is one credit transfer.
type Order struct {
	EndToEndID     string // at most 35 characters, unique in the message; travels to the payee
	Amount         int64  // minor units of the section's currency, at least 1; see MaxAmount
	PayeeName      string // at most 70 characters in SEPA, else 140
	PayeeAddress   Address
	Payee          iban.IBAN
	PayeeBank      string // BIC; "" where the IBAN says it
	Title          string // at most 140 characters, or none
	PayeeReference string // the payee's reference (ISO 11649 begins with RF), at most 35 characters; in place of a title
}

// MaxAmount is the most that an order in the section may move, in minor units.
func (s *Section) MaxAmount() int64 {
	if s.SEPA() {
		return maxSEPA
	}
	return bankfile.MaxAmount
}

const maxSEPA = 999_999_999_99 // 999,999,999.99 EUR

// Address is where a party lives: in parts, since banks no longer take it as lines of text. The zero value is none; else
// Town and Country must be there.
type Address struct {
	Street   string // at most 70 characters
	Building string // number of the house, at most 16 characters
	Postcode string // at most 16 characters
	Town     string // at most 35 characters
	Country  string // ISO 3166, two capitals
}

// Options say what the bank accepts.
type Options struct {
	// Letters lets Latin letters with marks stand in names, addresses and titles. Without it they are sent without their
	// marks, as every bank takes them.
	Letters bool
}

// Totals are what a written message says of itself, for the bank's people to compare.
type Totals struct {
	Orders   int
	Sum      string // of all amounts, whatever the currency: CtrlSum as written
	Sections []SectionTotals
}

// SectionTotals are those of one section.
type SectionTotals struct {
	ID       string
	Currency string
	Orders   int
	Amount   int64 // minor units
}

// OrdersOf makes orders that are held in memory into those of a section.
func OrdersOf(list ...Order) iter.Seq2[Order, error] {
	return func(yield func(Order, error) bool) {
		for _, o := range list {
			if !yield(o, nil) {
				return
			}
		}
	}
}
