package mt940

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"ims/bankfile"
)

const benchRecords = 20_000

// plenty makes a statement of n bookings as a bank sends it on a busy day, every tenth with Polish letters.
func plenty(n int) []byte {
	b := file(":20:STATEMENT\n:25:" + master + "\n:28C:231\n:60F:C261119PLN0,00\n")
	for i := range n {
		title := "DOLADOWANIE SALDA"
		if i%10 == 0 {
			title = "\xa3\xb9KA \xbf\xf3\xb3ta" // CP1250
		}
		b = fmt.Appendf(b, ":61:2611201120CN1,00NTRFREF%07d//B%09d\r\n:86:100^00PRZELEW PRZYCHODZACY^20%s %07d\r\n^27JAN TESTOWY^28UL. POLNA %d^29MIASTO\r\n"+
			"^3022222222^38%s^63%s\r\n", i, i, title, i, i%97, outsideIBAN, virtual1)
	}
	return fmt.Appendf(b, ":62F:C261120PLN%d,00\r\n-\r\n", n)
}

func BenchmarkRead(b *testing.B) {
	file := plenty(benchRecords)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if rep := drain(b, opener(file)); rep.Accepted != benchRecords || !rep.Executable() {
			b.Fatalf("accepted %d, counts %v", rep.Accepted, rep.Counts)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

func drain(t testing.TB, open func() (io.ReadCloser, error)) bankfile.Report {
	r, err := Open940(open, options())
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return r.Report()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestMemoryIsConstant: what is alive while a statement is read does not grow with it.
func TestMemoryIsConstant(t *testing.T) {
	const bookings = 5000
	whole := plenty(bookings)
	const most = 1 << 20
	r, err := Open940(opener(whole), options())
	if err != nil {
		t.Fatal(err)
	}
	var early, late runtime.MemStats
	for i := range bookings {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		switch i {
		case 100:
			runtime.GC()
			runtime.ReadMemStats(&early)
		case bookings - 1:
			runtime.GC()
			runtime.ReadMemStats(&late)
		}
	}
	if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > most {
		t.Errorf("%d bytes more alive after %d bookings", grown, bookings)
	}
}
