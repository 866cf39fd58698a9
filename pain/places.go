package pain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ims/bankfile"
)

// answerPlaces are the elements of a report that mean something, wherever versions put them.
var answerPlaces = newAnswerPlaces()

func newAnswerPlaces() *place[Reader] {
	document := &place[Reader]{}
	for name, kind := range otherMessages {
		document.at(name).begin = func(*Reader) error {
			return unreadable(bankfile.FileWrongFormat, bankfile.Params{Hint: kind})
		}
	}
	message := document.at("CstmrPmtStsRpt")
	message.begin = (*Reader).beginMessage
	message.at("GrpHdr/MsgId").end = func(r *Reader, v value) error { r.report.MessageID = v.text; return nil }
	message.at("GrpHdr/CreDtTm").end = func(r *Reader, v value) error { r.report.Created = v.text; return nil }
	group, section := message.at("OrgnlGrpInfAndSts"), message.at("OrgnlPmtInfAndSts")
	order := section.at("TxInfAndSts")
	group.begin, group.end = (*Reader).beginGroup, func(r *Reader, _ value) error { return r.endGroup() }
	section.begin, section.end = (*Reader).beginSection, (*Reader).leaveSection
	order.begin, order.end = (*Reader).beginOrder, func(r *Reader, _ value) error { return r.endOrder() }
	placeGroup(group)
	placeSection(section)
	placeOrder(order)
	for _, p := range []*place[Reader]{group, section, order} {
		p.at("StsRsnInf").begin = (*Reader).beginReason
		p.at("StsRsnInf/Rsn/Cd").end = (*Reader).reasonCode
		p.at("StsRsnInf/Rsn/Prtry").end = (*Reader).reasonCode
		p.at("StsRsnInf/AddtlInf").end = (*Reader).reasonText
	}
	root := &place[Reader]{children: map[string]*place[Reader]{"Document": document}}
	root.children[""] = &place[Reader]{children: map[string]*place[Reader]{"Document": document}} // a bank's own envelope
	return root
}

// otherMessages are what else a bank or an operator may send, as the hints of findings call it.
var otherMessages = map[string]string{
	"CstmrCdtTrfInitn": "pain", "CstmrDrctDbtInitn": "pain.008", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054",
	"BkToCstmrAcctRpt": "camt.052", "FIToFICstmrCdtTrf": "pacs.008",
}

func placeGroup(p *place[Reader]) {
	p.at("OrgnlMsgId").end = once("OrgnlMsgId", func(a *Answer) *string { return &a.MessageID })
	p.at("OrgnlMsgNmId").end = (*Reader).originalName
	p.at("OrgnlNbOfTxs").end = (*Reader).count
	p.at("OrgnlCtrlSum").end = once("OrgnlCtrlSum", func(a *Answer) *string { return &a.Sum })
	p.at("GrpSts").end = once("GrpSts", func(a *Answer) *string { return &a.Status })
}

func placeSection(p *place[Reader]) {
	p.at("OrgnlPmtInfId").end = once("OrgnlPmtInfId", func(a *Answer) *string { return &a.SectionID })
	p.at("OrgnlNbOfTxs").end = (*Reader).count
	p.at("OrgnlCtrlSum").end = once("OrgnlCtrlSum", func(a *Answer) *string { return &a.Sum })
	p.at("PmtInfSts").end = once("PmtInfSts", func(a *Answer) *string { return &a.Status })
}

func placeOrder(p *place[Reader]) {
	p.at("OrgnlInstrId").end = once("OrgnlInstrId", func(a *Answer) *string { return &a.InstructionID })
	p.at("OrgnlEndToEndId").end = (*Reader).endToEnd
	p.at("OrgnlTxId").end = once("OrgnlTxId", func(a *Answer) *string { return &a.TransactionID })
	p.at("OrgnlUETR").end = once("OrgnlUETR", func(a *Answer) *string { return &a.UETR })
	p.at("TxSts").end = once("TxSts", func(a *Answer) *string { return &a.Status })
	p.at("AcctSvcrRef").end = once("AcctSvcrRef", func(a *Answer) *string { return &a.BankReference })
	p.at("OrgnlTxRef/Amt/InstdAmt").end = (*Reader).amount
}

// once sets what is said of something once. Said again, and differently, it is said by nobody.
func once(element string, of func(*Answer) *string) func(*Reader, value) error {
	return func(r *Reader, v value) error { return r.set(element, of(r.innermost()), v.text) }
}

func (r *Reader) set(element string, to *string, text string) error {
	a, err := r.open(element)
	switch {
	case err != nil:
		return err
	case *to == "":
		*to = text
	case *to != text && !slices.ContainsFunc(a.Findings, func(f bankfile.Finding) bool { return f.Element == element }):
		a.find(bankfile.RecordFieldRepeated, element, text, bankfile.Params{})
	}
	return nil
}

// open returns what a value is said of, unless that has been handed out already.
func (r *Reader) open(element string) (*Answer, error) {
	a := r.innermost()
	if a == r.section && r.sections {
		return nil, malformed("<%s> behind orders", element)
	}
	return a, nil
}

func (r *Reader) beginMessage() error {
	if r.found {
		return malformed("a second report")
	}
	r.found = true
	return nil
}

func (r *Reader) beginGroup() error {
	if r.grouped {
		return malformed("<OrgnlGrpInfAndSts> twice, or behind sections")
	}
	return nil
}

func (r *Reader) leaveSection(value) error {
	err := r.endSection()
	r.section = nil
	return err
}

// originalName refuses answers to direct debits: their identifiers are not those of our orders.
func (r *Reader) originalName(v value) error {
	if strings.HasPrefix(strings.ToLower(v.text), "pain.008") {
		return unreadable(bankfile.FileWrongFormat, bankfile.Params{Hint: "pain.008"})
	}
	r.report.OriginalMessageName = v.text
	return nil
}

// count takes what is informative only: a number that cannot be read is as good as none.
func (r *Reader) count(v value) error {
	a, err := r.open("OrgnlNbOfTxs")
	if n, bad := strconv.ParseUint(v.text, 10, 31); err == nil && bad == nil {
		a.Orders = int(n)
	}
	return err
}

// endToEnd leaves out the word that banks put where they were given nothing.
func (r *Reader) endToEnd(v value) error {
	if strings.EqualFold(v.text, noBank) {
		return nil
	}
	return r.set("OrgnlEndToEndId", &r.order.EndToEndID, v.text)
}

func (r *Reader) amount(v value) error {
	if err := r.set("InstdAmt", &r.order.Amount, v.text); err != nil {
		return err
	}
	return r.set("Ccy", &r.order.Currency, v.currency)
}

func (r *Reader) beginReason() error {
	a, err := r.open("StsRsnInf")
	if err != nil {
		return err
	}
	if len(a.Reasons) == mostReasons {
		r.reason = &StatusReason{} // read, but not kept
		return nil
	}
	a.Reasons = append(a.Reasons, StatusReason{})
	r.reason = &a.Reasons[len(a.Reasons)-1]
	return nil
}

func (r *Reader) reasonCode(v value) error {
	if r.reason.Code == "" {
		r.reason.Code = cut(v.text, mostText)
	}
	return nil
}

func (r *Reader) reasonText(v value) error {
	r.reason.Text = cut(strings.TrimSpace(r.reason.Text+" "+v.text), mostText)
	return nil
}

// cut shortens what is only shown.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return fmt.Sprintf("%s…", string([]rune(s)[:most]))
}
