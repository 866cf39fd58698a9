package pli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ims/bankfile"
	"ims/iban"
)

// Order is one transfer to be written: an order to a bank, or a record of a file made for tests. Texts
// are plain, without sub-lines; the writer cleans and wraps them.
type Order struct {
	Type      string    // "" is 110
	Class     string    // "" is 51, or 53 with MPP; 71 tax; 54, 55 and 74 may have no payer
	Date      string    // YYYY-MM-DD
	Amount    int64     // grosze, 1 to MaxAmount
	Payer     iban.IBAN // Polish
	Payee     iban.IBAN // Polish
	PayerName string    // up to about 140 characters, as much as wraps into 4 lines of 35
	PayeeName string    // the same
	Title     string    // the same; with MPP it may be left empty
	Reference string    // at most WriterOptions.LongestReference characters

	OperationNumber string                 // field 14; banks fill it, orders leave it empty
	MPP             *bankfile.SplitPayment // makes the title of a split payment
}

// WriterOptions say what the reader of the file expects.
type WriterOptions struct {
	Encoding         bankfile.Encoding // Auto is Windows1250
	NoComma          bool              // commas in texts become blanks, for banks that do not respect quotes
	LongestReference int               // characters of field 16; 0 is 16, which every bank takes; at most 35
}

// Writer writes records with 16 fields, CR LF after each, no header and no byte order mark.
type Writer struct {
	w    io.Writer
	opt  WriterOptions
	line []byte
}

const defaultReference = 16

// NewWriter returns a writer to w. Nothing is buffered: each record is one Write.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	if o.Encoding == bankfile.Auto {
		o.Encoding = bankfile.Windows1250
	}
	o.LongestReference = min(cmp.Or(o.LongestReference, defaultReference), longestReference)
	return &Writer{w: w, opt: o}
}

// Write writes one record. An order that the format cannot carry is refused with an error that names the
// part, and nothing is written; no text is ever cut. Reading the record gives [Writer.Clean] of the order.
func (w *Writer) Write(o Order) error {
	o, err := w.Clean(o)
	if err != nil {
		return fmt.Errorf("write pli record: %w", err)
	}
	w.line, err = w.appendRecord(w.line[:0], &o)
	if err != nil {
		return fmt.Errorf("write pli record: %w", err)
	}
	if _, err = w.w.Write(w.line); err != nil {
		return fmt.Errorf("write pli record: %w", err)
	}
	return nil
}

// Clean returns the order as it will be written: defaults filled, texts in the characters that file and
// banks accept. It fails where Write would, except for texts that are too long.
func (w *Writer) Clean(o Order) (Order, error) {
	o.Type = cmp.Or(o.Type, "110")
	if o.Class == "" && o.MPP != nil {
		o.Class = "53"
	}
	o.Class = cmp.Or(o.Class, "51")
	if err := o.check(); err != nil {
		return o, err
	}
	if o.MPP != nil {
		o.MPP = new(*o.MPP)
	}
	for _, t := range o.texts() {
		var err error
		if *t.text, err = clean(*t.text, w.opt.Encoding, !w.opt.NoComma); err != nil {
			return o, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return o.withTitle()
}

// namedText is one text of an order, to be cleaned where it stands.
type namedText struct {
	name string
	text *string
}

func (o *Order) texts() []namedText {
	list := []namedText{
		{"payer name", &o.PayerName}, {"payee name", &o.PayeeName}, {"title", &o.Title},
		{"reference", &o.Reference}, {"operation number", &o.OperationNumber},
	}
	if m := o.MPP; m != nil {
		list = append(list, namedText{"tax identifier", &m.ID}, namedText{"invoice", &m.Invoice}, namedText{"split payment text", &m.Text})
	}
	return list
}

var (
	errTitleTwice   = errors.New("a split payment makes its own title")
	errSplitParts   = errors.New("the parts of the split payment are empty, too long or hold a tag")
	errSameAccount  = errors.New("payer and payee are the same account")
	errPayerMissing = errors.New("the payer is missing")
)

// check refuses what no file can say.
func (o *Order) check() error {
	if _, err := bankfile.ParseDay(o.Date); err != nil {
		return err
	}
	_, known := internClass([]byte(o.Class))
	switch {
	case len(o.Type) != 3 || !bankfile.DigitsOnly([]byte(o.Type)) || o.Type[0] != '1':
		return fmt.Errorf("message type %q cannot be written", bankfile.Visible(o.Type))
	case !known || directDebitClass(o.Class):
		return fmt.Errorf("class %q cannot be written", bankfile.Visible(o.Class))
	case o.Amount <= 0 || o.Amount > bankfile.MaxAmount:
		return fmt.Errorf("amount of %d grosze is not within 1 to %d", o.Amount, int64(bankfile.MaxAmount))
	case o.Payee.Country() != "PL":
		return fmt.Errorf("the payee's account is not Polish")
	case o.Payer.IsZero() && !payerless(o.Class):
		return errPayerMissing
	case !o.Payer.IsZero() && o.Payer.Country() != "PL":
		return fmt.Errorf("the payer's account is not Polish")
	case o.Payer == o.Payee:
		return errSameAccount
	case (o.MPP != nil) != splitPaymentClass(o.Class):
		return fmt.Errorf("class %s does not go with a split payment or the lack of one", o.Class)
	}
	return nil
}

// withTitle makes the title of a split payment and refuses one that the class or its reader would
// misunderstand.
func (o Order) withTitle() (Order, error) {
	if o.MPP != nil {
		return o.withSplitTitle()
	}
	switch {
	case strings.HasPrefix(o.Title, "/VAT/"):
		return o, fmt.Errorf("the title is that of a split payment, class %s is not", o.Class)
	case o.Class == "71" && !inOrder(o.Title, "/TI/", "/OKR/", "/SFP/"):
		return o, fmt.Errorf("a tax payment needs a title of the form /TI/x/OKR/x/SFP/x")
	}
	return o, nil
}

// withSplitTitle makes the title of a split payment and reads it again, so that no part can pass for a tag.
func (o Order) withSplitTitle() (Order, error) {
	m := o.MPP
	if m.VAT < 0 || m.VAT > o.Amount || m.VAT > mpMostVAT {
		return o, fmt.Errorf("VAT of %d grosze does not fit an amount of %d", m.VAT, o.Amount)
	}
	vat := fmt.Sprintf("%d,%02d", m.VAT/100, m.VAT%100)
	title := "/VAT/" + vat + "/IDC/" + m.ID + "/INV/" + m.Invoice
	if m.Text != "" {
		title += "/TXT/" + m.Text
	}
	again := bankfile.SplitPayment{}
	gotVAT, ok := cutTitle(title, &again)
	again.VAT = m.VAT
	if !ok || gotVAT != vat || again != *m || !fits(m) {
		return o, errSplitParts
	}
	if o.Title != "" && o.Title != title {
		return o, errTitleTwice
	}
	o.Title = title
	return o, nil
}

// fits reports whether each part has the length that the title allows.
func fits(m *bankfile.SplitPayment) bool {
	id, invoice := letters(m.ID), letters(m.Invoice)
	return id > 0 && id <= mpLongestID && invoice > 0 && invoice <= mpLongestInvoice && letters(m.Text) <= mpLongestText
}

// mpMostVAT is what ten digits and two decimals hold, in grosze.
const mpMostVAT = 999_999_999_999

// appendRecord appends the line of a clean order: quotes on texts, accounts and codes, none on fields 1
// to 5, 10 and 11, which is the form most banks describe.
func (w *Writer) appendRecord(b []byte, o *Order) ([]byte, error) {
	payer, payee := nrb(o.Payer), nrb(o.Payee)
	b = append(append(b, o.Type...), ',')
	b = append(append(b, o.Date[:4]+o.Date[5:7]+o.Date[8:]...), ',')
	b = append(strconv.AppendInt(b, o.Amount, 10), ',')
	b = append(append(b, bankOf(payer)...), `,0,"`...)
	b = append(append(b, payer...), `","`...)
	b = append(append(b, payee...), `","`...)
	var err error
	if b, err = w.appendLines(b, "payer name", o.PayerName, wrap); err != nil {
		return nil, err
	}
	if b, err = w.appendLines(append(b, `","`...), "payee name", o.PayeeName, wrap); err != nil {
		return nil, err
	}
	b = append(append(append(b, `",0,`...), bankOf(payee)...), `,"`...)
	if b, err = w.appendLines(b, "title", o.Title, titleWrap(o.Title)); err != nil {
		return nil, err
	}
	return w.appendEnd(b, o)
}

// appendEnd appends fields 13 to 16.
func (w *Writer) appendEnd(b []byte, o *Order) ([]byte, error) {
	if n := letters(o.Reference); n > w.opt.LongestReference {
		return nil, fmt.Errorf("reference: %d characters, more than %d", n, w.opt.LongestReference)
	}
	b, err := w.appendLines(append(b, `","","`...), "operation number", o.OperationNumber, wrap)
	if err != nil {
		return nil, err
	}
	b = append(append(append(b, `","`...), o.Class...), `","`...)
	b = w.opt.Encoding.AppendEncoded(b, o.Reference)
	return append(b, "\"\r\n"...), nil
}

func titleWrap(title string) func(string) ([]string, error) {
	if structured([]byte(title)) {
		return wrapTags
	}
	return wrap
}

func (w *Writer) appendLines(b []byte, name, s string, cut func(string) ([]string, error)) ([]byte, error) {
	lines, err := cut(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return w.opt.Encoding.AppendEncoded(b, strings.Join(lines, "|")), nil
}

// nrb returns the 26 digits of a Polish IBAN, "" for none.
func nrb(n iban.IBAN) string {
	if n.IsZero() {
		return ""
	}
	return n.String()[len("PL"):]
}

// bankOf returns the sort code of a 26-digit number.
func bankOf(nrb string) string {
	if nrb == "" {
		return ""
	}
	return nrb[2 : 2+bankDigits]
}
