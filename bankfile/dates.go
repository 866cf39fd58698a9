package bankfile

import (
	"encoding/binary"
	"fmt"
)

// Day is what eight digits say: the date as text, its number for comparisons, or why it is none.
type Day struct {
	Text   string // YYYY-MM-DD
	Number int    // later days have greater ones
	Fault  Code   // RecordDateFormat or RecordDateInvalid; "" for a day
}

// Calendar remembers days of a file, of which there are few, so that their texts are made once. It is
// a table without chains: two days that fall on one place push each other out, and no file, however
// hostile, makes it grow.
type Calendar [64]struct {
	key uint64 // the eight bytes; no day is 0
	day Day
}

// Read returns the day that the eight bytes of b name. It is valid until the next call.
func (c *Calendar) Read(b []byte) *Day {
	key := binary.LittleEndian.Uint64(b)
	place := &c[(uint(b[5])*32+uint(b[6])*10+uint(b[7]))%64] // two months fit
	if place.key != key {
		place.key, place.day = key, parseDay(b)
	}
	return &place.day
}

func parseDay(b []byte) Day {
	if !DigitsOnly(b) {
		return Day{Fault: RecordDateFormat}
	}
	y, m, d := Number(b[:4]), Number(b[4:6]), Number(b[6:])
	if m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || y == 0 {
		return Day{Fault: RecordDateInvalid}
	}
	return Day{Text: fmt.Sprintf("%04d-%02d-%02d", y, m, d), Number: dayNumber(y, m, d)}
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		if d := parseDay([]byte(s[:4] + s[5:7] + s[8:])); d.Fault == "" {
			return d, nil
		}
	}
	return Day{}, fmt.Errorf("date %q is not a day YYYY-MM-DD", s)
}

// Number is the value of ASCII digits, at most 18 of them.
func Number(b []byte) int {
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}

func daysIn(y, m int) int {
	switch {
	case m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0):
		return 29
	case m == 2:
		return 28
	case m == 4 || m == 6 || m == 9 || m == 11:
		return 30
	}
	return 31
}

// dayNumber counts days of the Gregorian calendar, years beginning in March so that the leap day comes
// last: 365 days a year, leap days, and (153m+2)/5 days before month m of such a year.
func dayNumber(y, m, d int) int {
	if m < 3 {
		y, m = y-1, m+12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d
}
