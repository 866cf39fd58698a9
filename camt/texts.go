package camt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How many characters of a text are kept.
const (
	mostName      = 140
	mostTitle     = 1000
	mostReference = 140
)

// texts fills what people read and what identifies the booking.
func (j *judge) texts(e *entry, v *values) {
	r := j.rec
	for _, text := range [...][]byte{v.of(remittance), v.of(creditorReference), v.of(information), e.values.of(information)} {
		if r.Title = clean(text, mostTitle); r.Title != "" {
			break
		}
	}
	if reference := clean(v.of(endToEnd), mostReference); !strings.EqualFold(reference, "NOTPROVIDED") {
		r.Reference = reference
	}
	r.OperationNumber = operation(e, v)
	r.Numbered = r.OperationNumber != ""
}

// operation is the bank's identifier of a booking: the detail's own reference, or the entry's with what tells the detail from
// its neighbours. Some banks repeat the entry's in each detail. An index alone identifies nothing.
func operation(e *entry, v *values) string {
	own, whole := clean(v.of(serviceReference), mostReference), clean(e.values.of(serviceReference), mostReference)
	switch {
	case e.count == 0:
		return whole
	case own != "" && own != whole:
		return own
	case whole == "":
		return clean(v.of(transactionID), mostReference)
	}
	return whole + "/" + clean([]byte(e.number(v.of(transactionID))), mostReference)
}

// bankCode is the bank's code of the kind of booking: domain, family and subfamily, or its own.
func bankCode(detail, entry *values) string {
	for _, v := range [...]*values{detail, entry} {
		if domain := v.of(codeDomain); len(domain) > 0 {
			parts := []string{string(domain)}
			for _, f := range [...]field{codeFamily, codeSubFamily} {
				if part := v.of(f); len(part) > 0 {
					parts = append(parts, string(part))
				}
			}
			return clean([]byte(strings.Join(parts, "/")), mostCode)
		}
		if own := v.of(codeOwn); len(own) > 0 {
			return clean(own, mostCode)
		}
	}
	return ""
}

const mostCode = 35

// clean makes one line of at most so many characters: runs of blanks are one, what is not seen or acts is dropped.
func clean(b []byte, most int) string {
	if len(b) <= most && tidy(b) {
		return string(b)
	}
	var out strings.Builder
	n, gap := 0, false
	for len(b) > 0 {
		c, size := utf8.DecodeRune(b)
		b = b[size:]
		switch {
		case unicode.IsSpace(c):
			gap = n > 0
			continue
		case unicode.IsControl(c) || unicode.Is(unicode.Cf, c):
			continue
		case gap:
			gap = false
			n++
			out.WriteByte(' ')
		}
		if n++; n > most {
			out.WriteRune('…')
			break
		}
		out.WriteRune(c)
	}
	return out.String()
}

// tidy reports printable ASCII with single blanks, which is most of what comes.
func tidy(b []byte) bool {
	for i, c := range b {
		if c < 0x20 || c > 0x7e || c == ' ' && (i == 0 || b[i-1] == ' ') {
			return false
		}
	}
	return len(b) == 0 || b[len(b)-1] != ' '
}
