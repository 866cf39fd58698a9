package camt

import "strings"

// valuesBytes bounds what is kept of the texts of one element, whatever stands in it.
const valuesBytes = 64 << 10

// values are the texts of an element by their meaning.
type values struct {
	buf      []byte
	at       [fields]struct{ start, end int32 }
	repeated field // one that stood twice with different texts
}

func (v *values) reset() { *v = values{buf: v.buf[:0]} }

// take adds what a step tells.
func (v *values) take(s step) {
	switch {
	case s.end && s.field == aReturn:
		v.add(aReturn, []byte("true"))
	case s.end:
		v.add(s.field, s.text)
	case s.currencyOf != none:
		v.add(s.currencyOf, []byte(strings.TrimSpace(s.currency)))
	}
}

func (v *values) add(f field, text []byte) {
	if f == none || len(text) == 0 || len(v.buf)+len(text) > valuesBytes {
		return
	}
	at := &v.at[f]
	switch old := v.of(f); {
	case len(old) == 0:
	case joined[f] && len(old) < textBytes && len(v.buf)+len(old)+len(text) < valuesBytes:
		if int(at.end) != len(v.buf) { // else it goes on where it ends, so that many pieces take no more than their bytes
			at.start = int32(len(v.buf))
			v.buf = append(v.buf, old...)
		}
		v.buf = append(append(v.buf, ' '), text...)
		at.end = int32(len(v.buf))
		return
	case joined[f] || string(old) == string(text):
		return
	default:
		v.repeated = f
		return
	}
	at.start = int32(len(v.buf))
	v.buf = append(v.buf, text...)
	at.end = int32(len(v.buf))
}

// of returns the text of a field, empty where there is none. It is valid until the next reset.
func (v *values) of(f field) []byte { return v.buf[v.at[f].start:v.at[f].end] }

// set makes v a copy.
func (v *values) set(from *values) {
	v.buf = append(v.buf[:0], from.buf...)
	v.at, v.repeated = from.at, from.repeated
}
