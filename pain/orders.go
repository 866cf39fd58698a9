package pain

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ims/bankfile"
	"ims/iban"
)

// ReadOrders reads a message that [Write] has written and calls each with every order and the head of its section, in their
// order. It returns the message, its sections without their orders, and the totals, which it has counted itself and compared
// with those the message states.
//
// It is there to prove a file, not to take files of others: an element that Write does not write, a text that it would have
// written differently, and totals that are not those of the orders to the digit are an *[UnreadableError]. Other errors are
// of reading and those of each, which end the reading. Of the limits it knows Bytes and Records.
func ReadOrders(r io.Reader, l bankfile.Limits, each func(*Section, Order) error) (Message, Totals, error) {
	src, err := newSource(r, l)
	if err != nil {
		return Message{}, Totals{}, fmt.Errorf("read pain.001: %w", err)
	}
	o := orders{each: each, most: cmp.Or(l.Records, bankfile.DefaultRecords), walk: newWalker(src, orderPlaces, true)}
	for err == nil {
		err = o.walk.next(&o)
	}
	if errors.Is(err, io.EOF) {
		err = o.whole()
	}
	if err != nil {
		return Message{}, Totals{}, fmt.Errorf("read pain.001: %w", err)
	}
	return o.message, o.totals, nil
}

// orders is what has been read of a message.
type orders struct {
	walk    *walker[orders]
	each    func(*Section, Order) error
	most    int
	message Message
	totals  Totals
	stated  stated // in the header
	section Section
	part    SectionTotals
	states  stated // in the section
	service bool   // the section is of the service level SEPA
	order   Order

	amount, currency string // of the order
}

// stated are totals as a message has them.
type stated struct{ orders, sum string }

func (o *orders) endOrder(value) error {
	if o.totals.Orders == o.most {
		return unreadable(bankfile.FileTooManyRecords, bankfile.Params{Limit: int64(o.most)})
	}
	decimals := 0
	if _, fraction, point := strings.Cut(o.amount, "."); point {
		decimals = len(fraction)
	}
	s := &o.section
	if o.part.Orders == 0 {
		s.Currency, s.Decimals, s.NotSEPA = o.currency, decimals, o.currency == euro && !o.service
		if err := o.endHead(); err != nil {
			return err
		}
	}
	amount, ok := ParseAmount(o.amount, s.Decimals)
	if !ok || decimals != s.Decimals || s.Currency != o.currency {
		return malformed("the amount %s %s", o.amount, o.currency)
	}
	o.order.Amount = amount
	if clean, err := s.Clean(o.order, asWritten); err != nil || clean != o.order {
		return malformed("the order %s cannot have been written so: %v", o.order.EndToEndID, err)
	}
	o.totals.Orders++
	o.part.Orders++
	if o.part.Amount += amount; o.part.Amount > mostSum {
		return unreadable(bankfile.FileSumOverflow, bankfile.Params{})
	}
	return o.each(s, o.order)
}

// asWritten takes what Write writes with any options.
var asWritten = Options{Letters: true}

// endHead judges the head of a section when its first order has told the currency.
func (o *orders) endHead() error {
	s := o.section
	s.Orders = OrdersOf() // they are judged one by one
	list := s.cleanHead(asWritten)
	if len(list) > 0 || s.PayerName != o.section.PayerName || s.PayerAddress != o.section.PayerAddress || s.SEPA() != o.service {
		return malformed("%v", &RefusalError{Section: len(o.message.Sections) + 1, ID: s.ID, Faults: list})
	}
	return nil
}

func (o *orders) beginSection() error {
	o.section, o.part, o.states, o.service = Section{}, SectionTotals{}, stated{}, false
	return nil
}

func (o *orders) beginOrder() error {
	o.order, o.amount, o.currency = Order{}, "", ""
	return nil
}

func (o *orders) endSection(value) error {
	if o.part.Orders == 0 {
		return malformed("the section %s has no orders", o.section.ID)
	}
	o.part.ID, o.part.Currency = o.section.ID, o.section.Currency
	sum := string(appendAmount(nil, o.part.Amount, o.section.Decimals))
	if err := o.states.compare(o.part.Orders, sum); err != nil {
		return err
	}
	o.message.Sections = append(o.message.Sections, o.section)
	o.totals.Sections = append(o.totals.Sections, o.part)
	return nil
}

// whole judges a message that was read to its end.
func (o *orders) whole() error {
	if len(o.message.Sections) == 0 {
		return unreadable(bankfile.FileEmpty, bankfile.Params{})
	}
	m := o.message
	if list := m.cleanHead(asWritten); len(list) > 0 || m.Initiator != o.message.Initiator {
		return malformed("%v", &RefusalError{ID: m.ID, Faults: list})
	}
	sum, ok := controlSum(o.message.Sections, o.totals.Sections)
	if !ok {
		return unreadable(bankfile.FileSumOverflow, bankfile.Params{})
	}
	o.totals.Sum = sum
	return o.stated.compare(o.totals.Orders, sum)
}

// compare refuses totals that are not those of the orders, to the digit.
func (s stated) compare(n int, sum string) error {
	if s.orders != fmt.Sprint(n) {
		return malformed("NbOfTxs is %s, there are %d", s.orders, n)
	}
	if s.sum != sum {
		return malformed("CtrlSum is %s, the amounts add up to %s", s.sum, sum)
	}
	return nil
}

// orderPlaces are the elements that Write writes.
var orderPlaces = newOrderPlaces()

func newOrderPlaces() *place[orders] {
	root := &place[orders]{}
	message := root.at("Document/CstmrCdtTrfInitn")
	head, section := message.at("GrpHdr"), message.at("PmtInf")
	head.text("MsgId", func(o *orders) *string { return &o.message.ID })
	head.at("CreDtTm").end = (*orders).created
	head.text("NbOfTxs", func(o *orders) *string { return &o.stated.orders })
	head.text("CtrlSum", func(o *orders) *string { return &o.stated.sum })
	head.text("InitgPty/Nm", func(o *orders) *string { return &o.message.Initiator })
	head.text("InitgPty/Id/OrgId/Othr/Id", func(o *orders) *string { return &o.message.InitiatorID })
	section.begin, section.end = (*orders).beginSection, (*orders).endSection
	placeOrders(section)
	order := section.at("CdtTrfTxInf")
	order.begin, order.end = (*orders).beginOrder, (*orders).endOrder
	placeTransfer(order)
	return root
}

// text puts the text of an element where it belongs.
func (p *place[T]) text(path string, of func(*T) *string) {
	p.at(path).end = func(t *T, v value) error { *of(t) = v.text; return nil }
}

// fixed refuses any text of an element but one.
func (p *place[T]) fixed(path, text string) {
	p.at(path).end = func(_ *T, v value) error {
		if v.text != text {
			return malformed("<%s>%s", path, v.text)
		}
		return nil
	}
}

func (p *place[T]) address(of func(*T) *Address) {
	p.text("StrtNm", func(t *T) *string { return &of(t).Street })
	p.text("BldgNb", func(t *T) *string { return &of(t).Building })
	p.text("PstCd", func(t *T) *string { return &of(t).Postcode })
	p.text("TwnNm", func(t *T) *string { return &of(t).Town })
	p.text("Ctry", func(t *T) *string { return &of(t).Country })
}

func (p *place[T]) account(path string, of func(*T) *iban.IBAN) {
	p.at(path).end = func(t *T, v value) error {
		n, err := iban.ParseISO(v.text)
		if err != nil || n.String() != v.text {
			return malformed("<IBAN>%s", v.text)
		}
		*of(t) = n
		return nil
	}
}

func placeOrders(p *place[orders]) {
	p.text("PmtInfId", func(o *orders) *string { return &o.section.ID })
	p.fixed("PmtMtd", "TRF")
	p.at("BtchBookg").end = func(o *orders, v value) error { o.section.OneBooking = v.text == "true"; return nil }
	p.text("NbOfTxs", func(o *orders) *string { return &o.states.orders })
	p.text("CtrlSum", func(o *orders) *string { return &o.states.sum })
	p.at("PmtTpInf/SvcLvl/Cd").end = func(o *orders, v value) error { o.service = v.text == "SEPA"; return nil }
	p.text("ReqdExctnDt/Dt", func(o *orders) *string { return &o.section.Date })
	p.text("Dbtr/Nm", func(o *orders) *string { return &o.section.PayerName })
	p.at("Dbtr/PstlAdr").address(func(o *orders) *Address { return &o.section.PayerAddress })
	p.account("DbtrAcct/Id/IBAN", func(o *orders) *iban.IBAN { return &o.section.Payer })
	p.text("DbtrAgt/FinInstnId/BICFI", func(o *orders) *string { return &o.section.PayerBank })
	p.fixed("DbtrAgt/FinInstnId/Othr/Id", noBank)
	p.at("ChrgBr").end = func(o *orders, v value) error {
		if want := map[bool]string{true: "SLEV", false: "SHAR"}[o.service]; v.text != want {
			return malformed("<ChrgBr>%s", v.text)
		}
		return nil
	}
}

func placeTransfer(p *place[orders]) {
	p.text("PmtId/EndToEndId", func(o *orders) *string { return &o.order.EndToEndID })
	p.at("Amt/InstdAmt").end = func(o *orders, v value) error {
		o.amount, o.currency = v.text, v.currency
		return nil
	}
	p.text("CdtrAgt/FinInstnId/BICFI", func(o *orders) *string { return &o.order.PayeeBank })
	p.text("Cdtr/Nm", func(o *orders) *string { return &o.order.PayeeName })
	p.at("Cdtr/PstlAdr").address(func(o *orders) *Address { return &o.order.PayeeAddress })
	p.account("CdtrAcct/Id/IBAN", func(o *orders) *iban.IBAN { return &o.order.Payee })
	p.text("RmtInf/Ustrd", func(o *orders) *string { return &o.order.Title })
	p.fixed("RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd", "SCOR")
	p.fixed("RmtInf/Strd/CdtrRefInf/Tp/Issr", "ISO")
	p.text("RmtInf/Strd/CdtrRefInf/Ref", func(o *orders) *string { return &o.order.PayeeReference })
}

func (o *orders) created(v value) (err error) {
	if o.message.Created, err = time.Parse(instant, v.text); err != nil {
		return malformed("<CreDtTm>%s", v.text)
	}
	return nil
}
