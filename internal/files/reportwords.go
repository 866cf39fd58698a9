package files

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"ims/internal/bank"
	"ims/internal/money"
)

// reportWords are the words of validation reports: [0] English, [1] Polish.
var reportWords = map[string][2]string{
	"report":     {"Validation report", "Raport walidacji"},
	"file":       {"File", "Plik"},
	"identifier": {"Identifier", "Identyfikator"},
	"status":     {"Status", "Status"},
	"advice":     {"What to do", "Co zrobić"},
	"account":    {"Master account", "Rachunek główny"},
	"format":     {"Format", "Format"},
	"acceptance": {"Acceptance", "Sposób przyjęcia"},
	"dialect":    {"Dialect", "Dialekt"},
	"uploaded":   {"Uploaded", "Wczytano"},
	"validated":  {"Validated", "Sprawdzono"},
	"bytes":      {"Size in bytes", "Rozmiar w bajtach"},
	"encoding":   {"Encoding", "Kodowanie"},
	"records":    {"Records", "Rekordy"},
	"errors":     {"Errors", "Błędy"},
	"warnings":   {"Warnings", "Ostrzeżenia"},
	"expected":   {"Announced", "Zapowiedziano"},
	"totals":     {"Totals", "Podsumowanie"},
	"direction":  {"Direction", "Kierunek"},
	"sum":        {"Sum", "Suma"},
	"findings":   {"Findings per code", "Ustalenia według kodu"},
	"count":      {"Count", "Liczba"},
	"severity":   {"Severity", "Waga"},
	"line":       {"Line", "Wiersz"},
	"field":      {"Field", "Pole"},
	"name":       {"Field name", "Nazwa pola"},
	"code":       {"Code", "Kod"},
	"text":       {"Finding", "Ustalenie"},
	"value":      {"Value", "Wartość"},
	"record":     {"Record", "Rekord"},
	"default":    {"as documented", "jak w dokumentacji"},
	"whole":      {"whole file", "cały plik"},
	"none":       {"No findings.", "Brak ustaleń."},
	"left":       {"Only the first findings are listed; not listed:", "Wymieniono tylko pierwsze ustalenia; nie wymieniono:"},
	"ERROR":      {"error", "błąd"},
	"WARNING":    {"warning", "ostrzeżenie"},

	"credit":      {"credits", "uznania"},
	"debit":       {"debits", "obciążenia"},
	"internal":    {"internal transfers", "przelewy wewnętrzne"},
	"unallocated": {"to the master account", "na rachunek główny"},
	"charges":     {"charges of the bank", "opłaty banku"},
	"refused":     {"records with errors (readable amounts)", "rekordy z błędami (czytelne kwoty)"},

	bank.ExpectCredits: {"credits only", "tylko uznania"},
	bank.ExpectDebits:  {"debits only", "tylko obciążenia"},

	string(bank.FileValidated): {"Validated: it can be executed", "Poprawny: można go wykonać"},
	string(bank.FileInvalid):   {"Invalid: it cannot be executed", "Błędny: nie można go wykonać"},
	string(bank.FileExecuting): {"Executing", "W trakcie wykonywania"},
	string(bank.FileExecuted):  {"Executed", "Wykonany"},
	string(bank.Strict):        {"strict: one error refuses the file", "ścisły: jeden błąd odrzuca plik"},
	string(bank.ByRecord):      {"by record: a record with an error becomes an item", "po rekordach: rekord z błędem staje się pozycją do wyjaśnienia"},

	"advice-damaged": {"The file as a whole cannot be trusted: see its first errors. Ask the bank for it again, and upload it under the same name.",
		"Plikowi jako całości nie można ufać: zob. pierwsze błędy. Poproś bank o niego ponownie i wczytaj go pod tą samą nazwą."},
	"advice-said": {"The file holds something else than was said of it: see its first errors. If the file is wrong, ask the bank for it again; if what was said is wrong, validate the file again: that sets it aside.",
		"Plik zawiera co innego, niż zapowiedziano: zob. pierwsze błędy. Jeśli błędny jest plik, poproś bank o niego ponownie; jeśli błędna jest zapowiedź, sprawdź plik ponownie: zostanie wtedy pominięta."},
	"advice-strict": {"Nothing is booked. Send the bank the rejected records and ask for a corrected file; or, where an account or a setting of ours was wrong, mend it and validate the file again.",
		"Niczego nie zaksięgowano. Wyślij bankowi odrzucone rekordy i poproś o poprawiony plik; a jeśli błędne było konto lub ustawienie u nas, popraw je i sprawdź plik ponownie."},
	"advice-own": {"Nothing is booked. Own funds are short for records that they must pay: bring money to own funds and validate the file again.",
		"Niczego nie zaksięgowano. Brakuje środków własnych na rekordy, które mają z nich zapłacić: zasil środki własne i sprawdź plik ponownie."},
	"advice-items": {"The file can be executed. Records with errors become items to be clarified; send the bank the rejected records.",
		"Plik można wykonać. Rekordy z błędami staną się pozycjami do wyjaśnienia; wyślij bankowi odrzucone rekordy."},
	"advice-look": {"The file can be executed. Look through the warnings first.", "Plik można wykonać. Najpierw przejrzyj ostrzeżenia."},
	"advice-go":   {"The file can be executed.", "Plik można wykonać."},
}

// speech is a language of reports.
type speech struct {
	lang    string
	printer *message.Printer
}

func speechOf(lang string) speech {
	if lang == "pl" {
		return speech{"pl", message.NewPrinter(language.Polish)}
	}
	return speech{"en", message.NewPrinter(language.English)}
}

// word returns a word of reports; what has none is shown as it is.
func (s speech) word(key string) string {
	w, ok := reportWords[key]
	switch {
	case !ok:
		return key
	case s.lang == "pl":
		return w[1]
	}
	return w[0]
}

// number writes a count as people read it.
func (s speech) number(n int64) string { return s.printer.Sprintf("%d", n) }

// amount writes minor units as people read them, with the code of the currency.
func (s speech) amount(minor int64, c money.Currency) string {
	text := decimal(minor, c)
	whole, fraction, broken := strings.Cut(text, ".")
	if broken {
		point := "."
		if s.lang == "pl" {
			point = ","
		}
		fraction = point + fraction
	}
	return s.grouped(whole) + fraction + " " + c.Code()
}

// grouped writes the whole part of an amount.
func (s speech) grouped(digits string) string {
	n := int64(0)
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return s.number(n)
}

// Advice says what to do with a file, in "pl" or English; "" while nobody has to do anything.
func Advice(f bank.TransactionFile, lang string) string {
	if f.Status == bank.FilePending {
		return ""
	}
	return speechOf(lang).word(adviceOf(f))
}

// adviceOf is the word for what to do with a file.
func adviceOf(f bank.TransactionFile) string {
	own := f.Totals.Refused.Count == 0 && f.Totals.Errors > 0
	switch {
	case f.Status == bank.FileExecuting || f.Status == bank.FileExecuted:
		return ""
	case f.Status == bank.FileInvalid && otherThanSaid(f.Totals):
		return "advice-said"
	case f.Status == bank.FileInvalid && damaged(f.Totals.Codes):
		return "advice-damaged"
	case f.Status == bank.FileInvalid && own:
		return "advice-own"
	case f.Status == bank.FileInvalid:
		return "advice-strict"
	case f.Totals.Refused.Count > 0:
		return "advice-items"
	case f.Totals.Warnings > 0:
		return "advice-look"
	}
	return "advice-go"
}
