package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// TestPointer: the marks stand under the field as it is seen, whatever the encoding and the length of the line.
func TestPointer(t *testing.T) {
	long := strings.Repeat("x", 300) + "BAD" + strings.Repeat("y", 300)
	for _, c := range []struct {
		name       string
		text       string
		start, end int
		want       string
	}{
		{"ASCII", "110,12.34,", 4, 9, "110,12.34,\n    ^^^^^"},
		{"letters before", "ŻÓŁ,BAD", 4, 7, "ŻÓŁ,BAD\n    ^^^"},
		{"an empty field", "110,,", 4, 4, "110,,\n    ^"},
		{"at the end", "110,", 4, 4, "110,\n    ^"},
	} {
		line, marks := pointer(c.text, c.start, c.end)
		if diff := cmp.Diff(c.want, line+"\n"+marks); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	line, marks := pointer(long, 300, 303)
	if at := strings.Index(marks, "^"); len(line) != shownWidth || line[at:at+3] != "BAD" || strings.Count(marks, "^") != 3 {
		t.Errorf("a long line is shown as\n%s\n%s", line, marks)
	}
}

// TestVisible: text of files and people cannot steer a terminal.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"ZAŻÓŁĆ":        "ZAŻÓŁĆ",
		"a\x1b[2Jb":     `a\u001b[2Jb`,
		"a\u202eb":      `a\u202eb`,
		"a\tb\rc":       `a\u0009b\u000dc`,
		"\u0085\u2028x": `\u0085\u2028x`,
	} {
		if got := visible(text); got != want {
			t.Errorf("visible(%q) is %q, want %q", text, got, want)
		}
	}
}

// TestWithoutPassword: what is printed about a store lets nobody in.
func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"sqlite:a b/ims.db":                "sqlite:a b/ims.db",
		"postgres://ims:secret@host/a":     "postgres://ims:xxxxx@host/a",
		"postgres://ims@host/a":            "postgres://ims@host/a",
		"postgres:///a?host=/run&user=ims": "postgres:///a?host=/run&user=ims",
		"postgres://host/a?password=secret&sslmode=require&sslpassword=secret": "postgres://host/a?password=xxxxx&sslmode=require&sslpassword=xxxxx",
		"postgres:///a?user=ims&password=secret":                               "postgres:///a?user=ims&password=xxxxx",
	} {
		if got := withoutPassword(dsn); got != want {
			t.Errorf("%s is shown as %s, want %s", dsn, got, want)
		}
	}
}

// TestTable: numbers stand to the right, letters count once, and nothing trails.
func TestTable(t *testing.T) {
	tab := newTable("NAME", ">SUM")
	tab.row("ŁÓDŹ", amountText(1234567, "PLN"))
	tab.row("x", amountText(-5, "JPY"))
	tab.row("only")
	var got bytes.Buffer
	tab.write(&got)
	want := "NAME            SUM\nŁÓDŹ  12 345.67 PLN\nx            -5 JPY\nonly\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestProgressIsForTerminals: what is not a terminal gets no control characters.
func TestProgressIsForTerminals(t *testing.T) {
	var w bytes.Buffer
	b := newBar(&w)
	b.show("Executing", 1, 2)
	b.finish()
	if w.Len() != 0 {
		t.Errorf("the bar wrote %q", w.String())
	}
}

// FuzzPointer: whatever stands in a line, the marks stand under shown characters and nothing breaks the terminal.
func FuzzPointer(f *testing.F) {
	f.Add([]byte("110,12.34,"), 4, 9, uint8(bankfile.ASCII))
	f.Add([]byte("\xaf\xd3\xa3,BAD"), 4, 7, uint8(bankfile.Windows1250))
	f.Add([]byte(strings.Repeat("Ż", 500)), 998, 1000, uint8(bankfile.UTF8))
	f.Fuzz(func(t *testing.T, raw []byte, start, end int, encoding uint8) {
		if start < 0 || end < start || end > len(raw) || bankfile.Encoding(encoding) > bankfile.CP852 {
			return // Span never gives these
		}
		rec := bankfile.Record{Raw: raw, Spans: []bankfile.Span{{Start: int32(start), End: int32(end)}}}
		line, marks := pointer(rec.Excerpt(bankfile.Encoding(encoding), bankfile.Finding{Field: 1}, bankfile.DefaultLine))
		if width := len([]rune(line)); width > shownWidth || !strings.HasSuffix(marks, "^") || len(marks) > width+1 {
			t.Errorf("%d characters with %d marks:\n%s\n%s", width, len(marks), line, marks)
		}
		if visible(line) != line {
			t.Errorf("the line would steer a terminal: %q", line)
		}
	})
}
