package history

import (
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"ims/internal/bank"
	"ims/internal/money"
)

// statementWords are the words of documents: [0] English, [1] Polish.
var statementWords = map[string][2]string{
	"statement":    {"Statement", "Wyciąg"},
	"transactions": {"Transactions", "Operacje"},
	"number":       {"Number", "Numer"},
	"customer":     {"Institution", "Instytucja"},
	"owner":        {"Account holder", "Posiadacz"},
	"iban":         {"IBAN", "IBAN"},
	"balanceId":    {"Identifier of the balance", "Identyfikator salda"},
	"kind":         {"Kind of balance", "Rodzaj salda"},
	"currency":     {"Currency", "Waluta"},
	"period":       {"Period", "Okres"},
	"from":         {"From", "Od"},
	"to":           {"To", "Do"},
	"created":      {"Created", "Utworzono"},
	"opening":      {"Opening balance", "Saldo początkowe"},
	"in":           {"Paid in", "Wpływy"},
	"out":          {"Paid out", "Wypływy"},
	"closing":      {"Closing balance", "Saldo końcowe"},
	"final":        {"Complete", "Kompletny"},
	"yes":          {"yes", "tak"},
	"open":         {"not yet: the period goes on", "jeszcze nie: okres trwa"},
	"id":           {"Transaction", "Operacja"},
	"booking":      {"Booking date", "Data księgowania"},
	"value":        {"Value date", "Data waluty"},
	"posted":       {"Posted", "Wprowadzono"},
	"type":         {"Type", "Rodzaj"},
	"status":       {"Status", "Status"},
	"reason":       {"Reason", "Powód"},
	"amount":       {"Amount", "Kwota"},
	"balance":      {"Balance", "Saldo"},
	"counterparty": {"Counterparty", "Kontrahent"},
	"account":      {"Counterparty's account", "Rachunek kontrahenta"},
	"title":        {"Title", "Tytuł"},
	"reference":    {"Reference", "Referencja"},
	"operation":    {"Operation number", "Numer operacji"},
	"file":         {"Transaction file", "Plik transakcji"},
	"line":         {"Line", "Wiersz"},
	"details":      {"Details", "Szczegóły"},
	"none":         {"No transactions in this period.", "Brak operacji w tym okresie."},
	"report":       {"Transaction report", "Raport operacji"},
	"identifier":   {"Identifier", "Identyfikator"},
	"requestedBy":  {"Requested by", "Na wniosek"},
	"filter":       {"Filter", "Filtr"},
	"page":         {"page %d of %s", "strona %d z %s"},

	"TRANSFER_IN":  {"Incoming transfer", "Przelew przychodzący"},
	"TRANSFER_OUT": {"Outgoing transfer", "Przelew wychodzący"},
	"INTERNAL_IN":  {"Internal transfer in", "Przelew wewnętrzny przychodzący"},
	"INTERNAL_OUT": {"Internal transfer out", "Przelew wewnętrzny wychodzący"},
	"CREDIT":       {"Credit", "Uznanie"},
	"DEBIT":        {"Debit", "Obciążenie"},
	"SHORTFALL":    {"Shortfall", "Niedobór"},
	"REPAYMENT":    {"Repayment of a shortfall", "Spłata niedoboru"},
	"TECHNICAL":    {"Technical balance", "Saldo techniczne"},
	"ASSIGNMENT":   {"Assignment", "Przypisanie"},
	"RETURN":       {"Return", "Zwrot"},
	"REVERSAL":     {"Reversal", "Storno"},
}

// speech is the language of a document.
type speech struct {
	polish  bool
	printer *message.Printer
}

func speechOf(lang string) speech {
	if lang == "pl" {
		return speech{true, message.NewPrinter(language.Polish)}
	}
	return speech{false, message.NewPrinter(language.English)}
}

// word returns a word of documents; what has none is shown as it is.
func (s speech) word(key string) string {
	w, ok := statementWords[key]
	switch {
	case !ok:
		return key
	case s.polish:
		return w[1]
	}
	return w[0]
}

// reason tells a reason in words; the audience was seen to.
func (s speech) reason(r bank.Reason) string {
	if s.polish {
		return r.Text("pl")
	}
	return r.Text("en")
}

// amount writes minor units as people read them, without the currency.
func (s speech) amount(minor int64, c money.Currency) string {
	whole, fraction, broken := strings.Cut(money.New(minor, c).Decimal(), ".")
	sign := ""
	if minor < 0 {
		sign, whole = "-", whole[1:]
	}
	n := int64(0)
	for _, d := range whole {
		n = n*10 + int64(d-'0')
	}
	text := sign + s.printer.Sprintf("%d", n)
	switch {
	case broken && s.polish:
		text += "," + fraction
	case broken:
		text += "." + fraction
	}
	return text
}

func (s speech) final(h *Statement) string {
	if h.Final {
		return s.word("yes")
	}
	return s.word("open")
}

// instant writes an instant for programs and people.
func instant(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// otherSide is the counterparty of a transaction: the payer of money that came, the payee of money that went.
func otherSide(r *Row) (name, account string) {
	if r.Amount < 0 {
		return r.Details.PayeeName, r.Details.PayeeAccount
	}
	return r.Details.PayerName, r.Details.PayerAccount
}

// fileID is the file that a transaction came with; empty where there is none.
func fileID(r *Row) string {
	if r.FileID.IsZero() {
		return ""
	}
	return r.FileID.String()
}

// fileLine is the line of that file: an origin of another kind has none.
func fileLine(o bank.Origin) any {
	if o.File == 0 {
		return nil
	}
	return o.Line
}
