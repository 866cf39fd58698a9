package mt940

import "ims/bankfile"

// The rules about a message as a whole: that nothing is missing and that everything adds up.

// count adds a booking to the sums. One whose mark or amount could not be read counts as nothing, so that the message adds up
// only if what could be read is all that changed the balance.
func (s *statement) count(m mark, amount int64, readable bool) {
	if !readable {
		return
	}
	side := debits
	if m.incoming() {
		side = credits
	}
	if m.expected() {
		s.expected[side].add(amount)
		return
	}
	s.sides[side].add(amount)
	if side == debits {
		amount = -amount
	}
	s.booked.add(amount)
}

// follow compares the opening of a message with the one before it. A statement may be cut into messages: each but the first
// opens with :60M: where the one before closed with :62M:.
func (s *statement) follow(e event) {
	last := &s.format.last
	goesOn := last.open && last.account == s.account && last.number == s.number
	if last.open && !(goesOn && e.tag == "60M") {
		s.find(bankfile.FileStatementPart, last.line, last.name())
	}
	switch {
	case e.tag != "60M":
	case !goesOn:
		s.find(bankfile.FileStatementPart, e.line, s.name())
	case s.sequence != last.sequence+1 || s.opened && s.opening != last.closing:
		whole := part{account: s.account, number: s.number}
		s.format.file.Find(bankfile.Finding{Code: bankfile.FileStatementGap, Line: e.line, Value: whole.name(),
			Params: bankfile.Params{Got: int64(s.sequence), Limit: int64(last.sequence)}})
	}
	last.open = false
}

// end judges a message that is over.
func (f *format) end(e event) {
	s := &f.statement
	complete := s.structure(e)
	if complete && f.kind == endOfDay {
		s.balances()
	}
	for side := range s.controls {
		s.control(side)
	}
	f.last = s.part
	f.last.open = complete && s.open && s.closed
	f.last.line = s.line
}

// structure judges how the message ended and what it lacks; false if it is not whole.
func (s *statement) structure(e event) bool {
	f := s.format
	missing := s.missing()
	if f.kind == endOfDay && s.has([]string{"34F", "13D"}) && !s.has([]string{"60F", "60M", "62F", "62M"}) {
		f.other(s.line, "mt"+string(interim))
	}
	switch {
	case f.otherKind:
		return false
	case e.end == endBroken, e.end == endNext && f.dashes:
		s.find(bankfile.FileMalformed, e.line, f.parser.text(f.fields.line.Text))
		return false
	case e.end == endBlock, e.end == endFile && (f.dashes || len(missing) > 0 || !s.concluded()):
		s.find(bankfile.FileTruncated, e.line, "")
		return false
	case e.end == endMarked && !f.fields.inBlocks:
		f.dashes = true
	}
	for _, tag := range missing {
		s.find(bankfile.FileFieldMissing, s.line, ":"+tag+":")
	}
	return len(missing) == 0
}

func (s *statement) missing() (list []string) {
	for _, names := range mandatory[s.format.kind] {
		if !s.has(names) {
			list = append(list, names[0])
		}
	}
	return list
}

// concluded reports a message whose fields show that it is whole, where no mark does: the closing balance, or the sums of an
// interim report.
func (s *statement) concluded() bool {
	return s.format.kind == endOfDay || s.has([]string{"90D", "90C"})
}

// balances compares the closing balance with the opening one and the bookings.
func (s *statement) balances() {
	if !s.opened || !s.closed {
		return
	}
	sum := s.booked
	sum.add(s.opening)
	if sum.over || sum.sum != s.closing {
		s.format.file.Find(bankfile.Finding{Code: bankfile.FileBalanceMismatch, Line: s.closingLine, Value: s.name(),
			Params: bankfile.Params{Got: sum.sum, Limit: s.closing}})
	}
}

// control compares :90D: or :90C: with the bookings. Whether those only announced count is told differently: either will do.
func (s *statement) control(side int) {
	c, booked := s.controls[side], s.sides[side]
	all := booked
	all.add(s.expected[side].sum)
	all.count += s.expected[side].count - 1
	if c.line == 0 || c.equals(booked) || !s.expected[side].over && c.equals(all) {
		return
	}
	found := bankfile.Finding{Code: bankfile.FileControlTotals, Line: c.line, Params: bankfile.Params{Hint: "count", Got: booked.count, Limit: c.count}}
	if c.count == booked.count {
		found.Params = bankfile.Params{Hint: "sum", Got: booked.sum, Limit: c.sum}
	}
	s.format.file.Find(found)
}
