package bank

import (
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Zone is where civil dates of operations without a bank's date are taken: that of the clearing houses the files come from.
const Zone = "Europe/Warsaw"

// CivilDate is the ISO date of an instant in Zone.
func CivilDate(at time.Time) string { return inZone(at).Format(time.DateOnly) }

// CivilTime is the date and time of an instant in Zone, for people.
func CivilTime(at time.Time) string { return inZone(at).Format("2006-01-02 15:04:05 MST") }

func inZone(at time.Time) time.Time { return at.In(zone()) }

var zone = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return time.UTC // the program embeds the time zones; only a stripped test binary gets here
	}
	return zone
})

// PlainCell keeps a text of somebody else's from being taken for a formula by a spreadsheet that opens a CSV file.
func PlainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// CheckText refuses text that is not UTF-8, holds control characters, is longer than limit characters, or is empty though
// it must not be. It returns the reason, or "".
func CheckText(s string, required bool, limit int) string {
	switch {
	case required && strings.TrimSpace(s) == "":
		return "must not be empty"
	case !utf8.ValidString(s):
		return "must be UTF-8 text"
	case utf8.RuneCountInString(s) > limit:
		return "is too long"
	}
	for _, r := range s {
		if unicode.IsControl(r) { // also those beyond ASCII: terminals obey them too
			return "must not hold control characters"
		}
	}
	return ""
}

// AnyStops tells whether any of the blocks stops money in
// the direction at an instant.
func AnyStops(blocks []Block, credit bool, at time.Time) bool {
	for _, b := range blocks {
		if b.StandsAt(at) && b.Stops(credit) {
			return true
		}
	}
	return false
}

// CivilMidnight is the instant at which an ISO date begins in Zone; the zero time if it is no date.
func CivilMidnight(date string) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, inZone(day).Location())
}
