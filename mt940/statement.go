package mt940

import (
	"bytes"
	"math"
	"strconv"

	"ims/bankfile"
)

// tagRule says where a field stands in a message.
type tagRule struct {
	name    string
	rank    int // fields of a message never go down in rank; 0: anywhere
	repeats bool
}

// The ranks that rules ask for.
const (
	rankBooking = 7
	rankClosing = 8
	rankInfo    = 12 // :86: about the whole message
)

// tags are the fields of both kinds of message. Some banks add the sums of an MT942 to their MT940.
var tags = [...]tagRule{
	{"61", rankBooking, true}, {"86", rankBooking, true},
	{"20", 1, false}, {"21", 2, false}, {"25", 3, false}, {"25P", 3, false}, {"28C", 4, false},
	{"34F", 5, true}, {"13D", 5, false}, {"60F", 6, false}, {"60M", 6, false},
	{"62F", rankClosing, false}, {"62M", rankClosing, false}, {"64", 9, false}, {"65", 10, true},
	{"90D", 11, false}, {"90C", 11, false}, {"NS", 0, true},
}

// mandatory are the fields that each kind of message has, alternatives behind the usual one.
var mandatory = map[messageKind][][]string{
	endOfDay: {{"20"}, {"25", "25P"}, {"28C"}, {"60F", "60M"}, {"62F", "62M"}},
	interim:  {{"20"}, {"25", "25P"}, {"28C"}, {"34F"}, {"13D"}},
}

// total adds amounts; over says that the sum left 63 bits and means nothing.
type total struct {
	count int64
	sum   int64
	over  bool
}

func (t *total) add(amount int64) {
	t.count++
	switch {
	case amount > 0 && t.sum > math.MaxInt64-amount, amount < 0 && t.sum < math.MinInt64-amount:
		t.over = true
	default:
		t.sum += amount
	}
}

func (t total) equals(other total) bool {
	return !t.over && !other.over && t.sum == other.sum && t.count == other.count
}

// control is what :90D: or :90C: says.
type control struct {
	total
	line int // 0: there is none
}

// part is what is remembered of a message for the one after it: a statement may be cut into several.
type part struct {
	account  string
	number   int
	sequence int
	line     int
	closing  int64
	open     bool // closed by :62M:, so that another part follows
}

// name is the identity of a message: account, statement number, and sequence where there is one.
func (p *part) name() string {
	name := p.account + "/" + strconv.Itoa(p.number)
	if p.sequence > 0 {
		name += "/" + strconv.Itoa(p.sequence)
	}
	return name
}

// statement is the message being read: what its fields say apart from the bookings, and the sums of those.
type statement struct {
	format *format
	part

	heading  []byte // :20:, :25: and :28C: as received
	seen     [len(tags)]bool
	rank     int
	previous string // tag

	owner    bankfile.Account // Kind Master or Virtual; None until :25: names one of ours
	currency string           // one that is not the master account's, or ""
	asked    string           // the field that says so

	opened, closed bool // the balances could be read
	opening        int64
	closingLine    int
	booked         total
	sides          [2]total // booked, by side
	expected       [2]total // only announced, by side
	controls       [2]control
}

// The sides of statement.sides.
const (
	debits = iota
	credits
)

// begin starts a message.
func (f *format) begin(e event) {
	f.messages++
	f.statement = statement{format: f, heading: f.statement.heading[:0]}
	f.statement.line = e.line
	switch e.named {
	case "", f.kind:
	case endOfDay, interim:
		f.other(e.line, "mt"+string(e.named))
	default:
		f.other(e.line, "swift")
	}
}

// other reports, once, that this is a file of another kind.
func (f *format) other(line int, hint string) {
	if !f.otherKind {
		f.otherKind = true
		f.file.Find(bankfile.Finding{Code: bankfile.FileWrongFormat, Line: line, Params: bankfile.Params{Hint: hint}})
	}
}

// place judges where a field stands; false if it is to be skipped.
func (s *statement) place(e event) bool {
	i := indexOf(e.tag)
	if i < 0 {
		s.find(bankfile.FileFieldUnknown, e.line, ":"+e.tag+":")
		return false
	}
	rank, again := tags[i].rank, s.seen[i] && !tags[i].repeats
	if e.tag == "86" && s.previous != "61" {
		rank = s.infoRank()
	}
	if again || rank != 0 && rank < s.rank {
		s.find(bankfile.FileFieldOrder, e.line, ":"+e.tag+":")
	}
	s.seen[i], s.previous, s.rank = true, e.tag, max(s.rank, rank)
	if s.format.kind == interim && (rank == 6 || rank >= rankClosing && rank <= 10) {
		s.format.other(e.line, "mt"+string(endOfDay))
	}
	return !again
}

// infoRank is the rank of a :86: that belongs to no :61:. Only behind the bookings it is about the whole message.
func (s *statement) infoRank() int {
	if s.rank >= rankClosing {
		return rankInfo
	}
	return -1
}

func indexOf(tag string) int {
	for i := range tags {
		if tags[i].name == tag {
			return i
		}
	}
	return -1
}

func (s *statement) has(names []string) bool {
	for _, name := range names {
		if s.seen[indexOf(name)] {
			return true
		}
	}
	return false
}

func (s *statement) find(code bankfile.Code, line int, value string) {
	s.format.file.Find(bankfile.Finding{Code: code, Line: line, Value: bankfile.Visible(value)})
}

// unreadable reports a field whose content means nothing.
func (s *statement) unreadable(e event) {
	s.find(bankfile.FileFieldFormat, e.line, s.format.parser.text(e.raw))
}

// read takes what a field says. Those that nothing depends on are not looked into.
func (s *statement) read(e event) {
	if heads(e.tag) {
		s.heading = append(append(s.heading, e.raw...), "\r\n"...)
	}
	value, _, more := bytes.Cut(e.value, []byte("\r\n"))
	value = bytes.TrimSpace(value)
	switch {
	case e.long || len(value) == 0 || more && e.tag != "25P" && e.tag != "86" && e.tag != "NS":
		s.unreadable(e)
	case e.tag == "25" || e.tag == "25P":
		s.readAccount(e, value)
	case e.tag == "28C":
		s.readNumber(e, value)
	case e.tag == "34F":
		s.readFloor(e, value)
	case s.format.otherKind:
	case e.tag == "60F" || e.tag == "60M":
		s.opening, s.opened = s.readBalance(e, value)
		s.follow(e)
	case e.tag == "62F" || e.tag == "62M":
		s.closing, s.closed = s.readBalance(e, value)
		s.open, s.closingLine = e.tag == "62M", e.line
	case e.tag == "90D":
		s.readControl(e, value, &s.controls[debits])
	case e.tag == "90C":
		s.readControl(e, value, &s.controls[credits])
	}
}

// heads reports the fields that say which statement a message is of.
func heads(tag string) bool { return tag == "20" || tag == "25" || tag == "25P" || tag == "28C" }

func (s *statement) readAccount(e event, value []byte) {
	text := s.format.parser.text(value)
	s.owner, s.account = s.format.parser.owner(text)
	if s.owner.Kind == bankfile.None {
		s.find(bankfile.FileWrongAccount, e.line, text)
	}
}

// readNumber reads 5n[/5n].
func (s *statement) readNumber(e event, value []byte) {
	number, sequence, more := bytes.Cut(value, []byte("/"))
	if !bankfile.DigitsOnly(number) || len(number) > 9 || more && (!bankfile.DigitsOnly(sequence) || len(sequence) > 9) {
		s.unreadable(e)
		return
	}
	s.number, s.sequence = bankfile.Number(number), bankfile.Number(sequence)
}

// readFloor reads the currency of an MT942; the floor itself, below which the bank does not tell bookings, is its affair.
func (s *statement) readFloor(e event, value []byte) {
	if len(value) < 3 || !capitals(value[:3]) {
		s.unreadable(e)
		return
	}
	s.readCurrency(e, string(value[:3]))
}

func (s *statement) readCurrency(e event, code string) bool {
	if code == s.format.file.Options.Currency {
		return true
	}
	if s.currency == "" {
		s.currency, s.asked = code, ":"+e.tag+":"
	}
	s.format.file.Find(bankfile.Finding{Code: bankfile.RecordCurrency, Line: e.line, Element: ":" + e.tag + ":", Value: code})
	return false
}

// readBalance reads C or D, YYMMDD, a currency, an amount; the amount is negative on the debit side.
func (s *statement) readBalance(e event, value []byte) (amount int64, ok bool) {
	if len(value) < 12 || value[0] != 'C' && value[0] != 'D' || s.format.parser.day(value[1:7]).Fault != "" || !capitals(value[7:10]) {
		s.unreadable(e)
		return 0, false
	}
	if !s.readCurrency(e, string(value[7:10])) {
		return 0, false
	}
	amount, fault := readAmount(value[10:], s.format.file.Options.Decimals)
	if fault != "" && fault != bankfile.RecordAmountZero {
		s.unreadable(e)
		return 0, false
	}
	if value[0] == 'D' {
		amount = -amount
	}
	return amount, true
}

// readControl reads a number of bookings, a currency, a sum.
func (s *statement) readControl(e event, value []byte, c *control) {
	digits := 0
	for digits < len(value) && value[digits] >= '0' && value[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 9 || len(value) < digits+5 || !capitals(value[digits:digits+3]) {
		s.unreadable(e)
		return
	}
	if !s.readCurrency(e, string(value[digits:digits+3])) {
		return
	}
	sum, fault := readAmount(value[digits+3:], s.format.file.Options.Decimals)
	if fault != "" && fault != bankfile.RecordAmountZero {
		s.unreadable(e)
		return
	}
	*c = control{total{count: int64(bankfile.Number(value[:digits])), sum: sum}, e.line}
}

func capitals(b []byte) bool {
	for _, c := range b {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
