package pain

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"ims/bankfile"
)

// FuzzAnswers: no file makes reading panic or fail, and what ends an order says which one and why it is sure.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"report-03", "report-10", "orders"} {
		file, err := os.ReadFile("testdata/" + name + ".xml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Add([]byte(reportOf(groupOf("<GrpSts>RJCT</GrpSts>"), sectionOf(orderOf("")))))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file), bankfile.Limits{Findings: 20})
		n := 0
		for {
			a, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if n++; a.Number != n || a.Outcome != InProgress && (!a.OK() || a.MessageID == "" || meaning(a) != a.Outcome) {
				t.Errorf("%+v", a)
			}
		}
		if report := r.Report(); report.Answers != n || n == 0 && !report.Damaged() {
			t.Errorf("%d answers: %+v", n, report)
		}
	})
}

// meaning is what the status of an answer means.
func meaning(a *Answer) Outcome {
	o, _ := OutcomeOf(a.Status)
	return o
}

// FuzzOrders: no file makes reading panic, and a file that is read can be written and reads the same.
func FuzzOrders(f *testing.F) {
	f.Add(sampleFile(f))
	f.Fuzz(func(t *testing.T, file string) {
		m, orders, totals, err := readBack(file)
		if err != nil {
			return
		}
		for i := range m.Sections {
			m.Sections[i].Orders = OrdersOf(orders[i]...)
		}
		var b bytes.Buffer
		again, err := Write(&b, m, Options{Letters: true})
		if _, refused := errors.AsType[*RefusalError](err); refused {
			return // an identifier stands twice, which reading does not look for
		}
		if err != nil || again.Sum != totals.Sum || again.Orders != totals.Orders {
			t.Errorf("%v, %+v, want %+v", err, again, totals)
		}
	})
}

// FuzzAmount: an amount that is written is read again, to the last minor unit.
func FuzzAmount(f *testing.F) {
	f.Add(int64(123450), 2)
	f.Add(int64(1), 4)
	f.Fuzz(func(t *testing.T, amount int64, decimals int) {
		amount, decimals = amount&(1<<59-1), decimals&3
		text := string(appendAmount(nil, amount, decimals))
		if back, ok := ParseAmount(text, decimals); !ok || back != amount {
			t.Errorf("%d with %d decimals is %s and then %d", amount, decimals, text, back)
		}
	})
}
