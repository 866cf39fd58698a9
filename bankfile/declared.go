package bankfile

import (
	"bytes"
	"strings"
)

// declarable are the names that an XML declaration may give. Each is decoded by its table of golang.org/x/text.
var declarable = map[string]Encoding{
	"utf-8": UTF8, "utf8": UTF8, "us-ascii": UTF8, "ascii": UTF8,
	"iso-8859-1": ISO88591, "latin1": ISO88591, "iso_8859-1": ISO88591,
	"iso-8859-2": ISO88592, "latin2": ISO88592, "iso_8859-2": ISO88592,
	"windows-1250": Windows1250, "cp1250": Windows1250,
}

// ByteOrderMark may stand in front of a file in UTF-8.
var ByteOrderMark = []byte("\xef\xbb\xbf")

// Declared returns the encoding that the head of an XML file declares, UTF-8 where it declares none, and false with the name
// of one that is not read.
func Declared(head []byte) (e Encoding, name string, ok bool) {
	head, mark := bytes.CutPrefix(head, ByteOrderMark)
	name = "utf-8"
	if declaration, _, closed := bytes.Cut(head, []byte("?>")); closed && bytes.HasPrefix(declaration, []byte("<?xml")) {
		if given := attribute(string(declaration), "encoding"); given != "" {
			name = given
		}
	}
	if e, ok = declarable[strings.ToLower(name)]; !ok {
		return UTF8, name, false
	}
	if mark {
		e = UTF8 // the mark is in the bytes, the name may have been left by whoever converted them
	}
	return e, name, true
}

// attribute returns the quoted value of a name.
func attribute(text, name string) string {
	_, rest, found := strings.Cut(text, name)
	rest = strings.TrimLeft(rest, " \t\r\n")
	if !found || !strings.HasPrefix(rest, "=") {
		return ""
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	value, _, closed := strings.Cut(rest[1:], rest[:1])
	if !closed {
		return ""
	}
	return value
}
