package bankfile

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// TestWindows: what lies across the border of two reads is seen as if it lay inside one: a letter of two
// bytes, a line end of two, a run of 1A.
func TestWindows(t *testing.T) {
	tail := "ŻÓŁĆ€\r\nŁ\r\n\x1a\x1a\x1a\x1a\x1a\x1a"
	for pad := (64 << 10) - len(tail) - lookAhead; pad <= (64<<10)+lookAhead; pad++ {
		var s survey
		if err := s.conduct(strings.NewReader(strings.Repeat("x", pad)+tail), 1<<20); err != nil {
			t.Fatal(err)
		}
		if s.crlf != 2 || s.lf+s.cr+s.control != 0 || s.substitutes != 6 || s.evidence.judge().encoding != UTF8 {
			t.Fatalf("%d bytes before: %+v", pad, s)
		}
	}
}

// FuzzDetect: any bytes get an encoding that decodes them to valid text, the same however they arrive.
func FuzzDetect(f *testing.F) {
	f.Add([]byte("110,20261120,12345,,0,\"\",\"ZA\xaf\xd3\xa3\xc6\"\r\n\x1a"))
	f.Add([]byte("\xef\xbb\xbf\xc5\x81"))
	f.Add([]byte("PODR\xd3\xafE"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var at, byOne survey
		if err := at.conduct(bytes.NewReader(file), 1<<20); err != nil {
			t.Fatal(err)
		}
		if err := byOne.conduct(iotest.OneByteReader(bytes.NewReader(file)), 1<<20); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(at, byOne) {
			t.Fatalf("reads matter: %+v and %+v", at, byOne)
		}
		v := at.evidence.judge()
		if v.encoding == Auto || v.encoding == ASCII && bytes.ContainsFunc(file, func(r rune) bool { return r > 0x7f }) && !bytes.HasPrefix(file, bomUTF8) {
			t.Fatalf("%v", v)
		}
		if text := v.encoding.Text(file); strings.ToValidUTF8(text, "") != text {
			t.Fatalf("%v: text is not UTF-8", v.encoding)
		}
	})
}
