//go:build unix

package pli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"syscall"
	"testing"
	"time"

	"ims/bankfile"
)

// BenchmarkAgainstCSV reads the same bytes with all rules and with encoding/csv, in turns, and reports our part of what each of
// its variants takes: below 1, we are quicker. "time" compares the quickest turns, which other work and the collector of
// memory disturb least; "cpu" all that the processors did, collecting included. encoding/csv has a buffer as large as ours.
func BenchmarkAgainstCSV(b *testing.B) {
	ascii := plenty(againstRecords, bankfile.ASCII)
	quoted := bytes.ReplaceAll(bytes.ReplaceAll(ascii, []byte{'"'}, nil), []byte{','}, []byte(`","`))
	quoted = bytes.ReplaceAll(quoted, []byte("\r\n"), []byte("\"\r\n\""))
	quoted = append([]byte{'"'}, quoted[:len(quoted)-1]...)
	long := []byte("FAKTURA 2026/11/000123 ZA OKRES 1-3|1 PAZDZIERNIKA ORAZ ODSETKI|DOLADOWANIE")
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"ASCII", ascii}, {"UTF-8", plenty(againstRecords, bankfile.UTF8)}, {"CP1250", plenty(againstRecords, bankfile.Windows1250)},
		{"all-quoted", quoted}, {"none-quoted", bytes.ReplaceAll(ascii, []byte{'"'}, nil)},
		{"long-titles", bytes.ReplaceAll(ascii, []byte("DOLADOWANIE"), long)},
	} {
		b.Run(c.name, func(b *testing.B) { againstCSV(b, c.file) })
	}
}

const againstRecords = 2000

// turn is one way to read a file, and what it took.
type turn struct {
	unit  string
	read  func()
	times []time.Duration
	cpu   time.Duration
}

func (t *turn) take(b *testing.B) {
	before, began := cpuTime(b), time.Now() //nolint:forbidigo // a benchmark measures time
	t.read()
	t.times = append(t.times, time.Since(began))
	t.cpu += cpuTime(b) - before
}

func againstCSV(b *testing.B, file []byte) {
	variant := func(reuse, lazy bool) func() {
		return func() {
			r := csv.NewReader(bufio.NewReaderSize(bytes.NewReader(file), 64<<10))
			r.ReuseRecord, r.LazyQuotes = reuse, lazy
			readCSV(b, r)
		}
	}
	turns := [...]turn{
		{unit: "ours", read: func() {
			readForBench(b, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }, againstRecords)
		}},
		{unit: "default", read: variant(false, false)}, {unit: "lazy-quotes", read: variant(false, true)}, {unit: "reuse", read: variant(true, false)},
	}
	for b.Loop() {
		for i := range turns {
			turns[i].take(b)
		}
	}
	b.ReportMetric(0, "ns/op")
	ours := &turns[0]
	b.ReportMetric(float64(slices.Min(ours.times).Nanoseconds())/againstRecords, "ns/record")
	for _, t := range turns[1:] {
		b.ReportMetric(float64(slices.Min(ours.times))/float64(slices.Min(t.times)), "time/csv-"+t.unit)
		b.ReportMetric(float64(ours.cpu)/float64(t.cpu), "cpu/csv-"+t.unit)
	}
}

// cpuTime is what all processors have done for this process.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
