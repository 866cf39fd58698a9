package pain

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"ims/bankfile"
)

const (
	sepaName  = 70
	otherName = 140
	titleMost = 140
	mostDigit = 18 // of a control sum, fraction included
	mostSum   = 999_999_999_999_999_999
)

// Clean returns an order of the section as it will be written: texts in the characters that banks take. It fails with a
// *[RefusalError] where [Write] would, except for what only the whole message shows. Of the section it needs Date, Currency,
// NotSEPA and Payer, so that an order can be judged before there is a message.
func (s *Section) Clean(o Order, options Options) (Order, error) {
	if list := s.clean(&o, options); len(list) > 0 {
		return o, &RefusalError{ID: o.EndToEndID, Faults: list}
	}
	return o, nil
}

func (s *Section) clean(o *Order, options Options) []Fault {
	f := faults{options: options}
	f.identifier(FieldEndToEndID, o.EndToEndID)
	if o.Amount < 1 || o.Amount > s.MaxAmount() {
		f.list = append(f.list, Fault{Field: FieldAmount, Code: AmountRange, Got: o.Amount, Limit: s.MaxAmount()})
	}
	f.needed(FieldPayeeName, &o.PayeeName, longestName(s.SEPA()))
	f.address(FieldPayeeAddress, &o.PayeeAddress)
	f.account(FieldPayee, o.Payee, s.SEPA(), s.Date)
	if o.Payee == s.Payer && !o.Payee.IsZero() {
		f.add(FieldPayee, SameAccount, "")
	}
	f.bic(FieldPayeeBank, o.PayeeBank)
	f.text(FieldTitle, &o.Title, titleMost)
	f.reference(FieldPayeeReference, &o.PayeeReference)
	if o.Title != "" && o.PayeeReference != "" {
		f.add(FieldPayeeReference, TitleTwice, "")
	}
	return f.list
}

func longestName(sepa bool) int {
	if sepa {
		return sepaName
	}
	return otherName
}

// cleanHead cleans what a section says of all its orders.
func (s *Section) cleanHead(options Options) []Fault {
	f := faults{options: options}
	f.identifier(FieldSectionID, s.ID)
	if _, err := bankfile.ParseDay(s.Date); err != nil {
		f.add(FieldDate, Format, s.Date)
	}
	if len(s.Currency) != 3 || !capital(s.Currency, false) {
		f.add(FieldCurrency, Format, s.Currency)
	}
	if s.Decimals < 0 || s.Decimals > 4 || s.Currency == euro && s.Decimals != 2 {
		f.add(FieldDecimals, Format, fmt.Sprint(s.Decimals))
	}
	f.needed(FieldPayerName, &s.PayerName, longestName(s.SEPA()))
	f.address(FieldPayerAddress, &s.PayerAddress)
	f.account(FieldPayer, s.Payer, s.SEPA(), s.Date)
	f.bic(FieldPayerBank, s.PayerBank)
	if s.Orders == nil {
		f.add(FieldOrders, Missing, "")
	}
	return f.list
}

// cleanHead cleans what a message says of itself.
func (m *Message) cleanHead(options Options) []Fault {
	f := faults{options: options}
	f.identifier(FieldMessageID, m.ID)
	m.Created = m.Created.UTC().Truncate(time.Second)
	if y := m.Created.Year(); y < 2000 || y > 9999 {
		f.add(FieldCreated, Format, m.Created.Format(instant))
	}
	sepa := slices.ContainsFunc(m.Sections, func(s Section) bool { return s.SEPA() })
	f.needed(FieldInitiator, &m.Initiator, longestName(sepa))
	if m.InitiatorID != "" {
		f.identifier(FieldInitiatorID, m.InitiatorID)
	}
	if len(m.Sections) == 0 {
		f.add(FieldSections, Missing, "")
	}
	return f.list
}

// checker goes through a whole message before a byte of it is written.
type checker struct {
	message Message // with clean heads
	options Options
	totals  Totals
	seed    maphash.Seed
	prints  []uint64            // of each section's orders, by which they are known again
	seen    map[uint64]struct{} // hashes of EndToEndIDs
	order   Order               // at hand: one place for all, as cleaning takes its address
}

func newChecker(m Message, o Options) *checker {
	m.Sections = slices.Clone(m.Sections)
	return &checker{message: m, options: o, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
}

func (c *checker) check() error {
	if list := c.message.cleanHead(c.options); len(list) > 0 {
		return &RefusalError{ID: c.message.ID, Faults: list}
	}
	for i := range c.message.Sections {
		if err := c.head(i); err != nil {
			return err
		}
		t, err := c.orders(i)
		if err != nil {
			return err
		}
		c.totals.Orders += t.Orders
		c.totals.Sections = append(c.totals.Sections, t)
	}
	sum, ok := controlSum(c.message.Sections, c.totals.Sections)
	if !ok {
		return &RefusalError{ID: c.message.ID, Faults: []Fault{{Field: FieldAmount, Code: SumRange, Limit: mostDigit}}}
	}
	c.totals.Sum = sum
	return nil
}

// follow returns the print of a section's orders up to o from that of those before.
func (c *checker) follow(before uint64, o *Order) uint64 {
	const odd = 0x9e3779b97f4a7c15 // so that the order of orders counts
	return before*odd + maphash.Comparable(c.seed, *o)
}

func (c *checker) head(i int) error {
	s := &c.message.Sections[i]
	list := s.cleanHead(c.options)
	for _, other := range c.message.Sections[:i] {
		if other.ID == s.ID {
			list = append(list, Fault{Field: FieldSectionID, Code: Duplicate, Value: bankfile.Visible(s.ID)})
		}
		if other.Payer == s.Payer && other.Currency == s.Currency && other.Date == s.Date && other.NotSEPA == s.NotSEPA {
			list = append(list, Fault{Field: FieldPayer, Code: SectionTwice, Value: bankfile.Visible(other.ID)})
		}
	}
	if len(list) > 0 {
		return &RefusalError{Section: i + 1, ID: s.ID, Faults: list}
	}
	return nil
}

// orders checks, counts and sums the orders of a section.
func (c *checker) orders(i int) (t SectionTotals, err error) {
	s := &c.message.Sections[i]
	t.ID, t.Currency = s.ID, s.Currency
	var seen uint64
	o := &c.order
	for order, err := range s.Orders {
		if err != nil {
			return t, fmt.Errorf("section %d, after order %d: %w", i+1, t.Orders, err)
		}
		t.Orders++
		*o = order
		seen = c.follow(seen, o)
		list := s.clean(o, c.options)
		if len(list) == 0 {
			if list, err = c.once(o.EndToEndID); err != nil {
				return t, err
			}
		}
		if t.Amount += o.Amount; len(list) == 0 && t.Amount > mostSum {
			list = []Fault{{Field: FieldAmount, Code: SumRange, Limit: mostDigit}}
		}
		if len(list) > 0 {
			return t, &RefusalError{Section: i + 1, Order: t.Orders, ID: o.EndToEndID, Faults: list}
		}
	}
	if t.Orders == 0 {
		return t, &RefusalError{Section: i + 1, ID: s.ID, Faults: []Fault{{Field: FieldOrders, Code: Missing}}}
	}
	c.prints = append(c.prints, seen)
	return t, nil
}

// once refuses an identifier that two orders bear. Only where two have the same hash are the orders gone through again.
func (c *checker) once(id string) ([]Fault, error) {
	h := maphash.String(c.seed, id)
	if _, again := c.seen[h]; !again {
		c.seen[h] = struct{}{}
		return nil, nil
	}
	n := 0
	for _, s := range c.message.Sections {
		if s.Orders == nil {
			continue // it is refused when its turn comes
		}
		for o, err := range s.Orders {
			if err != nil {
				return nil, fmt.Errorf("look for a duplicate: %w", err)
			}
			if o.EndToEndID == id {
				n++
			}
		}
	}
	if n > 1 {
		return []Fault{{Field: FieldEndToEndID, Code: Duplicate, Value: bankfile.Visible(id)}}, nil
	}
	return nil, nil
}

// controlSum adds up amounts of all currencies, which is what a control sum is.
func controlSum(sections []Section, totals []SectionTotals) (string, bool) {
	decimals := slices.MaxFunc(sections, func(a, b Section) int { return cmp.Compare(a.Decimals, b.Decimals) }).Decimals
	var sum int64
	for i, t := range totals {
		part := t.Amount
		for range decimals - sections[i].Decimals {
			if part > mostSum/10 {
				return "", false
			}
			part *= 10
		}
		if sum += part; sum > mostSum {
			return "", false
		}
	}
	return string(appendAmount(nil, sum, decimals)), true
}
