package pli

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"ims/bankfile"
)

// plenty makes a file of n records as a bank sends them on a busy day: some days, many payers of many banks, every tenth
// title with Polish letters, in the given encoding.
func plenty(n int, enc bankfile.Encoding) []byte {
	var b []byte
	polish := []byte("SKŁADKA CZŁONKOWSKA ŻÓŁTA GRUPA|")
	if enc.SingleByte() {
		polish = encodeFor(enc, string(polish))
	}
	for i := range n {
		bank := sortCodeOf(i * 7919 % 41)
		payer, payee := withCheckDigits(fmt.Sprintf("%s%016d", bank, i%9973+1)), withCheckDigits(fmt.Sprintf("111111117700%012d", i%4999+1))
		b = fmt.Appendf(b, `110,202611%02d,%d,%s,0,"%s","%s","JAN TESTOWY||UL. POLNA %d|00-001 MIASTO","OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO",0,11111111,"`,
			i%20+1, i%999983+1, bank, payer, payee, i%97)
		if i%10 == 0 && enc != bankfile.ASCII {
			b = append(b, polish...)
		}
		b = fmt.Appendf(b, "DOLADOWANIE SALDA %07d\",\"\",\"\",\"51\",\"REF%07d\"\r\n", i, i)
	}
	return b
}

// sortCodeOf returns a bank's number that begins with 2 and ends with its check digit.
func sortCodeOf(n int) string {
	b, sum := fmt.Appendf(nil, "2%06d0", n*24_391), 0
	for i, c := range b {
		sum += int(c-'0') * [...]int{3, 9, 7, 1}[i%4]
	}
	b[7] += byte((10 - sum%10) % 10)
	return string(b)
}

// encodeFor encodes s in a table that has all its letters.
func encodeFor(enc bankfile.Encoding, s string) []byte {
	var b []byte
	for _, r := range s {
		for c, have := range enc.Table().Char {
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

// BenchmarkRead reads a file as every use does: the survey, then the records with all
// rules and texts. See BenchmarkAgainstCSV for a fair comparison; BenchmarkTokens is to be held against BenchmarkCSV.
func BenchmarkRead(b *testing.B) {
	for _, enc := range []bankfile.Encoding{bankfile.ASCII, bankfile.UTF8, bankfile.Windows1250, bankfile.ISO88592, bankfile.CP852} {
		b.Run(enc.String(), func(b *testing.B) { measure(b, enc, func(file []byte) { readForBench(b, opener(file), benchRecords) }) })
	}
}

// measure runs one reading of a file in the given encoding many times.
func measure(b *testing.B, enc bankfile.Encoding, read func([]byte)) {
	file := plenty(benchRecords, enc)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		read(file)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

func readForBench(b *testing.B, open func() (io.ReadCloser, error), records int) {
	r, err := Open(open, sampleOptions())
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
	if report := r.Report(); report.Accepted != records || report.Warnings > 0 {
		b.Fatalf("accepted %d, counts %v", report.Accepted, report.Counts)
	}
}

// BenchmarkCSV is encoding/csv at its quickest: fields cut and copied, nothing judged, hashed or decoded, and the slice of the
// fields used for all records.
func BenchmarkCSV(b *testing.B) {
	measure(b, bankfile.UTF8, func(file []byte) {
		r := csv.NewReader(bytes.NewReader(file))
		r.ReuseRecord = true
		readCSV(b, r)
	})
}

// BenchmarkCSVJob is encoding/csv with what any use of such a file needs besides: its SHA-256 and its
// texts in UTF-8. Still nothing is judged, and an unclosed quote would swallow the rest of the file.
func BenchmarkCSVJob(b *testing.B) {
	measure(b, bankfile.Windows1250, func(file []byte) {
		hashed := io.TeeReader(bytes.NewReader(file), sha256.New())
		r := csv.NewReader(charmap.Windows1250.NewDecoder().Reader(hashed))
		r.ReuseRecord = true
		readCSV(b, r)
	})
}

func readCSV(b *testing.B, r *csv.Reader) {
	r.FieldsPerRecord = -1
	for {
		if _, err := r.Read(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTokens is what encoding/csv does, done our way: lines and fields, nothing judged or decoded.
func BenchmarkTokens(b *testing.B) {
	measure(b, bankfile.UTF8, func(file []byte) {
		lines := bankfile.NewLineReader(bytes.NewReader(file), int64(len(file)), bankfile.DefaultLine, false)
		var t tokens
		for {
			l, err := lines.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if code := t.split(l.Text); code != "" || t.count != 16 {
				b.Fatal(code)
			}
		}
	})
}

func BenchmarkNaturalKey(b *testing.B) {
	rec := readOne(b, sampleNamed(b, "V02"), sampleOptions())
	b.ReportAllocs()
	for b.Loop() {
		rec.NaturalKey()
	}
}

// BenchmarkSurvey is the first reading alone.
func BenchmarkSurvey(b *testing.B) {
	measure(b, bankfile.UTF8, func(file []byte) {
		if _, err := Open(opener(file), sampleOptions()); err != nil {
			b.Fatal(err)
		}
	})
}
