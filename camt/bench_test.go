package camt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"ims/bankfile"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// busyDay yields a camt.054 of n credits as banks write them, without holding it.
type busyDay struct {
	n, next int
	batch   bool // as one entry of n details
	chunk   []byte
}

func (b *busyDay) Read(p []byte) (int, error) {
	for len(b.chunk) == 0 {
		switch {
		case b.next == 0:
			b.chunk = []byte(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><IBAN>` + master + `</IBAN></Id></Acct>`)
			if b.batch {
				opening, _, _ := strings.Cut(ntry(strconv.Itoa(b.n), "CRDT", "", ""), "</NtryDtls>")
				b.chunk = append(b.chunk, opening...)
			}
		case b.next <= b.n && b.batch:
			b.chunk = []byte(txDtls("1.00", german, anna, ""))
		case b.next == b.n+1 && b.batch:
			b.chunk = []byte(`</NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`)
		case b.next <= b.n:
			b.chunk = fmt.Appendf(nil, busyEntry, b.next%1000, b.next%1000, b.next, b.next, german, b.next%97, anna, b.next)
		case b.next == b.n+1:
			b.chunk = []byte(`</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`)
		default:
			return 0, io.EOF
		}
		b.next++
	}
	n := copy(p, b.chunk)
	b.chunk = b.chunk[n:]
	return n, nil
}

const busyEntry = `<Ntry><Amt Ccy="EUR">1%03d.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-20</Dt></ValDt><NtryDtls><TxDtls><Amt Ccy="EUR">1%03d.50</Amt><Refs><AcctSvcrRef>R%08d</AcctSvcrRef><EndToEndId>E%08d</EndToEndId></Refs><RltdPties><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct><Dbtr><Pty><Nm>JAN TESTOWY %d</Nm></Pty></Dbtr><CdtrAcct><Id><IBAN>%s</IBAN></Id></CdtrAcct></RltdPties><RmtInf><Ustrd>TOP UP %d</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
`

const benchRecords = 10_000

func busyBytes(b *testing.B) []byte {
	file, err := io.ReadAll(&busyDay{n: benchRecords})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	return file
}

// BenchmarkRead reads, judges and hands out every record: both readings. Compare it in one run with BenchmarkTokens.
func BenchmarkRead(b *testing.B) {
	file := busyBytes(b)
	for b.Loop() {
		r, err := Open054(opener(file), optionsOf("EUR", 2))
		for err == nil {
			_, err = r.Next()
		}
		if report := r.Report(); report.Accepted != benchRecords {
			b.Fatalf("accepted %d: %v", report.Accepted, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

// BenchmarkTokens is encoding/xml alone over the same bytes: no value is looked at.
func BenchmarkTokens(b *testing.B) {
	file := busyBytes(b)
	for b.Loop() {
		d := xml.NewDecoder(bytes.NewReader(file))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

// TestMillion reads a million records, once as entries and once as details of one entry, and looks at the memory. It takes
// minutes: set IMS_TEST_MILLION to run it.
func TestMillion(t *testing.T) {
	if os.Getenv("IMS_TEST_MILLION") == "" {
		t.Skip("IMS_TEST_MILLION is not set")
	}
	for _, batch := range []bool{false, true} {
		const million = 1_000_000
		o := optionsOf("EUR", 2)
		o.Limits.Bytes = 4 << 30
		before := heap()
		r, err := Open054(func() (io.ReadCloser, error) { return io.NopCloser(&busyDay{n: million, batch: batch}), nil }, o)
		for err == nil {
			var rec *bankfile.Record
			if rec, err = r.Next(); err == nil && rec.Line%(million/4) == 0 {
				if grown := int64(heap()) - int64(before); grown > 8<<20 {
					t.Errorf("batch %v, record %d: memory grew by %d bytes", batch, rec.Line, grown)
				}
			}
		}
		if report := r.Report(); report.Accepted != million {
			t.Errorf("batch %v: %v, accepted %d", batch, err, report.Accepted)
		}
	}
}

// heap is what is reachable now.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
