package pain

import (
	"fmt"
	"strconv"
	"strings"

	"ims/bankfile"
)

// Fault is one field that a message cannot carry as it is.
type Fault struct {
	Field string    `json:"field"` // one of the Field constants
	Code  FaultCode `json:"code"`
	Value string    `json:"value,omitempty"` // as bankfile.Visible shows it
	Got   int64     `json:"got,omitempty"`
	Limit int64     `json:"limit,omitempty"`
}

// The fields of messages, sections and orders.
const (
	FieldMessageID      = "messageId"
	FieldCreated        = "created"
	FieldInitiator      = "initiator"
	FieldInitiatorID    = "initiatorId"
	FieldSections       = "sections"
	FieldSectionID      = "sectionId"
	FieldDate           = "date"
	FieldCurrency       = "currency"
	FieldDecimals       = "decimals"
	FieldPayerName      = "payerName"
	FieldPayerAddress   = "payerAddress"
	FieldPayer          = "payer"
	FieldPayerBank      = "payerBank"
	FieldOrders         = "orders"
	FieldEndToEndID     = "endToEndId"
	FieldAmount         = "amount"
	FieldPayeeName      = "payeeName"
	FieldPayeeAddress   = "payeeAddress" // parts are payeeAddress.town and so on
	FieldPayee          = "payee"
	FieldPayeeBank      = "payeeBank"
	FieldTitle          = "title"
	FieldPayeeReference = "payeeReference"
)

// FaultCode names what is wrong with a field. Codes are stable.
type FaultCode string

// The codes.
const (
	Missing        FaultCode = "missing"
	TooLong        FaultCode = "too_long"
	Character      FaultCode = "character"
	Identifier     FaultCode = "identifier"
	Duplicate      FaultCode = "duplicate"
	Format         FaultCode = "format"
	AmountRange    FaultCode = "amount_range"
	OutsideSEPA    FaultCode = "outside_sepa"
	SameAccount    FaultCode = "same_account"
	TitleTwice     FaultCode = "title_twice"
	CheckDigits    FaultCode = "check_digits"
	SumRange       FaultCode = "sum_range"
	SectionTwice   FaultCode = "section_twice"
	OrdersDiffered FaultCode = "orders_differed"
)

// faultTexts are what a code says to people: English, Polish. {value}, {got} and {limit} stand for what the fault carries.
var faultTexts = map[FaultCode][2]string{
	Missing:        {"It is missing.", "Brak wartości."},
	TooLong:        {"It has {got} characters, more than {limit}.", "Ma {got} znaków, więcej niż {limit}."},
	Character:      {"It has the character {value}, which banks do not take.", "Zawiera znak {value}, którego banki nie przyjmują."},
	Identifier:     {"An identifier has letters A to Z, digits, blanks inside and / - ? : ( ) . , ' +, no / at its ends and no //: {value}.", "Identyfikator składa się z liter A do Z, cyfr, spacji w środku oraz / - ? : ( ) . , ' +, bez / na końcach i bez //: {value}."},
	Duplicate:      {"It stands for something else in the message already: {value}.", "Oznacza już w komunikacie coś innego: {value}."},
	Format:         {"It cannot be read: {value}.", "Nie można odczytać: {value}."},
	AmountRange:    {"The amount of {got} is not within 1 to {limit} minor units.", "Kwota {got} nie mieści się w przedziale od 1 do {limit} najmniejszych jednostek."},
	OutsideSEPA:    {"The account is in a country outside SEPA: {value}.", "Rachunek jest w kraju poza SEPA: {value}."},
	SameAccount:    {"Payer and payee are the same account.", "Płatnik i odbiorca to ten sam rachunek."},
	TitleTwice:     {"A transfer has a title or the payee's reference, not both.", "Przelew ma tytuł albo referencję odbiorcy, nie oba naraz."},
	CheckDigits:    {"The check digits of the reference are wrong: {value}.", "Cyfry kontrolne referencji są błędne: {value}."},
	SumRange:       {"The amounts add up to more than {limit} digits.", "Suma kwot ma więcej niż {limit} cyfr."},
	SectionTwice:   {"There is a section for this account, currency and day already: {value}.", "Jest już sekcja dla tego rachunku, waluty i dnia: {value}."},
	OrdersDiffered: {"The orders were not the same when they were read again.", "Zlecenia odczytane ponownie nie były takie same."},
}

// Message returns the fault's text in "pl", or in English for any other language. The text holds the value as it was seen,
// so it must be escaped where it is shown.
func (f Fault) Message(lang string) string {
	texts, ok := faultTexts[f.Code]
	if !ok {
		return string(f.Code)
	}
	text, left, right := texts[0], "“", "”"
	if lang == "pl" {
		text, left = texts[1], "„"
	}
	return strings.NewReplacer(
		"{value}", left+f.Value+right,
		"{got}", strconv.FormatInt(f.Got, 10),
		"{limit}", strconv.FormatInt(f.Limit, 10),
	).Replace(text)
}

// RefusalError says why a message cannot be written: every faulty field of the first section or order that has one.
type RefusalError struct {
	Section int    // its number from 1; 0: the message itself
	Order   int    // its number in the section from 1; 0: the section itself
	ID      string // EndToEndID, Section.ID or Message.ID of what is refused
	Faults  []Fault
}

// Error implements error. It names fields and codes and holds no value of a person.
func (e *RefusalError) Error() string {
	var b strings.Builder
	b.WriteString("message")
	if e.Section > 0 {
		fmt.Fprintf(&b, ", section %d", e.Section)
	}
	if e.Order > 0 {
		fmt.Fprintf(&b, ", order %d", e.Order)
	}
	fmt.Fprintf(&b, " (%s)", bankfile.Visible(e.ID))
	for i, f := range e.Faults {
		b.WriteString([]string{": ", "; "}[min(i, 1)])
		b.WriteString(f.Field + " " + string(f.Code))
		if f.Limit > 0 {
			fmt.Fprintf(&b, " (%d, limit %d)", f.Got, f.Limit)
		}
	}
	return b.String()
}
