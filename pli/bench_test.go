package pli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"testing"
)

// plenty makes a file of n records as a bank sends them on a busy day: some days, many payers, both
// cases of letters, every tenth title with Polish letters, in the given encoding.
func plenty(n int, enc Encoding) []byte {
	var b []byte
	polish := []byte("SKŁADKA CZŁONKOWSKA ŻÓŁTA GRUPA|")
	if enc.singleByte() {
		polish = encodeFor(enc, string(polish))
	}
	for i := range n {
		payer, payee := withCheckDigits(fmt.Sprintf("22222222%016d", i%9973+1)), withCheckDigits(fmt.Sprintf("111111117700%012d", i%4999+1))
		b = fmt.Appendf(b, `110,202611%02d,%d,22222222,0,"%s","%s","JAN TESTOWY||UL. POLNA %d|00-001 MIASTO","OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO",0,11111111,"`,
			i%20+1, i%999983+1, payer, payee, i%97)
		if i%10 == 0 && enc != ASCII {
			b = append(b, polish...)
		}
		b = fmt.Appendf(b, "DOLADOWANIE SALDA %07d\",\"\",\"\",\"51\",\"REF%07d\"\r\n", i, i)
	}
	return b
}

// encodeFor encodes s in a table that has all its letters.
func encodeFor(enc Encoding, s string) []byte {
	var b []byte
	for _, r := range s {
		for c, have := range enc.table().char {
			if have == r {
				b = append(b, byte(c))
				break
			}
		}
	}
	return b
}

// withCheckDigits puts the two check digits in front of 24 digits: 98 minus the number followed by the
// letters PL as 2521 and 00, modulo 97.
func withCheckDigits(bban string) string {
	r := 0
	for _, c := range bban + "252100" {
		r = (r*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("%02d%s", 98-r, bban)
}

const benchRecords = 20_000

// BenchmarkRead reads a file twice, as every use does: the survey, then the records with all rules.
// BenchmarkCSV reads the same bytes with encoding/csv, which checks nothing and decodes nothing.
func BenchmarkRead(b *testing.B) {
	for _, enc := range []Encoding{ASCII, UTF8, Windows1250} {
		b.Run(enc.String(), func(b *testing.B) {
			file := plenty(benchRecords, enc)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				readForBench(b, file)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
		})
	}
}

func readForBench(b *testing.B, file []byte) {
	r, err := Open(opener(file), sampleOptions())
	if err != nil {
		b.Fatal(err)
	}
	for {
		if _, err := r.Next(); err == io.EOF {
			break
		} else if err != nil {
			b.Fatal(err)
		}
	}
	if report := r.Report(); report.Accepted != benchRecords || report.Warnings > 0 {
		b.Fatalf("accepted %d, counts %v", report.Accepted, report.Counts)
	}
}

func BenchmarkCSV(b *testing.B) {
	file := plenty(benchRecords, UTF8)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(file))
		r.FieldsPerRecord, r.ReuseRecord = -1, true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

// BenchmarkSurvey is the first reading alone; most of it is SHA-256.
func BenchmarkSurvey(b *testing.B) {
	file := plenty(benchRecords, UTF8)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(opener(file), sampleOptions()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

func BenchmarkNaturalKey(b *testing.B) {
	rec := readOne(b, sampleNamed(b, "V02"), sampleOptions())
	b.ReportAllocs()
	for b.Loop() {
		rec.NaturalKey()
	}
}
