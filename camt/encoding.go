package camt

import (
	"bytes"
	"strings"

	"ims/bankfile"
)

// encodings are the names that the XML declaration may give. Each is decoded by its table of golang.org/x/text.
var encodings = map[string]bankfile.Encoding{
	"utf-8": bankfile.UTF8, "utf8": bankfile.UTF8, "us-ascii": bankfile.UTF8, "ascii": bankfile.UTF8,
	"iso-8859-1": bankfile.ISO88591, "latin1": bankfile.ISO88591, "iso_8859-1": bankfile.ISO88591,
	"iso-8859-2": bankfile.ISO88592, "latin2": bankfile.ISO88592, "iso_8859-2": bankfile.ISO88592,
	"windows-1250": bankfile.Windows1250, "cp1250": bankfile.Windows1250,
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// declared returns the encoding that the head of a file declares, UTF-8 where it declares none, and false with the name of
// one that is not read.
func declared(head []byte) (e bankfile.Encoding, name string, ok bool) {
	head, mark := bytes.CutPrefix(head, byteOrderMark)
	name = "utf-8"
	if declaration, _, closed := bytes.Cut(head, []byte("?>")); closed && bytes.HasPrefix(declaration, []byte("<?xml")) {
		if given := attribute(string(declaration), "encoding"); given != "" {
			name = given
		}
	}
	if e, ok = encodings[strings.ToLower(name)]; !ok {
		return bankfile.UTF8, name, false
	}
	if mark {
		e = bankfile.UTF8 // the mark is in the bytes, the name may have been left by whoever converted them
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
