package pli

import (
	"fmt"
	"strconv"
	"strings"

	"ims/bankfile"
)

// words is a word in English and Polish.
type words [2]string

func (w words) in(lang string) string {
	if lang == "pl" {
		return w[1]
	}
	return w[0]
}

// fieldNames are the names of the 17 fields; 0 is the line.
var fieldNames = [mostFields + 1]words{
	{"line", "wiersz"},
	{"message type", "typ komunikatu"},
	{"date", "data"},
	{"amount", "kwota"},
	{"payer's bank", "bank płatnika"},
	{"constant", "pole stałe"},
	{"payer's account", "rachunek płatnika"},
	{"payee's account", "rachunek odbiorcy"},
	{"payer", "płatnik"},
	{"payee", "odbiorca"},
	{"constant", "pole stałe"},
	{"payee's bank", "bank odbiorcy"},
	{"title", "tytuł"},
	{"cheque", "czek"},
	{"complaint, operation number", "reklamacja, numer operacji"},
	{"classification", "klasyfikacja"},
	{"reference", "referencja"},
	{"tax number", "NIP"},
}

// directFields are the names of fields that change places in a direct debit.
var directFields = map[int]int{
	fieldPayerBank: fieldPayeeBank, fieldPayeeBank: fieldPayerBank, fieldPayer: fieldPayee, fieldPayee: fieldPayer,
	fieldPayerName: fieldPayeeName, fieldPayeeName: fieldPayerName,
}

// FieldName returns the name of field 1 to 17 in "pl", or in English for any other language; 0 is the
// line as a whole, anything else has no name.
func FieldName(n int, lang string) string {
	if n < 0 || n > mostFields {
		return ""
	}
	return fieldNames[n].in(lang)
}

var typeWords = map[string]words{
	"110": {"transfer", "przelew"},
	"120": {"social security transfer of the old kind", "dawny przelew do ZUS"},
	"210": {"direct debit", "polecenie zapłaty"},
}

var classWords = map[string]words{
	"51": {"transfer", "przelew"},
	"53": {"split payment", "płatność podzielona"},
	"54": {"cash deposit", "wpłata gotówkowa"},
	"55": {"bank's own note", "nota memoriałowa banku"},
	"56": {"SWIFT transfer", "przelew SWIFT"},
	"71": {"tax payment", "przelew podatkowy"},
	"74": {"cash deposit to a tax office", "wpłata gotówkowa do urzędu skarbowego"},
	"41": {"instant transfer", "przelew natychmiastowy"},
	"43": {"instant split payment", "natychmiastowa płatność podzielona"},
	"01": {"direct debit", "polecenie zapłaty"},
	"05": {"charge for a direct debit", "opłata za polecenie zapłaty"},
	"07": {"direct debit of GOBI", "polecenie zapłaty GOBI"},
}

var kindWords = [...]words{
	{"none", "brak"}, {"external", "obcy"}, {"virtual, ours", "wirtualny, nasz"}, {"master account, ours", "rachunek główny, nasz"},
}

var directionNames = [bankfile.Directions]words{
	{"unknown", "nieznany"}, {"credit", "uznanie"}, {"debit", "obciążenie"}, {"internal transfer", "przelew wewnętrzny"},
	{"to the master account", "na rachunek główny"}, {"from own funds", "ze środków własnych"},
	{"to own funds", "na środki własne"}, {"charges", "opłaty"},
}

// Describe explains the record that Next has just returned, in "pl" or in English: a line for the whole,
// one for each field, each followed by its findings. Control characters are escaped; the text must still
// be escaped for HTML.
func Describe(r *bankfile.Record, lang string) []string {
	out := []string{fmt.Sprintf("%s %d: %s, %s", fieldNames[0].in(lang), r.Line, directionNames[r.Direction].in(lang), money(r.Amount, lang))}
	out = appendFindings(out, r, 0, lang)
	for n := 1; n <= r.Fields(); n++ {
		name := n
		if other, ok := directFields[n]; ok && r.Collected {
			name = other
		}
		out = append(out, fmt.Sprintf("%2d %s: %s", n, fieldNames[name].in(lang), escaped(meaning(r, n, name, lang))))
		out = appendFindings(out, r, n, lang)
	}
	return out
}

func appendFindings(out []string, r *bankfile.Record, field int, lang string) []string {
	for _, f := range r.Findings {
		if f.Field == field {
			out = append(out, fmt.Sprintf("   %s %s: %s", f.Severity.Word(lang), f.Code, f.Message(lang)))
		}
	}
	return out
}

// meaning says what field n holds; name is the field whose role it plays.
func meaning(r *bankfile.Record, n, name int, lang string) string {
	raw := content(r, n)
	switch name {
	case fieldType:
		return withWord(raw, typeWords, lang)
	case fieldClass:
		return withWord(raw, classWords, lang)
	case fieldDate:
		return or(r.Date, raw)
	case fieldAmount:
		if r.Amount > 0 {
			return money(r.Amount, lang)
		}
	case fieldPayer:
		return account(r.Payer, raw, lang)
	case fieldPayee:
		return account(r.Payee, raw, lang)
	case fieldPayerName:
		return or(r.PayerName, raw)
	case fieldPayeeName:
		return or(r.PayeeName, raw)
	case fieldTitle:
		return or(r.Title, raw) + splitWords(r.SplitPayment, lang)
	case fieldComplaint:
		return or(r.OperationNumber, raw)
	case fieldReference:
		return or(r.Reference, raw)
	}
	return raw
}

// content returns field n as it was received, doubled quotes made one.
func content(r *bankfile.Record, n int) string {
	start, end := r.Span(n)
	return strings.ReplaceAll(string(r.Raw[start:end]), `""`, `"`)
}

func or(s, raw string) string {
	if s == "" {
		return strings.ToValidUTF8(raw, "\ufffd")
	}
	return s
}

func withWord(s string, list map[string]words, lang string) string {
	if w, ok := list[s]; ok {
		return s + " (" + w.in(lang) + ")"
	}
	return s
}

func account(a bankfile.Account, raw, lang string) string {
	if a.Kind == bankfile.None && raw != "" {
		return raw
	}
	s := a.Text
	if !a.IBAN.IsZero() {
		s = a.IBAN.Format()
	}
	return strings.TrimSpace(s + " (" + kindWords[a.Kind].in(lang) + ")")
}

func splitWords(m *bankfile.SplitPayment, lang string) string {
	if m == nil {
		return ""
	}
	parts := words{" (VAT %s, tax identifier %s, invoice %s)", " (VAT %s, identyfikator %s, faktura %s)"}
	return fmt.Sprintf(parts.in(lang), money(m.VAT, lang), m.ID, m.Invoice)
}

// money prints grosze as złoty.
func money(grosze int64, lang string) string {
	point := words{".", ","}
	return strconv.FormatInt(grosze/100, 10) + point.in(lang) + fmt.Sprintf("%02d PLN", grosze%100)
}

func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		bankfile.WriteVisible(&b, r)
	}
	return b.String()
}
