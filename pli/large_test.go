package pli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"ims/bankfile"
)

// again serves the same bytes so many times.
type again struct {
	part []byte
	rest bytes.Reader
	left int
}

func (a *again) Read(b []byte) (int, error) {
	if a.rest.Len() == 0 {
		if a.left == 0 {
			return 0, io.EOF
		}
		a.left--
		a.rest.Reset(a.part)
	}
	return a.rest.Read(b)
}

func (a *again) Close() error { return nil }

// TestConstantMemory: what a reader holds does not depend on how long the file is, with findings in it and without.
func TestConstantMemory(t *testing.T) {
	const bound = 4 << 20
	part := append(plenty(999, bankfile.Windows1250), sampleNamed(t, "X42")...)
	for _, thousands := range []int{10, 200} {
		before := liveHeap()
		r, err := Open(func() (io.ReadCloser, error) { return &again{part: part, left: thousands}, nil }, sampleOptions())
		if err != nil {
			t.Fatal(err)
		}
		most := uint64(0)
		for n := 1; ; n++ {
			if _, err := r.Next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if n%(thousands*100) == 0 {
				most = max(most, liveHeap())
			}
		}
		if most > before+bound {
			t.Errorf("%d records: %d bytes in use, %d before", thousands*1000, most, before)
		}
		if report := r.Report(); report.Records != thousands*1000 || report.Counts[bankfile.RecordTitleMissing] != thousands {
			t.Errorf("%d records, %v", report.Records, report.Counts)
		}
	}
}

// liveHeap returns the bytes that are in use and not garbage.
func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkReadFile reads 1,000,000 records, 240 MB, from a disk. It is run with IMS_BENCH_LARGE=1, as it needs the room.
func BenchmarkReadFile(b *testing.B) {
	if os.Getenv("IMS_BENCH_LARGE") == "" {
		b.Skip("IMS_BENCH_LARGE is not set")
	}
	const records = 1_000_000
	name := filepath.Join(b.TempDir(), "large.pli")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	size, err := io.Copy(file, &again{part: plenty(records/50, bankfile.Windows1250), left: 50})
	if err := errors.Join(err, file.Close()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		readForBench(b, func() (io.ReadCloser, error) { return os.Open(name) }, records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}
