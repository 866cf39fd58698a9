package history

import (
	"bufio"
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ims/internal/bank"
	"ims/internal/money"
)

// camtNamespace is the version of the message that banks have settled on.
const camtNamespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

// The lengths of ISO 20022 texts.
const (
	camtReference = 35
	camtName      = 140
	camtTitle     = 140 // of one Ustrd, of which there may be several
)

// statementCamt writes a statement as camt.053.001.08: one entry with one detail a transaction, so that sums and parties are
// never a matter of interpretation.
type statementCamt struct {
	out  *bufio.Writer
	xml  *xml.Encoder
	head *Statement
	err  error
}

func newStatementCamt(w io.Writer, _ speech) statementSheet {
	out := bufio.NewWriter(w)
	return &statementCamt{out: out, xml: xml.NewEncoder(out)}
}

// open and close write the ends of an element; the first error is kept until somebody asks.
func (c *statementCamt) open(name string, attributes ...string) {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i+1 < len(attributes); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: attributes[i+1]})
	}
	c.token(start)
}

func (c *statementCamt) close(names ...string) {
	for _, name := range names {
		c.token(xml.EndElement{Name: xml.Name{Local: name}})
	}
}

func (c *statementCamt) token(t xml.Token) {
	if c.err == nil {
		c.err = c.xml.EncodeToken(t)
	}
}

// text writes a value inside of elements; nothing where there is none.
func (c *statementCamt) text(path, value string) {
	if value == "" {
		return
	}
	names := strings.Split(path, "/")
	for _, n := range names {
		c.open(n)
	}
	c.token(xml.CharData(value))
	for _, n := range slices.Backward(names) {
		c.close(n)
	}
}

func (c *statementCamt) money(minor int64) {
	currency := c.head.Balance.Currency
	c.open("Amt", "Ccy", currency.Code())
	c.token(xml.CharData(money.New(max(minor, -minor), currency).Decimal()))
	c.close("Amt")
}

func indicator(minor int64) string {
	if minor < 0 {
		return "DBIT"
	}
	return "CRDT"
}

func (c *statementCamt) begin(h *Statement) error {
	c.head = h
	_, c.err = c.out.WriteString(xml.Header)
	c.open("Document", "xmlns", camtNamespace)
	c.open("BkToCstmrStmt")
	c.open("GrpHdr")
	c.text("MsgId", h.Number)
	c.text("CreDtTm", instant(h.CreatedAt))
	c.close("GrpHdr")
	c.open("Stmt")
	c.text("Id", h.Number)
	c.text("CreDtTm", instant(h.CreatedAt))
	c.period()
	c.account()
	c.balance("OPBD", h.Opening, h.From)
	c.balance("CLBD", h.Closing, h.To)
	c.summary()
	return c.err
}

// period tells the instants; those who need days find them at the balances.
func (c *statementCamt) period() {
	begin, end, err := c.head.instants()
	if err != nil {
		c.err = err
		return
	}
	c.open("FrToDt")
	c.text("FrDtTm", instant(begin))
	c.text("ToDtTm", instant(end))
	c.close("FrToDt")
}

func (c *statementCamt) account() {
	h := c.head
	c.open("Acct")
	if h.IBAN.IsZero() {
		c.text("Id/Othr/Id", strings.ReplaceAll(h.Balance.ID.String(), "-", ""))
	} else {
		c.text("Id/IBAN", h.IBAN.String())
	}
	c.text("Ccy", h.Balance.Currency.Code())
	owner := h.Owner
	if owner == "" {
		owner = h.Customer
	}
	c.text("Ownr/Nm", tidyText(owner, camtName))
	c.text("Svcr/FinInstnId/Nm", tidyText(h.Customer, camtName))
	c.close("Acct")
}

func (c *statementCamt) balance(kind string, minor int64, day string) {
	c.open("Bal")
	c.text("Tp/CdOrPrtry/Cd", kind)
	c.money(minor)
	c.text("CdtDbtInd", indicator(minor))
	c.text("Dt/Dt", day)
	c.close("Bal")
}

func (c *statementCamt) summary() {
	h := c.head
	c.open("TxsSummry")
	for _, s := range []struct {
		name string
		sum  bank.Sum
	}{{"TtlCdtNtries", h.In}, {"TtlDbtNtries", h.Out}} {
		c.open(s.name)
		c.text("NbOfNtries", strconv.FormatInt(s.sum.Count, 10))
		c.text("Sum", money.New(s.sum.Amount, h.Balance.Currency).Decimal())
		c.close(s.name)
	}
	c.close("TxsSummry")
}

func (c *statementCamt) line(r *Row) error {
	id := strconv.FormatInt(int64(r.ID), 10)
	c.open("Ntry")
	c.text("NtryRef", id)
	c.money(r.Amount)
	c.text("CdtDbtInd", indicator(r.Amount))
	if r.Type == bank.TypeReversal {
		c.text("RvslInd", "true")
	}
	c.text("Sts/Cd", "BOOK")
	c.text("BookgDt/Dt", r.Booking)
	c.text("ValDt/Dt", r.Value)
	c.text("AcctSvcrRef", id)
	c.text("BkTxCd/Prtry/Cd", r.Type.String())
	c.detail(r, id)
	c.close("Ntry")
	return c.err
}

func (c *statementCamt) detail(r *Row, id string) {
	c.open("NtryDtls")
	c.open("TxDtls")
	c.open("Refs")
	c.text("AcctSvcrRef", id)
	c.text("EndToEndId", tidyText(r.Details.Reference, camtReference))
	c.close("Refs")
	c.money(r.Amount)
	c.text("CdtDbtInd", indicator(r.Amount))
	c.parties(r)
	if title := tidyText(r.Details.Title, 0); title != "" {
		c.open("RmtInf")
		for _, piece := range wrapped(title, camtTitle) {
			c.text("Ustrd", piece)
		}
		c.close("RmtInf")
	}
	c.close("TxDtls", "NtryDtls")
}

// parties names both sides, the balance's own by its IBAN. Of a reversal they are those of the payment that is taken back,
// as readers expect.
func (c *statementCamt) parties(r *Row) {
	d := &r.Details
	payer, payee := [2]string{d.PayerName, d.PayerAccount}, [2]string{d.PayeeName, d.PayeeAccount}
	own := &payee
	if r.Amount < 0 {
		own = &payer
	}
	if !c.head.IBAN.IsZero() {
		own[1] = c.head.IBAN.String()
	}
	if r.Type == bank.TypeReversal {
		payer, payee = payee, payer
	}
	c.open("RltdPties")
	c.text("Dbtr/Pty/Nm", tidyText(payer[0], camtName))
	c.partyAccount("DbtrAcct", payer[1])
	c.text("Cdtr/Pty/Nm", tidyText(payee[0], camtName))
	c.partyAccount("CdtrAcct", payee[1])
	c.close("RltdPties")
}

func (c *statementCamt) partyAccount(name, account string) {
	switch {
	case looksLikeIBAN(account):
		c.text(name+"/Id/IBAN", account)
	default:
		c.text(name+"/Id/Othr/Id", tidyText(account, 34))
	}
}

// looksLikeIBAN is the pattern of the message's type, which is not the check digits: the bank's text is passed on as it is.
func looksLikeIBAN(s string) bool {
	if len(s) < 5 || len(s) > 34 {
		return false
	}
	for i, r := range s {
		letter, digit := r >= 'A' && r <= 'Z', r >= '0' && r <= '9'
		if i < 2 && !letter || i >= 2 && i < 4 && !digit || !letter && !digit && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

func (c *statementCamt) end() error {
	c.close("Stmt", "BkToCstmrStmt", "Document")
	if c.err != nil {
		return c.err
	}
	if err := c.xml.Close(); err != nil {
		return err
	}
	return c.out.Flush()
}

func (c *statementCamt) discard() {}

// tidyText makes one line of a text, without control characters and blanks at its ends, of at most limit characters; 0 is no
// limit.
func tidyText(s string, limit int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(s); limit > 0 && len(runes) > limit {
		s = strings.TrimSpace(string(runes[:limit]))
	}
	return s
}

// wrapped cuts a text into pieces of at most size characters, between words where it can.
func wrapped(s string, size int) (list []string) {
	runes := []rune(s)
	for len(runes) > size {
		cut := size
		for i := size; i > size/2; i-- {
			if runes[i] == ' ' {
				cut = i
				break
			}
		}
		list = append(list, string(runes[:cut]))
		runes = []rune(strings.TrimLeft(string(runes[cut:]), " "))
	}
	return append(list, string(runes))
}
