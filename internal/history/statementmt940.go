package history

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ims/internal/bank"
	"ims/internal/money"
)

// What a field of MT940 can hold.
const (
	mtReference   = 16 // bytes
	mtPiece       = 35 // characters of one subfield
	mtTitlePieces = 5  // subfields 20 to 24
	mtNamePieces  = 3  // subfields 27 to 29
	mtLine        = 65 // characters of a line of :86:
)

// mtSeparator begins a subfield of :86:.
const mtSeparator = "^"

// statementMT940 writes a statement as MT940 in UTF-8, :86: in subfields as Polish banks write it. What is longer than its
// field is cut: the format has no room for more.
type statementMT940 struct {
	out  *bufio.Writer
	head *Statement
}

func newStatementMT940(w io.Writer, _ speech) statementSheet {
	return &statementMT940{out: bufio.NewWriter(w)}
}

// field writes one field; errors of the buffer are kept by it and told at the end.
func (m *statementMT940) field(parts ...string) error {
	for _, p := range parts {
		_, _ = m.out.WriteString(p)
	}
	_, err := m.out.WriteString("\r\n")
	return err
}

func (m *statementMT940) begin(h *Statement) error {
	m.head = h
	from, err := time.Parse(time.DateOnly, h.From)
	if err != nil {
		return err
	}
	to, err := time.Parse(time.DateOnly, h.To)
	if err != nil {
		return err
	}
	account := strings.ReplaceAll(h.Balance.ID.String(), "-", "")
	if !h.IBAN.IsZero() {
		account = h.IBAN.String()
	}
	_ = m.field(":20:", h.Number)
	_ = m.field(":25:", account)
	_ = m.field(":28C:", to.Format("06")+paddedDay(to)) // the day is the number: five digits, and never one twice
	return m.field(":60F:", m.balance(h.Opening, from.AddDate(0, 0, -1)))
}

// paddedDay is the day of the year in three digits.
func paddedDay(t time.Time) string {
	n := strconv.Itoa(t.YearDay())
	return strings.Repeat("0", 3-len(n)) + n
}

func (m *statementMT940) balance(minor int64, day time.Time) string {
	mark := "C"
	if minor < 0 {
		mark = "D"
	}
	return mark + day.Format("060102") + m.head.Balance.Currency.Code() + m.amount(minor)
}

// amount always has a comma, also where the currency has no decimals.
func (m *statementMT940) amount(minor int64) string {
	whole, fraction, _ := strings.Cut(money.New(max(minor, -minor), m.head.Balance.Currency).Decimal(), ".")
	return whole + "," + fraction
}

func (m *statementMT940) line(r *Row) error {
	_ = m.field(":61:", m.dates(r), mtMark(r), m.amount(r.Amount), mtType(r.Type), mtReferenceOf(r.Details.Reference), "//", strconv.FormatInt(int64(r.ID), 10))
	return m.field(mtDetails(r))
}

// dates are the value date and the day of booking, whose year is that which brings it nearest; where that would be another,
// there is no saying it and the value date stands alone.
func (m *statementMT940) dates(r *Row) string {
	value, err := time.Parse(time.DateOnly, r.Value)
	booked, err2 := time.Parse(time.DateOnly, r.Booking)
	if err != nil || err2 != nil {
		value, booked = r.At, r.At
	}
	text := value.Format("060102")
	const most = 180 * 24 * time.Hour
	if d := booked.Sub(value); d < most && d > -most {
		text += booked.Format("0102")
	}
	return text
}

func mtMark(r *Row) string {
	mark := "C"
	if r.Amount < 0 {
		mark = "D"
	}
	if r.Type == bank.TypeReversal { // RC takes out what a credit brought
		return map[string]string{"C": "RD", "D": "RC"}[mark]
	}
	return mark
}

func mtType(t bank.TransactionType) string {
	switch t {
	case bank.TypeTransferIn, bank.TypeTransferOut, bank.TypeInternalIn, bank.TypeInternalOut:
		return "NTRF"
	case bank.TypeReturn:
		return "NRTI"
	}
	return "NMSC"
}

// mtReferenceOf is the customer's reference, or the word for none. Two slashes would begin the bank's.
func mtReferenceOf(s string) string {
	s = tidyText(s, 0)
	for strings.Contains(s, "//") {
		s = strings.ReplaceAll(s, "//", "/")
	}
	for len(s) > mtReference {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	if s = strings.Trim(s, "/ "); s == "" {
		return "NONREF"
	}
	return s
}

// mtDetails is the :86: of a transaction.
func mtDetails(r *Row) string {
	name, account := otherSide(r)
	var b strings.Builder
	sub := func(code int, text string) {
		if text != "" {
			b.WriteString(mtSeparator + strconv.Itoa(code/10) + strconv.Itoa(code%10) + text)
		}
	}
	sub(0, strings.ReplaceAll(r.Type.String(), "_", " "))
	for i, piece := range mtPieces(r.Details.Title, mtTitlePieces) {
		sub(20+i, piece)
	}
	for i, piece := range mtPieces(name, mtNamePieces) {
		sub(27+i, piece)
	}
	if looksLikeIBAN(account) {
		sub(38, account)
	} else {
		sub(31, mtText(account, mtPiece))
	}
	return mtLines(":86:", b.String())
}

func mtText(s string, limit int) string {
	return tidyText(strings.ReplaceAll(s, mtSeparator, " "), limit)
}

// mtPieces cuts a text into full pieces: readers put a blank only behind one that is not full.
func mtPieces(s string, most int) (list []string) {
	runes := []rune(mtText(s, most*mtPiece))
	for len(runes) > mtPiece {
		list, runes = append(list, string(runes[:mtPiece])), runes[mtPiece:]
	}
	return append(list, string(runes))
}

// mtLines breaks a text into lines. None begins or ends with a blank, which readers may drop, and none begins as a field or
// the end of a message does.
func mtLines(tag, text string) string {
	var b strings.Builder
	b.WriteString(tag)
	runes := []rune(text)
	for len(runes) > mtLine {
		cut := mtLine
		for cut > 1 && (runes[cut-1] == ' ' || strings.ContainsRune(" :-{}", runes[cut])) {
			cut--
		}
		b.WriteString(string(runes[:cut]) + "\r\n")
		runes = runes[cut:]
	}
	return b.String() + string(runes)
}

func (m *statementMT940) end() error {
	to, err := time.Parse(time.DateOnly, m.head.To)
	if err != nil {
		return err
	}
	_ = m.field(":62F:", m.balance(m.head.Closing, to))
	_ = m.field("-")
	return m.out.Flush()
}

func (m *statementMT940) discard() {}
