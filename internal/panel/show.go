package panel

import (
	"strings"
	"time"

	"github.com/bojanz/currency"

	"ims/internal/money"
)

// moment is an instant as a page shows it: in the operator's zone, with UTC beside it.
type moment struct {
	machine string // RFC 3339, UTC
	text    string // day and minute in the operator's zone
	exact   string // to the second, with the offset of the zone
	utc     string
}

// instant prepares an instant; the zero time has no texts.
func (v *visit) instant(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	local, utc := t.In(v.zone), t.UTC()
	return moment{utc.Format(time.RFC3339), local.Format("2006-01-02 15:04"), local.Format("2006-01-02 15:04:05 -07:00"), utc.Format("2006-01-02 15:04:05 UTC")}
}

// zoneName is the operator's zone with its present offset.
func (v *visit) zoneName() string {
	return strings.ReplaceAll(v.zone.String(), "_", " ") + v.Now().In(v.zone).Format(" (UTC-07:00)")
}

// amount is money as a page shows it: grouped as the language does, with a real minus.
func (v *visit) amount(minor int64, c money.Currency) string {
	text := money.New(minor, c).Decimal()
	exact, err := currency.NewAmount(text, c.Code())
	if err != nil {
		return text
	}
	f := currency.NewFormatter(currency.NewLocale(v.language.String()))
	f.CurrencyDisplay = currency.DisplayNone
	f.MinDigits, f.MaxDigits = uint8(c.Exponent()), uint8(c.Exponent())
	return strings.ReplaceAll(f.Format(exact), "-", "−")
}

// count is a whole number as the language groups it.
func (v *visit) count(n int64) string { return v.printer.Sprintf("%d", n) }

// tones are what the statuses of all families mean to who looks; what is not here is neutral.
var tones = map[string]string{
	"ACTIVE": "good", "ACCEPTED": "good", "Executed": "good", "CLEARED": "good", "DELIVERED": "good", "APPROVED": "good", "SETTLED": "good",
	"PENDING": "wait", "Pending": "wait", "Validated": "wait", "Executing": "wait", "AUTHORIZED": "wait", "OPEN": "wait", "INVITED": "wait", "RETURN_ORDERED": "wait",
	"RECEIVED": "wait", "HELD": "wait", "SENT": "wait", "PREPARING": "wait", "GENERATED": "wait", "HANDED_OVER": "wait", "BOOKED": "good",
	"LOCKED": "bad", "ERROR": "bad", "WARNING": "wait", "REJECTED": "bad", "Invalid": "bad", "DECLINED": "bad", "GIVEN_UP": "bad", "REVOKED": "bad", "BLOCKED": "bad",
}

func toneOf(value string) string {
	if tone, ok := tones[value]; ok {
		return tone
	}
	return "off"
}

// iconPaths are drawn in a square of 16, with strokes in the colour of the text.
var iconPaths = map[string]string{
	"good":   "M3 8.5 6.5 12 13 4.5",
	"wait":   "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 3v3.2l2.2 1.6",
	"bad":    "M8 2.2 14.3 13H1.7L8 2.2Zm0 4.3v3.2m0 1.9v.2",
	"off":    "M4 8h8",
	"search": "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm3.3 7.8 3.2 3.2",
	"close":  "M4 4l8 8m0-8-8 8",
	"menu":   "M2.5 4h11m-11 4h11m-11 4h11",
	"next":   "M6 3l5 5-5 5",
	"back":   "M10 3 5 8l5 5",
	"up":     "M8 13V3m0 0L4 7m4-4 4 4",
	"down":   "M8 3v10m0 0 4-4m-4 4-4-4",
	"person": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.5 6c.6-3 2.8-4 5.5-4s4.9 1 5.5 4",
	"copy":   "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8v-8Z",
	"key":    "M5 6.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm2.2.9L13.5 2M11 4l2 2",
	"load":   "M8 2.5v7m0 0L5 6.7m3 2.8 3-2.8M3 13.5h10",
}
