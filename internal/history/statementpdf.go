package history

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"ims/internal/bank"
)

// MostPDFLines is how many lines a statement as PDF may have: its pages are held until the last is known. Who needs more
// takes a shorter period or a form for programs.
const MostPDFLines = 20_000

// Millimetres on a page of A4.
const (
	pdfMargin  = 15.0
	pdfBottom  = 277.0 // below it stands the foot
	pdfWidth   = 180.0
	pdfDates   = 30.0
	pdfDetails = 86.0
	pdfAmount  = 31.0
	pdfBalance = pdfWidth - pdfDates - pdfDetails - pdfAmount
	pdfLine    = 3.9
	pdfSmall   = 8.0 // points
	pdfTexts   = 400 // characters of one text
)

// pageTotal is replaced by the number of pages once it is known. No text of anybody's has these characters: see drawable.
const pageTotal = "\x02\x03"

// statementPDF writes a statement for people.
type statementPDF struct {
	out    io.Writer
	pdf    *fpdf.Fpdf
	speech speech
	head   *Statement
	lines  int
}

func newStatementPDF(w io.Writer, s speech) statementSheet { return &statementPDF{out: w, speech: s} }

func (d *statementPDF) begin(h *Statement) error {
	if h.In.Count+h.Out.Count > MostPDFLines {
		return bank.ErrInvalid.With("a statement as PDF has at most %d transactions, this one %d: take a shorter period or another form",
			MostPDFLines, h.In.Count+h.Out.Count)
	}
	d.head = h
	p := fpdf.New("P", "mm", "A4", "")
	d.pdf = p
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(pdfMargin, pdfMargin, pdfMargin)
	p.SetAutoPageBreak(false, 0)
	p.AliasNbPages(pageTotal)
	p.SetTitle(d.speech.word("statement")+" "+h.Number, true)
	p.SetAuthor(h.Customer, true)
	p.SetCreator("ims", true)
	p.SetCreationDate(h.CreatedAt)
	p.SetModificationDate(h.CreatedAt)
	p.SetLang(map[bool]string{true: "pl", false: "en"}[d.speech.polish])
	p.SetFooterFunc(d.foot)
	p.AddPage()
	d.heading()
	d.columns()
	return p.Error()
}

// cell writes a text that may hold anything a bank's file holds.
func (d *statementPDF) cell(width, height float64, text, border, align string) {
	d.pdf.CellFormat(width, height, drawable(text), border, 0, align, false, 0, "")
}

func (d *statementPDF) foot() {
	d.pdf.SetXY(pdfMargin, pdfBottom+6)
	d.pdf.SetFont("go", "", 7)
	d.pdf.SetTextColor(90, 90, 90)
	account := d.head.IBAN.Format()
	if account == "" {
		account = d.head.Balance.ID.String()
	}
	d.cell(pdfWidth/2, 4, d.head.Number+"  "+account, "T", "L")
	d.pdf.CellFormat(pdfWidth/2, 4, fmt.Sprintf(d.speech.word("page"), d.pdf.PageNo(), pageTotal), "T", 0, "R", false, 0, "")
	d.pdf.SetTextColor(0, 0, 0)
}

// heading writes who, what and how much on the first page.
func (d *statementPDF) heading() {
	p, h, s := d.pdf, d.head, d.speech
	p.SetFont("go", "B", 16)
	d.cell(pdfWidth, 9, s.word("statement")+" "+h.Number, "", "L")
	p.Ln(9)
	p.SetFont("go", "", 10)
	d.cell(pdfWidth, 6, tidyText(h.Customer, 90), "", "L")
	p.Ln(9)
	currency := h.Balance.Currency
	counted := func(sum bank.Sum) string {
		return s.amount(sum.Amount, currency) + " " + currency.Code() + "  (" + s.printer.Sprintf("%d", sum.Count) + ")"
	}
	for _, fact := range [][2]string{
		{"owner", tidyText(h.Owner, 75)}, {"iban", h.IBAN.Format()}, {"balanceId", h.Balance.ID.String()}, {"period", h.From + " – " + h.To},
		{"opening", s.amount(h.Opening, currency) + " " + currency.Code()}, {"in", counted(h.In)}, {"out", counted(h.Out)},
		{"closing", s.amount(h.Closing, currency) + " " + currency.Code()}, {"final", s.final(h)}, {"created", bank.CivilTime(h.CreatedAt)},
	} {
		if fact[1] != "" {
			d.fact(s.word(fact[0]), fact[1], fact[0] == "closing" || fact[0] == "opening")
		}
	}
	p.Ln(4)
}

func (d *statementPDF) fact(label, text string, strong bool) {
	d.pdf.SetFont("go", "", 9)
	d.cell(48, 5, label, "", "L")
	if strong {
		d.pdf.SetFont("go", "B", 9)
	}
	d.cell(pdfWidth-48, 5, text, "", "L")
	d.pdf.Ln(5)
}

// columns writes the head of the table, on every page.
func (d *statementPDF) columns() {
	d.pdf.SetFont("go", "B", pdfSmall)
	code := " " + d.head.Balance.Currency.Code()
	d.cell(pdfDates, 6, d.speech.word("booking"), "B", "L")
	d.cell(pdfDetails, 6, d.speech.word("details"), "B", "L")
	d.cell(pdfAmount, 6, d.speech.word("amount")+code, "B", "R")
	d.cell(pdfBalance, 6, d.speech.word("balance")+code, "B", "R")
	d.pdf.Ln(7)
}

func (d *statementPDF) line(r *Row) error {
	d.lines++
	p, c := d.pdf, d.head.Balance.Currency
	p.SetFont("go", "", pdfSmall)
	texts := d.details(r)
	if p.GetY()+float64(len(texts))*pdfLine+2 > pdfBottom {
		p.AddPage()
		d.columns()
		p.SetFont("go", "", pdfSmall)
	}
	top := p.GetY()
	dates := []string{r.Booking}
	if r.Value != r.Booking {
		dates = append(dates, "("+r.Value+")")
	}
	d.column(pdfMargin, top, pdfDates, dates, "L")
	d.column(pdfMargin+pdfDates, top, pdfDetails, texts, "L")
	d.column(pdfMargin+pdfDates+pdfDetails, top, pdfAmount, []string{d.speech.amount(r.Amount, c)}, "R")
	d.column(pdfMargin+pdfDates+pdfDetails+pdfAmount, top, pdfBalance, []string{d.speech.amount(r.BalanceAfter, c)}, "R")
	bottom := top + float64(max(len(texts), len(dates)))*pdfLine + 1
	p.SetDrawColor(200, 200, 200)
	p.Line(pdfMargin, bottom, pdfMargin+pdfWidth, bottom)
	p.SetDrawColor(0, 0, 0)
	p.SetXY(pdfMargin, bottom+1)
	return p.Error()
}

// details are the lines of what happened: type and number, counterparty, account, title, reference, and the day
// that put it on this statement where that is not the bank's.
func (d *statementPDF) details(r *Row) (lines []string) {
	name, account := otherSide(r)
	add := func(text string) {
		if text = drawable(tidyText(text, pdfTexts)); text != "" {
			lines = append(lines, d.pdf.SplitText(text, pdfDetails-2)...)
		}
	}
	add(d.speech.word(r.Type.String()) + "  " + strconv.FormatInt(int64(r.ID), 10))
	add(name)
	add(grouped(account))
	add(r.Details.Title)
	if r.Details.Reference != "" {
		add(d.speech.word("reference") + ": " + r.Details.Reference)
	}
	if day := bank.CivilDate(r.At); day != r.Booking {
		add(d.speech.word("posted") + ": " + day)
	}
	return lines
}

// grouped writes an IBAN in groups of four; other accounts as they are.
func grouped(account string) string {
	if !looksLikeIBAN(account) {
		return account
	}
	var b strings.Builder
	for i, r := range account {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (d *statementPDF) column(x, y, width float64, lines []string, align string) {
	for i, text := range lines {
		d.pdf.SetXY(x, y+float64(i)*pdfLine)
		d.cell(width, pdfLine, text, "", align)
	}
}

func (d *statementPDF) end() error {
	if d.lines == 0 {
		d.pdf.SetFont("go", "", 9)
		d.cell(pdfWidth, 6, d.speech.word("none"), "", "L")
	}
	if err := d.pdf.Output(d.out); err != nil {
		return fmt.Errorf("statement as PDF: %w", err)
	}
	return nil
}

func (d *statementPDF) discard() {}

// pdfFont is the regular font, to ask which characters it has; bold has the same.
var pdfFont = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(goregular.TTF) })

// drawable replaces the characters that the font does not have, so that a gap is seen where something stood.
func drawable(s string) string {
	font, err := pdfFont()
	if err != nil {
		return s
	}
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if glyph, err := font.GlyphIndex(&buffer, r); r > 0xffff || err != nil || glyph == 0 {
			return '?'
		}
		return r
	}, s)
}
