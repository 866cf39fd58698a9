package pain

import (
	"bytes"
	"errors"
	"flag"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ims/iban"
)

func account(t testing.TB, text string) iban.IBAN {
	t.Helper()
	n, err := iban.ParseISO(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Invented accounts with right check digits.
const (
	ourPolish = "PL40111111117700000000000001"
	german    = "DE89370400440532013000"
	british   = "GB82WEST12345698765432"
	emirates  = "AE070331234567890123456"
)

func plainOrder(t testing.TB) Order {
	return Order{EndToEndID: "T-2026-0001", Amount: 123450, PayeeName: "SHOP GMBH", Payee: account(t, german), Title: "INVOICE 7/2026"}
}

func euroSection(t testing.TB, orders ...Order) Section {
	return Section{
		ID: "M1-1", Date: "2026-11-24", Currency: "EUR", Decimals: 2, PayerName: "OPERATOR SP. Z O.O.",
		Payer: account(t, ourPolish), PayerBank: "TESTPLPW", Orders: OrdersOf(orders...),
	}
}

func messageOf(sections ...Section) Message {
	return Message{ID: "M1", Created: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), Initiator: "OPERATOR SP. Z O.O.", Sections: sections}
}

// sampleMessage has what a message can have: three currencies with different decimals, addresses, references, and letters.
func sampleMessage(t testing.TB) Message {
	second := Order{
		EndToEndID: "T-2026-0002", Amount: 1, PayeeName: "Zażółć & Gęśl", Payee: account(t, british), PayeeBank: "WESTGB22XXX",
		PayeeAddress: Address{Street: "Long Street", Building: "7A", Postcode: "AB1 2CD", Town: "London", Country: "GB"}, PayeeReference: "RF18 5390 0754 7034",
	}
	euros := euroSection(t, plainOrder(t), second)
	euros.PayerAddress = Address{Town: "Łódź", Country: "PL"}
	dollars, yen := euroSection(t, Order{EndToEndID: "T-3", Amount: 9_999_999_999_999_99, PayeeName: "SHOP LLC", Payee: account(t, emirates)}),
		euroSection(t, Order{EndToEndID: "T-4", Amount: 5000, PayeeName: "SHOP KK", Payee: account(t, emirates), PayeeReference: "ORDER 77"})
	dollars.ID, dollars.Currency, dollars.PayerBank, dollars.OneBooking = "M1-2", "USD", "", true
	yen.ID, yen.Currency, yen.Decimals = "M1-3", "JPY", 0
	m := messageOf(euros, dollars, yen)
	m.InitiatorID = "ACME-1"
	return m
}

func written(t testing.TB, m Message, o Options) (string, Totals) {
	t.Helper()
	var b bytes.Buffer
	totals, err := Write(&b, m, o)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), totals
}

var update = flag.Bool("update", false, "write the golden files")

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestWriteForm(t *testing.T) {
	file, totals := written(t, sampleMessage(t), Options{})
	compareGolden(t, "testdata/orders.xml", file)
	want := Totals{Orders: 4, Sum: "10000000006234.50", Sections: []SectionTotals{
		{"M1-1", "EUR", 2, 123451}, {"M1-2", "USD", 1, 999999999999999}, {"M1-3", "JPY", 1, 5000},
	}}
	if diff := cmp.Diff(want, totals); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again, _ := written(t, sampleMessage(t), Options{}); again != file {
		t.Error("the same message made other bytes")
	}
}

// TestSEPA: service level, charges and limits follow the currency, unless the section says otherwise.
func TestSEPA(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Section)
		sepa   bool
	}{
		"EUR":              {func(*Section) {}, true},
		"EUR, not SEPA":    {func(s *Section) { s.NotSEPA = true }, false},
		"PLN":              {func(s *Section) { s.Currency = "PLN" }, false},
		"three decimals":   {func(s *Section) { s.Currency, s.Decimals = "KWD", 3 }, false},
		"EUR in one debit": {func(s *Section) { s.OneBooking = true }, true},
	} {
		s := euroSection(t, plainOrder(t))
		c.change(&s)
		file, _ := written(t, messageOf(s), Options{})
		if got := strings.Contains(file, "<SvcLvl><Cd>SEPA</Cd></SvcLvl>"); got != c.sepa || strings.Contains(file, "SLEV") != c.sepa || strings.Contains(file, "SHAR") == c.sepa {
			t.Errorf("%s: %s", name, file)
		}
	}
}

func TestWriteCleans(t *testing.T) {
	for _, c := range []struct {
		in, want string
		letters  bool
	}{
		{"Zażółć gęślą jaźń ŻÓŁĆ", "Zazolc gesla jazn ZOLC", false},
		{"Zażółć Søren Ñandú", "Zażółć Søren Ñandú", true},
		{"Søren Straße Ærø Œuvre", "Soren Strasse AEro OEuvre", false},
		{"A & B_C; [D] {E} <F>", "A + B-C, (D) (E) .F.", true},
		{"50% #7 a@b.pl!", "50. .7 a(at)b.pl.", false},
		{"„CYTAT” – KONIEC…\t€\n5", "'CYTAT' - KONIEC... EUR 5", false},
		{"CAFE\u0301 \u200bX\x07Y", "CAFE XY", false},
		{"CAFE\u0301", "CAFÉ", true},
		{"  ", "", false},
	} {
		o := plainOrder(t)
		o.Title = c.in
		s := euroSection(t)
		got, err := s.Clean(o, Options{Letters: c.letters})
		if err != nil || got.Title != c.want {
			t.Errorf("%q: %q, %v; want %q", c.in, got.Title, err, c.want)
		}
	}
}

// TestQuickClean: the table makes of a text what the set makes of it.
func TestQuickClean(t *testing.T) {
	letter := rapid.SampledFrom([]rune("AZaz09 /-?:().,'+ĄąŁłÓóŹźŻżéßÑæŉĲ&<>_@\"|\t\u00a0\u00ad\u0301\u200b–€МŞ½²"))
	rapid.Check(t, func(t *rapid.T) {
		s, o := rapid.StringOfN(letter, 0, 20, -1).Draw(t, "text"), Options{Letters: rapid.Bool().Draw(t, "letters")}
		quick, err := o.clean(s)
		slow, bad := o.textSet().Clean(s)
		if quick != slow || (err == nil) != (bad == nil) {
			t.Fatalf("%q: %q, %v; want %q, %v", s, quick, err, slow, bad)
		}
		if again, err := o.clean(quick); bad == nil && (again != quick || err != nil || !o.Letters && !ready(quick)) {
			t.Fatalf("%q is %q and then %q, %v", s, quick, again, err)
		}
	})
}

// TestRefuses: what a message cannot carry is an error that names the field, and no byte is written.
func TestRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("Ż", n) }
	for name, c := range map[string]struct {
		change func(*Message, *Section, *Order)
		want   Fault
	}{
		"no identifier":         {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = "" }, Fault{Field: FieldEndToEndID, Code: Missing}},
		"identifier of 36":      {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = strings.Repeat("7", 36) }, Fault{Field: FieldEndToEndID, Code: TooLong, Got: 36, Limit: 35}},
		"slash in front":        {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = "/7" }, Fault{Field: FieldEndToEndID, Code: Identifier, Value: "/7"}},
		"two slashes":           {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = "7//7" }, Fault{Field: FieldEndToEndID, Code: Identifier, Value: "7//7"}},
		"letter in identifier":  {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = "Ż7" }, Fault{Field: FieldEndToEndID, Code: Identifier, Value: "Ż7"}},
		"not provided":          {func(_ *Message, _ *Section, o *Order) { o.EndToEndID = "NOTPROVIDED" }, Fault{Field: FieldEndToEndID, Code: Identifier, Value: "NOTPROVIDED"}},
		"zero":                  {func(_ *Message, _ *Section, o *Order) { o.Amount = 0 }, Fault{Field: FieldAmount, Code: AmountRange, Limit: maxSEPA}},
		"above SEPA":            {func(_ *Message, _ *Section, o *Order) { o.Amount = maxSEPA + 1 }, Fault{Field: FieldAmount, Code: AmountRange, Got: maxSEPA + 1, Limit: maxSEPA}},
		"no name":               {func(_ *Message, _ *Section, o *Order) { o.PayeeName = " \t" }, Fault{Field: FieldPayeeName, Code: Missing}},
		"name of 71":            {func(_ *Message, _ *Section, o *Order) { o.PayeeName = long(71) }, Fault{Field: FieldPayeeName, Code: TooLong, Got: 71, Limit: 70}},
		"name of 141, no SEPA":  {func(_ *Message, s *Section, o *Order) { s.Currency, o.PayeeName = "USD", long(141) }, Fault{Field: FieldPayeeName, Code: TooLong, Got: 141, Limit: 140}},
		"Cyrillic":              {func(_ *Message, _ *Section, o *Order) { o.PayeeName = "МАГАЗИН" }, Fault{Field: FieldPayeeName, Code: Character, Value: "М"}},
		"not UTF-8":             {func(_ *Message, _ *Section, o *Order) { o.Title = "A\xff" }, Fault{Field: FieldTitle, Code: Character, Value: "\ufffd"}},
		"title of 141":          {func(_ *Message, _ *Section, o *Order) { o.Title = long(141) }, Fault{Field: FieldTitle, Code: TooLong, Got: 141, Limit: 140}},
		"title grown too long":  {func(_ *Message, _ *Section, o *Order) { o.Title = strings.Repeat("ß", 71) }, Fault{Field: FieldTitle, Code: TooLong, Got: 142, Limit: 140}},
		"no payee":              {func(_ *Message, _ *Section, o *Order) { o.Payee = iban.IBAN{} }, Fault{Field: FieldPayee, Code: Missing}},
		"outside SEPA":          {func(_ *Message, _ *Section, o *Order) { o.Payee = account(t, emirates) }, Fault{Field: FieldPayee, Code: OutsideSEPA, Value: "AE"}},
		"to itself":             {func(_ *Message, s *Section, o *Order) { o.Payee = s.Payer }, Fault{Field: FieldPayee, Code: SameAccount}},
		"bank in small letters": {func(_ *Message, _ *Section, o *Order) { o.PayeeBank = "testplpw" }, Fault{Field: FieldPayeeBank, Code: Format, Value: "testplpw"}},
		"two references":        {func(_ *Message, _ *Section, o *Order) { o.PayeeReference = "X" }, Fault{Field: FieldPayeeReference, Code: TitleTwice}},
		"wrong reference":       {func(_ *Message, _ *Section, o *Order) { o.Title, o.PayeeReference = "", "RF19539007547034" }, Fault{Field: FieldPayeeReference, Code: CheckDigits, Value: "RF19539007547034"}},
		"address without town":  {func(_ *Message, _ *Section, o *Order) { o.PayeeAddress = Address{Street: "X", Country: "PL"} }, Fault{Field: FieldPayeeAddress + ".town", Code: Missing}},
		"country in words":      {func(_ *Message, _ *Section, o *Order) { o.PayeeAddress = Address{Town: "X", Country: "Polska"} }, Fault{Field: FieldPayeeAddress + ".country", Code: Format, Value: "Polska"}},
		"no such day":           {func(_ *Message, s *Section, _ *Order) { s.Date = "2026-02-30" }, Fault{Field: FieldDate, Code: Format, Value: "2026-02-30"}},
		"no currency":           {func(_ *Message, s *Section, _ *Order) { s.Currency = "eur" }, Fault{Field: FieldCurrency, Code: Format, Value: "eur"}},
		"EUR without cents":     {func(_ *Message, s *Section, _ *Order) { s.Decimals = 0 }, Fault{Field: FieldDecimals, Code: Format, Value: "0"}},
		"no payer":              {func(_ *Message, s *Section, _ *Order) { s.Payer = iban.IBAN{} }, Fault{Field: FieldPayer, Code: Missing}},
		"no orders":             {func(_ *Message, s *Section, _ *Order) { s.Orders = OrdersOf() }, Fault{Field: FieldOrders, Code: Missing}},
		"nil orders":            {func(_ *Message, s *Section, _ *Order) { s.Orders = nil }, Fault{Field: FieldOrders, Code: Missing}},
		"no message identifier": {func(m *Message, _ *Section, _ *Order) { m.ID = "" }, Fault{Field: FieldMessageID, Code: Missing}},
		"no time":               {func(m *Message, _ *Section, _ *Order) { m.Created = time.Time{} }, Fault{Field: FieldCreated, Code: Format, Value: "0001-01-01T00:00:00Z"}},
		"no initiator":          {func(m *Message, _ *Section, _ *Order) { m.Initiator = "" }, Fault{Field: FieldInitiator, Code: Missing}},
	} {
		s, o := euroSection(t), plainOrder(t)
		m := messageOf()
		s.Orders = func(yield func(Order, error) bool) { yield(o, nil) }
		c.change(&m, &s, &o)
		m.Sections = []Section{s}
		refusal := refused(t, name, m)
		if refusal == nil {
			continue
		}
		if diff := cmp.Diff([]Fault{c.want}, refusal.Faults); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, f := range refusal.Faults {
			if en, pl := f.Message("en"), f.Message("pl"); en == pl || strings.Contains(en+pl, "{") {
				t.Errorf("%s: %s / %s", name, en, pl)
			}
		}
		if !strings.Contains(refusal.Error(), c.want.Field) {
			t.Errorf("%s: %v", name, refusal)
		}
	}
}

// refused writes what cannot be written.
func refused(t *testing.T, name string, m Message) *RefusalError {
	t.Helper()
	var b bytes.Buffer
	totals, err := Write(&b, m, Options{})
	refusal, ok := errors.AsType[*RefusalError](err)
	if !ok || b.Len() > 0 || totals.Orders > 0 {
		t.Errorf("%s: %v, %d bytes, %+v", name, err, b.Len(), totals)
	}
	return refusal
}

// TestRefusesTheWhole: what only the whole message shows.
func TestRefusesTheWhole(t *testing.T) {
	other := plainOrder(t)
	other.EndToEndID = "T-9"
	for name, c := range map[string]struct {
		m    Message
		want RefusalError
	}{
		"nothing": {messageOf(), RefusalError{ID: "M1", Faults: []Fault{{Field: FieldSections, Code: Missing}}}},
		"an order twice": {messageOf(euroSection(t, plainOrder(t), other, plainOrder(t))),
			RefusalError{Section: 1, Order: 3, ID: "T-2026-0001", Faults: []Fault{{Field: FieldEndToEndID, Code: Duplicate, Value: "T-2026-0001"}}}},
		"a section twice": {messageOf(euroSection(t, plainOrder(t)), euroSection(t, other)),
			RefusalError{Section: 2, ID: "M1-1", Faults: []Fault{{Field: FieldSectionID, Code: Duplicate, Value: "M1-1"}, {Field: FieldPayer, Code: SectionTwice, Value: "M1-1"}}}},
		"every fault of an order": {messageOf(euroSection(t, Order{})), RefusalError{Section: 1, Order: 1, Faults: []Fault{
			{Field: FieldEndToEndID, Code: Missing}, {Field: FieldAmount, Code: AmountRange, Limit: maxSEPA}, {Field: FieldPayeeName, Code: Missing}, {Field: FieldPayee, Code: Missing},
		}}},
		"an endless sum": {tooMuch(t), RefusalError{Section: 1, Order: 1001, ID: "1000", Faults: []Fault{{Field: FieldAmount, Code: SumRange, Limit: 18}}}},
	} {
		if diff := cmp.Diff(&c.want, refused(t, name, c.m)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	scaled := tooMuch(t)
	scaled.Sections[0].Orders = take(scaled.Sections[0].Orders, 1000)
	last := euroSection(t, other)
	last.ID, last.Currency, last.Decimals = "M1-2", "KWD", 3
	scaled.Sections = append(scaled.Sections, last)
	if r := refused(t, "a sum in thousandths", scaled); r != nil && r.Faults[0].Code != SumRange {
		t.Error(r)
	}
}

func take(list iter.Seq2[Order, error], n int) iter.Seq2[Order, error] {
	return func(yield func(Order, error) bool) {
		i := 0
		for o, err := range list {
			if i++; i > n || !yield(o, err) {
				return
			}
		}
	}
}

// tooMuch adds up to 19 digits.
func tooMuch(t testing.TB) Message {
	var list []Order
	for i := range 1002 {
		o := plainOrder(t)
		o.EndToEndID, o.Amount = itoa(i), 999_999_999_999_999
		list = append(list, o)
	}
	s := euroSection(t, list...)
	s.Currency = "USD"
	return messageOf(s)
}

var errPipe = errors.New("pipe broke")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

// TestWriteTells of its output, of its input, and of orders that were others when they were read again.
func TestWriteTells(t *testing.T) {
	if _, err := Write(brokenPipe{}, messageOf(euroSection(t, plainOrder(t))), Options{}); !errors.Is(err, errPipe) {
		t.Errorf("error %v", err)
	}
	s, calls := euroSection(t), 0
	s.Orders = func(yield func(Order, error) bool) { _ = yield(plainOrder(t), nil) && yield(Order{}, errPipe) }
	if _, err := Write(&bytes.Buffer{}, messageOf(s), Options{}); !errors.Is(err, errPipe) {
		t.Errorf("error %v", err)
	}
	for _, change := range []func(*Order){
		func(o *Order) { o.Amount++ }, func(o *Order) { o.PayeeName = "OTHER SHOP" }, func(o *Order) { o.PayeeName = "МАГАЗИН" },
		func(o *Order) { o.Payee = account(t, british) },
	} {
		calls = 0
		s.Orders = func(yield func(Order, error) bool) {
			o := plainOrder(t)
			if calls++; calls > 1 {
				change(&o)
			}
			yield(o, nil)
		}
		_, err := Write(&bytes.Buffer{}, messageOf(s), Options{})
		if r, ok := errors.AsType[*RefusalError](err); !ok || r.Faults[0].Code != OrdersDiffered {
			t.Errorf("error %v", err)
		}
	}
}

// TestCleanLeavesInput: the caller's message is as it was.
func TestCleanLeavesInput(t *testing.T) {
	m, same := sampleMessage(t), sampleMessage(t)
	written(t, m, Options{})
	ignore := cmpopts.IgnoreFields(Section{}, "Orders")
	if diff := cmp.Diff(same, m, ignore, cmpopts.EquateComparable(iban.IBAN{})); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
