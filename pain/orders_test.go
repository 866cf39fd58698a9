package pain

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ims/bankfile"
	"ims/iban"
)

// readBack reads a message with all its orders in memory.
func readBack(file string) (m Message, orders [][]Order, totals Totals, err error) {
	last := ""
	m, totals, err = ReadOrders(strings.NewReader(file), bankfile.Limits{}, func(s *Section, o Order) error {
		if len(orders) == 0 || s.ID != last {
			orders, last = append(orders, nil), s.ID
		}
		orders[len(orders)-1] = append(orders[len(orders)-1], o)
		return nil
	})
	return m, orders, totals, err
}

// clean is what a message says when it is written.
func clean(t rapid.TB, m Message, o Options) (Message, [][]Order) {
	c := newChecker(m, o)
	if err := c.check(); err != nil {
		t.Fatalf("%v", err)
	}
	orders := make([][]Order, len(m.Sections))
	for i := range c.message.Sections {
		s := &c.message.Sections[i]
		for order, err := range s.Orders {
			if err == nil {
				order, err = s.Clean(order, o)
			}
			if err != nil {
				t.Fatalf("%v", err)
			}
			orders[i] = append(orders[i], order)
		}
		if s.Orders = nil; s.Currency != euro {
			s.NotSEPA = false // it says nothing there
		}
	}
	return c.message, orders
}

// drawText draws texts as people write them.
func drawText(t *rapid.T, label string, most int) string {
	letter := rapid.SampledFrom([]rune("ABCXYZabcxyz0189ĄąŁłÓóŚśŹźŻżéßÑæ.,-/()'\"|:+ \t„–&<>@#"))
	return rapid.StringOfN(letter, 0, most, -1).Draw(t, label)
}

func drawAddress(t *rapid.T, label string) Address {
	if !rapid.Bool().Draw(t, label) {
		return Address{}
	}
	return Address{drawText(t, "street", 60), drawText(t, "building", 10), drawText(t, "postcode", 12), "X" + drawText(t, "town", 20), "PL"}
}

func drawMessage(t *rapid.T, ours, german, outside iban.IBAN) Message {
	m := messageOf()
	m.Created = m.Created.Add(time.Duration(rapid.Int64Range(0, 1e18).Draw(t, "time")))
	m.Initiator = "X" + drawText(t, "initiator", 60)
	n := 0
	for i, currency := range []string{"EUR", "EUR", "PLN", "JPY", "KWD"}[:rapid.IntRange(1, 5).Draw(t, "sections")] {
		s := Section{
			ID: "S-" + itoa(i), Date: "2026-11-2" + itoa(i), Currency: currency, Decimals: map[string]int{"JPY": 0, "KWD": 3}[currency], NotSEPA: rapid.Bool().Draw(t, "not SEPA"),
			Payer: ours, PayerName: "P" + drawText(t, "payer", 60), PayerAddress: drawAddress(t, "payer address"),
			PayerBank: rapid.SampledFrom([]string{"", "TESTPLPW", "TESTPLPWXXX"}).Draw(t, "bank"), OneBooking: rapid.Bool().Draw(t, "one booking"),
		}
		if currency != "JPY" && currency != "KWD" {
			s.Decimals = 2
		}
		var list []Order
		for range rapid.IntRange(1, 3).Draw(t, "orders") {
			n++
			o := Order{EndToEndID: "E-" + itoa(n), Payee: german, Amount: rapid.Int64Range(1, s.MaxAmount()).Draw(t, "amount"), PayeeName: "N" + drawText(t, "payee", 60)}
			if !s.SEPA() && rapid.Bool().Draw(t, "far away") {
				o.Payee, o.PayeeBank = outside, "TESTAEAD"
			}
			o.PayeeAddress = drawAddress(t, "payee address")
			if o.Title = drawText(t, "title", 130); rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
				o.Title, o.PayeeReference = "", rapid.SampledFrom([]string{"RF18 5390 0754 7034", "ORDER 7", "Zamówienie 8"}).Draw(t, "reference")
			}
			list = append(list, o)
		}
		s.Orders = OrdersOf(list...)
		m.Sections = append(m.Sections, s)
	}
	return m
}

// TestRoundTrip: reading what was written gives back every part of the clean message, and its totals.
func TestRoundTrip(t *testing.T) {
	ours, abroad, outside := account(t, ourPolish), account(t, german), account(t, emirates)
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t, ours, abroad, outside)
		o := Options{Letters: rapid.Bool().Draw(t, "letters")}
		var b bytes.Buffer
		totals, err := Write(&b, m, o)
		if err != nil {
			if _, ok := errors.AsType[*RefusalError](err); !ok {
				t.Fatal(err)
			}
			return
		}
		accepted++
		wantMessage, wantOrders := clean(t, m, o)
		got, orders, counted, err := readBack(b.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		same := cmpopts.EquateComparable(iban.IBAN{})
		if diff := cmp.Diff(wantMessage, got, same) + cmp.Diff(wantOrders, orders, same) + cmp.Diff(totals, counted); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, b.String())
		}
	})
	if accepted < 20 {
		t.Errorf("only %d messages were accepted: the property was hardly tested", accepted)
	}
}

func sampleFile(t testing.TB) string {
	file, err := os.ReadFile("testdata/orders.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// TestReadOrdersRefuses: a file that Write cannot have written, by one place.
func TestReadOrdersRefuses(t *testing.T) {
	file := sampleFile(t)
	for _, c := range [][2]string{
		{"<CtrlSum>10000000006234.50<", "<CtrlSum>10000000006234.5<"}, {"<CtrlSum>1234.51<", "<CtrlSum>1234.50<"}, {"<NbOfTxs>4<", "<NbOfTxs>5<"}, {"<NbOfTxs>2<", "<NbOfTxs>1<"},
		{">1234.50<", ">1234.51<"}, {">1234.50<", ">1234.5<"}, {`Ccy="EUR">0.01`, `Ccy="USD">0.01`}, {"SHOP GMBH", "SHOP  GMBH"}, {"SHOP GMBH", "SHOP &amp; GMBH"},
		{"<Nm>SHOP GMBH</Nm>", ""}, {"DE89370400440532013000", "DE88370400440532013000"}, {"SLEV", "SHAR"}, {"<Cd>SEPA</Cd>", "<Cd>NURG</Cd>"}, {"TRF", "CHK"},
		{"<Ustrd>", "<Ustrd>x</Ustrd><Purp>"}, {"2026-11-24", "2026-11-31"}, {"2026-11-23T", "2026-11-23 "}, {"NOTPROVIDED", "OTHER"}, {"T-2026-0001", "/T"},
		{"</Document>", ""}, {"</Document>", "</Document><Document/>"}, {"<GrpHdr>", "<GrpHdr>text"}, {"</MsgId>", "</MsgID>"}, {"<Document ", "<!DOCTYPE x><Document "},
		{"SHOP GMBH", "&shop;"}, {"SHOP GMBH", strings.Repeat("X", 71)}, {"UTF-8", "EBCDIC"}, {"SCOR", "OTHR"}, {"<Issr>ISO", "<Issr>DIN"}, {"PL40", "pl40"},
	} {
		if !strings.Contains(file, c[0]) {
			t.Fatalf("the sample has no %s", c[0])
		}
		_, _, _, err := readBack(strings.Replace(file, c[0], c[1], 1))
		if bad, ok := errors.AsType[*UnreadableError](err); !ok || bad.Finding.Message("pl") == "" {
			t.Errorf("%s for %s: %v", c[1], c[0], err)
		}
	}
	for _, file := range []string{"", "  \n", "110,2026", "<a/>", "<Document/>", "<Document><CstmrCdtTrfInitn/></Document>", "\xff\xfe<", strings.Repeat("<a>", 100)} {
		if _, _, _, err := readBack(file); err == nil {
			t.Errorf("%q passes", file)
		}
	}
}

func TestReadOrdersBounds(t *testing.T) {
	file := sampleFile(t)
	none := func(*Section, Order) error { return nil }
	for _, c := range []struct {
		l    bankfile.Limits
		want bankfile.Code
	}{
		{bankfile.Limits{Bytes: int64(len(file)) - 1}, bankfile.FileTooLarge}, {bankfile.Limits{Records: 3}, bankfile.FileTooManyRecords},
		{bankfile.Limits{Bytes: int64(len(file)), Records: 4}, ""},
	} {
		_, _, err := ReadOrders(strings.NewReader(file), c.l, none)
		bad, ok := errors.AsType[*UnreadableError](err)
		if ok != (c.want != "") || ok && bad.Finding.Code != c.want {
			t.Errorf("%+v: %v, want %s", c.l, err, c.want)
		}
	}
	if _, _, err := ReadOrders(strings.NewReader(file), bankfile.Limits{}, func(*Section, Order) error { return errPipe }); !errors.Is(err, errPipe) {
		t.Errorf("error %v", err)
	}
	if _, _, err := ReadOrders(iotest.ErrReader(errPipe), bankfile.Limits{}, none); !errors.Is(err, errPipe) {
		t.Errorf("error %v", err)
	}
	late := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(file)))
	if _, _, err := ReadOrders(late, bankfile.Limits{}, none); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("error %v", err)
	}
}
