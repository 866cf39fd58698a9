package bank

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// BankCalendar names days on which banks do not work, beside weekends.
type BankCalendar string

// The calendars.
const (
	CalendarByCurrency BankCalendar = ""       // PL for PLN, TARGET for EUR, none else
	CalendarPoland     BankCalendar = "PL"     // public holidays of Poland
	CalendarTarget     BankCalendar = "TARGET" // closing days of the euro system
	CalendarNone       BankCalendar = "NONE"
)

// What an ordering may say at most.
const (
	MaxCutOffs       = 24
	MaxHolidays      = 400
	MaxOrdersPerFile = 100_000
)

// Ordering is how the orders of a master account go to the bank. The zero value gathers them only by hand, on Mondays to
// Fridays but for the holidays of the currency, in the usual form.
type Ordering struct {
	CutOffs     []string     `json:"cutOffs,omitempty"`     // times HH:MM at which what is held is gathered, ascending
	Weekdays    []int        `json:"weekdays,omitempty"`    // on which the bank works, 1 (Monday) to 7; empty: 1 to 5
	Calendar    BankCalendar `json:"calendar,omitempty"`    // of holidays
	Holidays    []string     `json:"holidays,omitempty"`    // ISO dates on which the bank does not work, beside the calendar's
	Zone        string       `json:"zone,omitempty"`        // of the times; empty: Zone
	MaxOrders   int          `json:"maxOrders,omitempty"`   // of one file; 0: MaxOrdersPerFile
	Format      string       `json:"format,omitempty"`      // OrdersPain writes PLN so too; empty: by the currency
	Encoding    string       `json:"encoding,omitempty"`    // pli: one of Encodings; empty: windows-1250
	NoComma     bool         `json:"noComma,omitempty"`     // pli: commas in texts become blanks
	BIC         string       `json:"bic,omitempty"`         // pain: of the bank; empty: it knows itself by the IBAN
	InitiatorID string       `json:"initiatorId,omitempty"` // pain: what the bank calls the customer
	Letters     bool         `json:"letters,omitempty"`     // pain: letters with marks may stay
}

// Check refuses what has no meaning: ErrInvalid with the field.
func (o Ordering) Check() error {
	switch {
	case len(o.CutOffs) > MaxCutOffs || !slices.IsSorted(o.CutOffs) || len(slices.Compact(slices.Clone(o.CutOffs))) != len(o.CutOffs):
		return badOrdering("cutOffs", fmt.Sprintf("at most %d different times, the earliest first", MaxCutOffs))
	case !all(o.CutOffs, "15:04"):
		return badOrdering("cutOffs", "times HH:MM")
	case slices.ContainsFunc(o.Weekdays, func(d int) bool { return d < 1 || d > 7 }):
		return badOrdering("weekdays", "numbers from 1, Monday, to 7")
	case !slices.Contains([]BankCalendar{CalendarByCurrency, CalendarPoland, CalendarTarget, CalendarNone}, o.Calendar):
		return badOrdering("calendar", "PL, TARGET, NONE, or empty for that of the currency")
	case len(o.Holidays) > MaxHolidays || !all(o.Holidays, time.DateOnly):
		return badOrdering("holidays", fmt.Sprintf("at most %d dates YYYY-MM-DD", MaxHolidays))
	case o.MaxOrders < 0 || o.MaxOrders > MaxOrdersPerFile:
		return badOrdering("maxOrders", fmt.Sprintf("1 to %d, or 0 for the most", MaxOrdersPerFile))
	case o.Format != "" && o.Format != OrdersPain:
		return badOrdering("format", OrdersPain+", or empty for that of the currency")
	case o.Encoding != "" && !slices.Contains(Encodings(), o.Encoding):
		return badOrdering("encoding", "one of "+strings.Join(Encodings(), ", "))
	case o.BIC != "" && len(o.BIC) != 8 && len(o.BIC) != 11 || strings.Trim(o.BIC, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "":
		return badOrdering("bic", "8 or 11 capitals and digits")
	case len(o.InitiatorID) > 35 || CheckText(o.InitiatorID, false, 35) != "":
		return badOrdering("initiatorId", "at most 35 characters")
	}
	if _, err := time.LoadLocation(o.Zone); err != nil {
		return badOrdering("zone", "a name of the time zone database, such as "+Zone)
	}
	return nil
}

func all(texts []string, layout string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool {
		t, err := time.Parse(layout, s)
		return err != nil || t.Format(layout) != s
	})
}

func badOrdering(field, want string) error {
	return ErrInvalid.With("the ordering's %s is wrong: want %s", field, want).Field("/ordering/"+field, "invalid", want)
}

// String lists what differs from the usual, for people.
func (o Ordering) String() string {
	var parts []string
	add := func(given bool, format string, args ...any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(len(o.CutOffs) > 0, "cut-off %s", strings.Join(o.CutOffs, " "))
	add(len(o.Weekdays) > 0, "weekdays %v", o.Weekdays)
	add(o.Calendar != "", "calendar %s", o.Calendar)
	add(len(o.Holidays) > 0, "holidays %s", strings.Join(o.Holidays, " "))
	add(o.Zone != "", "zone %s", o.Zone)
	add(o.MaxOrders > 0, "at most %d orders", o.MaxOrders)
	add(o.Format != "", "format %s", o.Format)
	add(o.Encoding != "", "encoding %s", o.Encoding)
	add(o.NoComma, "no commas")
	add(o.BIC != "", "BIC %s", o.BIC)
	add(o.InitiatorID != "", "initiator %s", o.InitiatorID)
	add(o.Letters, "letters with marks")
	if len(parts) == 0 {
		return "by hand"
	}
	return strings.Join(parts, ", ")
}

func (o Ordering) location() *time.Location {
	if o.Zone == "" {
		return zone()
	}
	place, err := time.LoadLocation(o.Zone)
	if err != nil {
		return zone() // Check has refused it
	}
	return place
}

// Works tells whether the bank works on the day of an instant, for a currency.
func (o Ordering) Works(at time.Time, currency string) bool {
	at = at.In(o.location())
	weekday := int(at.Weekday()+6)%7 + 1
	if len(o.Weekdays) > 0 && !slices.Contains(o.Weekdays, weekday) || len(o.Weekdays) == 0 && weekday > 5 {
		return false
	}
	return !slices.Contains(o.Holidays, at.Format(time.DateOnly)) && !o.Calendar.of(currency).closed(at)
}

// mostIdle is how many days in a row a bank may be thought to rest.
const mostIdle = 60

// LastCutOff is the latest cut-off that is not after an instant, on a day on which the bank works; zero if there is none.
func (o Ordering) LastCutOff(now time.Time, currency string) (last time.Time) {
	for back := range mostIdle {
		for _, at := range o.cutOffsOf(now, -back, currency) {
			if !at.After(now) {
				last = at
			}
		}
		if !last.IsZero() {
			break
		}
	}
	return last
}

// NextCutOff is the first cut-off behind an instant, on a day on which the bank works; zero if there is none.
func (o Ordering) NextCutOff(now time.Time, currency string) time.Time {
	for ahead := range mostIdle {
		for _, at := range o.cutOffsOf(now, ahead, currency) {
			if at.After(now) {
				return at
			}
		}
	}
	return time.Time{}
}

// cutOffsOf are the cut-offs of the day that lies so many days behind now's.
func (o Ordering) cutOffsOf(now time.Time, days int, currency string) (list []time.Time) {
	y, m, d := now.In(o.location()).Date()
	if noon := time.Date(y, m, d+days, 12, 0, 0, 0, o.location()); !o.Works(noon, currency) {
		return nil
	}
	for _, text := range o.CutOffs {
		if t, err := time.Parse("15:04", text); err == nil {
			list = append(list, time.Date(y, m, d+days, t.Hour(), t.Minute(), 0, 0, o.location()))
		}
	}
	return list
}

// Day is the ISO date on which the bank shall carry out what is gathered at an instant: today where it works and its last
// cut-off is not over, else the next day on which it works.
func (o Ordering) Day(now time.Time, currency string) string {
	y, m, d := now.In(o.location()).Date()
	for ahead := range mostIdle {
		noon := time.Date(y, m, d+ahead, 12, 0, 0, 0, o.location())
		if !o.Works(noon, currency) {
			continue
		}
		offs := o.cutOffsOf(now, ahead, currency)
		if ahead > 0 || len(offs) == 0 || !now.After(offs[len(offs)-1]) {
			return noon.Format(time.DateOnly)
		}
	}
	return now.In(o.location()).Format(time.DateOnly)
}

func (c BankCalendar) of(currency string) BankCalendar {
	switch {
	case c != CalendarByCurrency:
		return c
	case currency == "PLN":
		return CalendarPoland
	case currency == "EUR":
		return CalendarTarget
	}
	return CalendarNone
}

// closed tells whether a day is a holiday. Poland's are those of the act on days off work, with Christmas Eve from 2025; the
// euro system rests on six days.
func (c BankCalendar) closed(at time.Time) bool {
	y, m, d := at.Date()
	fromEaster := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(easter(y)) / (24 * time.Hour))
	fixed := fmt.Sprintf("%02d-%02d", int(m), d)
	switch c {
	case CalendarPoland:
		return slices.Contains([]string{"01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11", "12-25", "12-26"}, fixed) ||
			fixed == "12-24" && y >= 2025 || slices.Contains([]int{0, 1, 49, 60}, fromEaster)
	case CalendarTarget:
		return slices.Contains([]string{"01-01", "05-01", "12-25", "12-26"}, fixed) || slices.Contains([]int{-2, 1}, fromEaster)
	}
	return false
}

// easter is Easter Sunday of a year of the Gregorian calendar, by Gauss's reckoning with the corrections for the epact.
func easter(year int) time.Time {
	golden, century := year%19, year/100
	epact := (19*golden + century - century/4 - (8*century+13)/25 + 15) % 30
	epact -= epact / 28 * (1 - epact/28*(29/(epact+1))*((21-golden)/11))
	weekday := (year + year/4 + epact + 2 - century + century/4) % 7
	days := epact - weekday
	return time.Date(year, time.March, 28+days, 0, 0, 0, 0, time.UTC)
}
