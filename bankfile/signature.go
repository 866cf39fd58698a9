package bankfile

import "bytes"

// What a file seems to be, told by its first bytes. The answers are keys of hints; "" means that nothing is known by them.

var magics = []struct{ prefix, hint string }{
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"},
	{"\x1f\x8b", "gzip"},
	{"\xd0\xcf\x11\xe0", "ole"},
	{"%PDF-", "pdf"},
	{"{\\rtf", "rtf"},
	{"{1:", "swift"},
	{"<", "xml"},
	{":20:", "mt94x"},
	{":01:", "pla"},
}

// guess names the format that the head of a file belongs to; BOM and leading blanks do not matter.
func guess(head []byte) string {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, bomUTF8), " \t\r\n")
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.hint
		}
	}
	return guessLine(firstLine(head))
}

func firstLine(head []byte) []byte {
	if i := bytes.IndexAny(head, "\r\n"); i >= 0 {
		return head[:i]
	}
	return head
}

// guessLine tells tables by their separator: Elixir-O, those of spreadsheets, and the native format of one bank, whose first
// line is its client number, a bar and a version.
func guessLine(line []byte) string {
	commas := bytes.Count(line, []byte{','})
	switch {
	case commas == 0 && erste(line):
		return "erste"
	case commas >= 10:
		return "elixir"
	case bytes.Count(line, []byte{';'}) >= 10:
		return "semicolon"
	case bytes.Count(line, []byte{'|'}) >= 10:
		return "pipe"
	}
	return ""
}

func erste(line []byte) bool {
	number, version, found := bytes.Cut(line, []byte{'|'})
	return found && len(number) == 7 && DigitsOnly(number) && len(version) <= 2 && DigitsOnly(version)
}

// DigitsOnly reports whether b is not empty and all ASCII digits.
func DigitsOnly(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
