package pain

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	namespace001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
	instant      = "2006-01-02T15:04:05Z"
	flushBytes   = 32 << 10
	noBank       = "NOTPROVIDED" // stands for a bank whose BIC is not known
)

// Write writes a message to w in large pieces and returns what it says of itself. A message that cannot be carried is
// refused with a *[RefusalError] before a byte is written; other errors are those of the orders and of w, and what was
// written by then is no message.
func Write(w io.Writer, m Message, o Options) (Totals, error) {
	c := newChecker(m, o)
	if err := c.check(); err != nil {
		return Totals{}, fmt.Errorf("write pain.001: %w", err)
	}
	p := printer{w: w, b: make([]byte, 0, flushBytes+4096)}
	p.head(&c.message, &c.totals)
	for i := range c.message.Sections {
		if err := p.section(c, i); err != nil {
			return Totals{}, fmt.Errorf("write pain.001: section %d: %w", i+1, err)
		}
	}
	p.b = append(p.b, "</CstmrCdtTrfInitn>\n</Document>\n"...)
	if err := p.flush(0); err != nil {
		return Totals{}, fmt.Errorf("write pain.001: %w", err)
	}
	return c.totals, nil
}

// printer makes XML of clean messages, whose texts have no character with a meaning in it.
type printer struct {
	w io.Writer
	b []byte
}

// flush hands on what has gathered, if it is more than so many bytes.
func (p *printer) flush(most int) error {
	if len(p.b) <= most {
		return nil
	}
	_, err := p.w.Write(p.b)
	p.b = p.b[:0]
	return err
}

// put appends pieces of XML.
func (p *printer) put(pieces ...string) {
	for _, s := range pieces {
		p.b = append(p.b, s...)
	}
}

// element appends an element with a text; without a text there is none.
func (p *printer) element(name, text string) {
	if text != "" {
		p.put("<", name, ">", text, "</", name, ">")
	}
}

func (p *printer) head(m *Message, t *Totals) {
	p.put(`<?xml version="1.0" encoding="UTF-8"?>`, "\n", `<Document xmlns="`, namespace001, `">`, "\n<CstmrCdtTrfInitn>\n<GrpHdr>")
	p.element("MsgId", m.ID)
	p.element("CreDtTm", m.Created.Format(instant))
	p.element("NbOfTxs", strconv.Itoa(t.Orders))
	p.element("CtrlSum", t.Sum)
	p.put("<InitgPty>")
	p.element("Nm", m.Initiator)
	if m.InitiatorID != "" {
		p.put("<Id><OrgId><Othr><Id>", m.InitiatorID, "</Id></Othr></OrgId></Id>")
	}
	p.put("</InitgPty></GrpHdr>\n")
}

// section appends a section of a checked message and refuses orders that are not those that were checked.
func (p *printer) section(c *checker, i int) error {
	s := &c.message.Sections[i]
	p.sectionHead(s, c.totals.Sections[i])
	n, seen, o := 0, uint64(0), &c.order
	for order, err := range s.Orders {
		if err != nil {
			return fmt.Errorf("after order %d: %w", n, err)
		}
		*o = order
		n, seen = n+1, c.follow(seen, o)
		if len(s.clean(o, c.options)) > 0 {
			return ordersDiffered(s)
		}
		p.order(s, o)
		if err := p.flush(flushBytes); err != nil {
			return err
		}
	}
	if seen != c.prints[i] || n != c.totals.Sections[i].Orders {
		return ordersDiffered(s)
	}
	p.put("</PmtInf>\n")
	return nil
}

func ordersDiffered(s *Section) error {
	return &RefusalError{ID: s.ID, Faults: []Fault{{Field: FieldOrders, Code: OrdersDiffered}}}
}

func (p *printer) sectionHead(s *Section, t SectionTotals) {
	p.put("<PmtInf>")
	p.element("PmtInfId", s.ID)
	p.put("<PmtMtd>TRF</PmtMtd>")
	p.element("BtchBookg", strconv.FormatBool(s.OneBooking))
	p.element("NbOfTxs", strconv.Itoa(t.Orders))
	p.element("CtrlSum", string(appendAmount(nil, t.Amount, s.Decimals)))
	charges := "SHAR"
	if s.SEPA() {
		p.put("<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>")
		charges = "SLEV"
	}
	p.put("<ReqdExctnDt>")
	p.element("Dt", s.Date)
	p.put("</ReqdExctnDt><Dbtr>")
	p.party(s.PayerName, &s.PayerAddress)
	p.put("</Dbtr><DbtrAcct><Id><IBAN>")
	p.b = s.Payer.Append(p.b)
	p.put("</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId>")
	if s.PayerBank == "" {
		p.put("<Othr><Id>", noBank, "</Id></Othr>")
	}
	p.element("BICFI", s.PayerBank)
	p.put("</FinInstnId></DbtrAgt>")
	p.element("ChrgBr", charges)
	p.put("\n")
}

func (p *printer) order(s *Section, o *Order) {
	p.put("<CdtTrfTxInf><PmtId>")
	p.element("EndToEndId", o.EndToEndID)
	p.put(`</PmtId><Amt><InstdAmt Ccy="`, s.Currency, `">`)
	p.b = appendAmount(p.b, o.Amount, s.Decimals)
	p.put("</InstdAmt></Amt>")
	if o.PayeeBank != "" {
		p.put("<CdtrAgt><FinInstnId><BICFI>", o.PayeeBank, "</BICFI></FinInstnId></CdtrAgt>")
	}
	p.put("<Cdtr>")
	p.party(o.PayeeName, &o.PayeeAddress)
	p.put("</Cdtr><CdtrAcct><Id><IBAN>")
	p.b = o.Payee.Append(p.b)
	p.put("</IBAN></Id></CdtrAcct>")
	switch {
	case o.Title != "":
		p.put("<RmtInf><Ustrd>", o.Title, "</Ustrd></RmtInf>")
	case o.PayeeReference != "":
		p.reference(o.PayeeReference)
	}
	p.put("</CdtTrfTxInf>\n")
}

func (p *printer) party(name string, a *Address) {
	p.element("Nm", name)
	if *a == (Address{}) {
		return
	}
	p.put("<PstlAdr>")
	p.element("StrtNm", a.Street)
	p.element("BldgNb", a.Building)
	p.element("PstCd", a.Postcode)
	p.element("TwnNm", a.Town)
	p.element("Ctry", a.Country)
	p.put("</PstlAdr>")
}

// reference appends a payee's reference, with the issuer of the scheme where it is one of ISO 11649.
func (p *printer) reference(ref string) {
	p.put("<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>")
	if strings.HasPrefix(ref, "RF") {
		p.put("<Issr>ISO</Issr>")
	}
	p.put("</Tp><Ref>", ref, "</Ref></CdtrRefInf></Strd></RmtInf>")
}
