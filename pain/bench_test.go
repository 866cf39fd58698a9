package pain

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"ims/bankfile"
	"ims/iban"
)

func itoa(n int) string { return strconv.Itoa(n) }

const benchOrders = 10_000

// manyOrders yields n orders as people make them, one in ten with Polish letters, without holding them.
func manyOrders(payee iban.IBAN, n int) func(func(Order, error) bool) {
	return func(yield func(Order, error) bool) {
		for i := range n {
			o := Order{EndToEndID: "T-2026-" + strconv.Itoa(i), Amount: int64(i%99_999 + 1), PayeeName: "SHOP GMBH", Payee: payee, Title: "INVOICE " + strconv.Itoa(i)}
			if i%10 == 0 {
				o.PayeeName = "Spółka Żółta"
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}

func manyMessage(t testing.TB, n int) Message {
	s := euroSection(t)
	s.Orders = manyOrders(account(t, german), n)
	return messageOf(s)
}

// BenchmarkWrite checks, cleans, counts and writes every order: both passes. Compare it in one run with BenchmarkEncodingXML.
func BenchmarkWrite(b *testing.B) {
	m := manyMessage(b, benchOrders)
	b.ReportAllocs()
	for b.Loop() {
		if t, err := Write(io.Discard, m, Options{}); err != nil || t.Orders != benchOrders {
			b.Fatal(t, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchOrders, "ns/order")
}

// The same order for encoding/xml.
type (
	xmlAmount struct {
		Currency string `xml:"Ccy,attr"`
		Text     string `xml:",chardata"`
	}
	xmlOrder struct {
		XMLName    xml.Name  `xml:"CdtTrfTxInf"`
		EndToEndID string    `xml:"PmtId>EndToEndId"`
		Amount     xmlAmount `xml:"Amt>InstdAmt"`
		Name       string    `xml:"Cdtr>Nm"`
		IBAN       string    `xml:"CdtrAcct>Id>IBAN"`
		Title      string    `xml:"RmtInf>Ustrd"`
	}
)

// asXML writes the orders of a clean section with encoding/xml.
func asXML(w io.Writer, s *Section) error {
	e := xml.NewEncoder(w)
	for o, err := range s.Orders {
		if err != nil {
			return err
		}
		x := xmlOrder{EndToEndID: o.EndToEndID, Amount: xmlAmount{s.Currency, fmt.Sprintf("%d.%02d", o.Amount/100, o.Amount%100)}, Name: o.PayeeName, IBAN: o.Payee.String(), Title: o.Title}
		if err := e.Encode(&x); err != nil {
			return err
		}
	}
	return e.Close()
}

// TestPeerWritesTheSame: what the benchmark compares with makes the same elements.
func TestPeerWritesTheSame(t *testing.T) {
	m := manyMessage(t, 2)
	m.Sections[0].Orders = OrdersOf(plainOrder(t))
	file, _ := written(t, m, Options{})
	var peer strings.Builder
	if err := asXML(&peer, &m.Sections[0]); err != nil || !strings.Contains(file, peer.String()) {
		t.Errorf("%v: %s is not in %s", err, peer.String(), file)
	}
}

// BenchmarkEncodingXML writes the same orders once: nothing is checked, cleaned or counted.
func BenchmarkEncodingXML(b *testing.B) {
	m := manyMessage(b, benchOrders)
	b.ReportAllocs()
	for b.Loop() {
		if err := asXML(io.Discard, &m.Sections[0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchOrders, "ns/order")
}

// BenchmarkReadAnswers reads a report with a status for every order.
func BenchmarkReadAnswers(b *testing.B) {
	var inner strings.Builder
	for i := range benchOrders {
		fmt.Fprintf(&inner, "<TxInfAndSts><OrgnlEndToEndId>T-2026-%d</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>B%d</AcctSvcrRef></TxInfAndSts>\n", i, i)
	}
	file := reportOf(groupOf("<GrpSts>PART</GrpSts>"), sectionOf(inner.String()))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(strings.NewReader(file), bankfile.Limits{})
		for err := error(nil); err == nil; {
			_, err = r.Next()
		}
		if report := r.Report(); report.Settled != benchOrders {
			b.Fatal(report)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchOrders, "ns/answer")
}

// TestMillion writes a million orders and looks at the memory. It takes half a minute: set IMS_TEST_MILLION to run it.
func TestMillion(t *testing.T) {
	if os.Getenv("IMS_TEST_MILLION") == "" {
		t.Skip("IMS_TEST_MILLION is not set")
	}
	const million = 1_000_000
	m, payee := manyMessage(t, 1), account(t, german)
	before, n := heap(), 0
	m.Sections[0].Orders = func(yield func(Order, error) bool) {
		for o, err := range manyOrders(payee, million) {
			if n++; n%(million/4) == 0 {
				if grown := int64(heap()) - int64(before); grown > 48<<20 {
					t.Errorf("order %d: memory grew by %d bytes", n, grown)
				}
			}
			if !yield(o, err) {
				return
			}
		}
	}
	if totals, err := Write(io.Discard, m, Options{}); err != nil || totals.Orders != million {
		t.Errorf("%v, %+v", err, totals)
	}
}

// heap is what is reachable now.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
