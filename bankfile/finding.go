package bankfile

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Severity says what a finding does: an Error keeps a record from being posted, a Warning never does.
type Severity uint8

// The severities, the milder first.
const (
	Warning Severity = iota + 1
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "unknown"
}

// Word returns the severity for people, in "pl" or, for any other language, in English.
func (s Severity) Word(lang string) string {
	switch {
	case lang == "pl" && s == Warning:
		return "ostrzeżenie"
	case lang == "pl" && s == Error:
		return "błąd"
	}
	return s.String()
}

// MarshalText makes a severity a word in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word back.
func (s *Severity) UnmarshalText(b []byte) error {
	switch string(b) {
	case "warning":
		*s = Warning
	case "error":
		*s = Error
	default:
		return fmt.Errorf("severity %q", b)
	}
	return nil
}

// Params are the figures of a finding: what was counted or measured, the limit it broke, and a hint (a
// key of a known word, as "zip" or "credits", or the name of an encoding).
type Params struct {
	Hint  string `json:"hint,omitempty"`
	Got   int64  `json:"got,omitempty"`
	Limit int64  `json:"limit,omitempty"`
}

// Finding is one validation result.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Line     int      `json:"line"`              // Record.Line, or a physical line; 0 is the file as a whole
	Field    int      `json:"field,omitempty"`   // its number, from 1; 0 is the record as a whole
	Element  string   `json:"element,omitempty"` // its name in formats whose fields have names: "CdtrAcct", ":61:"
	Value    string   `json:"value,omitempty"`   // at most 64 characters, control characters escaped
	Params   Params   `json:"params,omitzero"`
}

// Message returns the finding's text in "pl", or in English for any other language. The text holds the
// value as it was seen, so it must be escaped where it is shown.
func (f Finding) Message(lang string) string {
	r, ok := rules[f.Code]
	if !ok {
		return string(f.Code)
	}
	text, i := catalogue[r].en, 0
	if lang == "pl" {
		text, i = catalogue[r].pl, 1
	}
	if own, ok := named[f.Code]; ok && f.Element != "" {
		text = own[i]
	}
	if !strings.Contains(text, "{") {
		return text
	}
	hint := f.Params.Hint
	if h, ok := hints[hint]; ok {
		hint = h[i]
	}
	return strings.NewReplacer(
		"{value}", quoted(f.Value, i == 1),
		"{got}", strconv.FormatInt(f.Params.Got, 10),
		"{limit}", strconv.FormatInt(f.Params.Limit, 10),
		"{hint}", hint,
	).Replace(text)
}

// DefaultSeverity returns the severity that a code has in the catalogue when no side of a record
// decides otherwise, and whether the code is known.
func (c Code) DefaultSeverity() (Severity, bool) {
	i, ok := rules[c]
	if !ok {
		return 0, false
	}
	return catalogue[i].severity, true
}

// AboutFile tells whether the rule is about the file as a whole.
func (c Code) AboutFile() bool { return strings.HasPrefix(string(c), "file.") }

// Codes returns every code of the catalogue in its order.
func Codes() []Code {
	list := make([]Code, len(catalogue))
	for i, r := range catalogue {
		list[i] = r.code
	}
	return list
}

// rules finds the row of a code.
var rules = indexRules(catalogue)

func indexRules(list []rule) map[Code]int {
	m := make(map[Code]int, len(list))
	for i, r := range list {
		m[r.code] = i
	}
	return m
}

func quoted(s string, polish bool) string {
	if polish {
		return "„" + s + "”"
	}
	return "“" + s + "”"
}

// maxValue is how many characters of a value a finding keeps: enough to recognise it, too few to leak
// a whole record into a log or to carry an attack far.
const maxValue = 64

// Visible cuts s to maxValue characters and escapes what would not be seen or would act in a terminal.
func Visible(s string) string {
	if len(s) <= maxValue && plain(s) {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxValue {
			b.WriteString("…")
			break
		}
		WriteVisible(&b, r)
	}
	return b.String()
}

func WriteVisible(b *strings.Builder, r rune) {
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		fmt.Fprintf(b, `\x%02X`, r)
	case r != ' ' && r != utf8.RuneError && !unicode.IsPrint(r):
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		b.WriteRune(r)
	}
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
