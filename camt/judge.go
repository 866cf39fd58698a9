package camt

import (
	"cmp"
	"strings"

	"ims/bankfile"
)

// judge turns entries and details into records. Nothing is carried over from one to the next but the calendar, which holds
// facts: so a record's findings depend on its own entry only.
type judge struct {
	opt   *bankfile.Options
	own   *bankfile.Ranges
	today int
	days  *bankfile.Calendar
	rec   *bankfile.Record
	raw   []byte
}

func newJudge(file *bankfile.File) judge {
	return judge{opt: &file.Options, own: &file.Own, today: file.Today, days: new(bankfile.Calendar), rec: new(bankfile.Record)}
}

// noValues are those of an entry without details.
var noValues values

// record judges a detail of an entry, or an entry that has none. A finding with a code says that it was left out.
func (j *judge) record(line int, e *entry, d *detail) (r *bankfile.Record, left bankfile.Finding) {
	r = j.rec
	r.Reset()
	j.raw = e.appendRaw(j.raw[:0], d)
	r.Line, r.Raw = line, j.raw
	v := &noValues
	if d != nil {
		v = &d.values
	}
	j.shape(e, d, v)
	r.Type = bankCode(v, &e.values)
	j.money(e, v)
	j.dates(&e.values)
	j.texts(e, v)
	r.Return, r.ReturnReason = len(v.of(aReturn)) > 0, clean(v.of(returnReason), mostReference)
	j.reversal(&e.values)
	sign, known := j.mark(e, v)
	if !known {
		return r, left
	}
	if both := j.sides(e, v, sign); both != "" {
		return r, bankfile.Finding{Code: bankfile.RecordOtherBooking, Line: line, Element: "Ntry/CdtDbtInd", Value: bankfile.Visible(both)}
	}
	return r, left
}

// shape judges the element as a whole.
func (j *judge) shape(e *entry, d *detail, v *values) {
	if !e.whole || d != nil && !d.whole {
		j.find(bankfile.RecordTooLong, element(d), "", bankfile.Params{Limit: int64(j.opt.Limits.Line)})
	}
	if f := cmp.Or(v.repeated, e.values.repeated); f != none {
		j.find(bankfile.RecordFieldRepeated, element(d), fieldNames[f], bankfile.Params{})
	}
	if len(e.values.of(status)) == 0 {
		j.find(bankfile.RecordFieldMissing, "Ntry/Sts", "Sts", bankfile.Params{})
	}
	if d == nil && e.facts.promised > 1 {
		j.find(bankfile.RecordBatchWithoutDetails, "Ntry/NtryDtls/Btch", "", bankfile.Params{Got: int64(e.facts.promised)})
	}
}

func element(d *detail) string {
	if d == nil {
		return "Ntry"
	}
	return "TxDtls"
}

// money judges the amounts. What was booked is the entry's amount; of several details each has its own, and together they
// must be the entry's.
func (j *judge) money(e *entry, v *values) {
	f := &e.facts
	if f.fault != "" {
		_, _, shown := j.booked(&e.values)
		j.amountFault(f.fault, "Ntry/Amt", shown)
	}
	n := f.amount
	if e.count > 0 {
		own, code, shown := j.detailAmount(v)
		stated := code != bankfile.RecordAmountMissing && code != bankfile.RecordCurrency
		switch {
		case code != "" && (stated || !f.single):
			j.amountFault(code, "TxDtls/Amt", shown)
		case !f.single:
			n = own
		}
	}
	j.rec.Amount = n
	switch {
	case n == 0 && !j.hasError():
		j.find(bankfile.RecordAmountZero, "Ntry/Amt", "", bankfile.Params{})
	case n > j.opt.MaxAmount:
		j.amountFault(bankfile.RecordAmountTooLarge, "Ntry/Amt", "")
	}
	if f.mismatch {
		j.find(bankfile.RecordBatchMismatch, "Ntry/Amt", "", bankfile.Params{Got: f.sum, Limit: f.amount})
	}
}

func (j *judge) amountFault(code bankfile.Code, element, shown string) {
	params := bankfile.Params{}
	if code == bankfile.RecordAmountTooLarge {
		params.Limit = j.opt.MaxAmount
	}
	j.find(code, element, shown, params)
}

// dates judges when it was booked. A value date that cannot be read costs nobody money: the booking date stands for it.
func (j *judge) dates(v *values) {
	text := v.of(bookingDate)
	d := j.day(text)
	j.rec.Date = d.Text
	switch {
	case len(text) == 0:
		j.find(bankfile.RecordDateMissing, "Ntry/BookgDt", "", bankfile.Params{})
	case d.Fault != "":
		j.find(d.Fault, "Ntry/BookgDt", string(text), bankfile.Params{})
	case j.today == 0:
	case d.Number > j.today:
		j.find(bankfile.RecordDateFuture, "Ntry/BookgDt", d.Text, bankfile.Params{})
	case j.today-d.Number > j.opt.MaxAgeDays:
		j.find(bankfile.RecordDateTooOld, "Ntry/BookgDt", d.Text, bankfile.Params{Limit: int64(j.opt.MaxAgeDays)})
	}
	if text = v.of(valueDate); len(text) > 0 {
		d = j.day(text)
		if j.rec.ValueDate = d.Text; d.Fault != "" {
			j.findAs(bankfile.Warning, d.Fault, "Ntry/ValDt", string(text), bankfile.Params{})
		}
	}
}

// day reads YYYY-MM-DD with, maybe, a time or an offset behind it: the day is the one in that offset.
func (j *judge) day(b []byte) bankfile.Day {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' || len(b) > 10 && !strings.ContainsRune("TZ+-", rune(b[10])) {
		return bankfile.Day{Fault: bankfile.RecordDateFormat}
	}
	digits := [8]byte{b[0], b[1], b[2], b[3], b[5], b[6], b[8], b[9]}
	return *j.days.Read(digits[:])
}

// reversal reads whether the bank takes back an earlier booking.
func (j *judge) reversal(v *values) {
	switch text := string(v.of(reversal)); text {
	case "", "false", "0":
	case "true", "1":
		j.rec.Reversal = true
		j.find(bankfile.RecordReversal, "Ntry/RvslInd", "", bankfile.Params{})
	default:
		j.find(bankfile.RecordMarkFormat, "Ntry/RvslInd", text, bankfile.Params{})
	}
}

// mark returns what was booked; a detail may differ from its entry, which is then the difference of both kinds.
func (j *judge) mark(e *entry, v *values) (sign string, known bool) {
	for _, v := range [...]*values{v, &e.values} {
		switch text := string(v.of(mark)); text {
		case "":
		case credited, debited:
			return text, true
		default:
			j.find(bankfile.RecordMarkFormat, "Ntry/CdtDbtInd", text, bankfile.Params{})
			return "", false
		}
	}
	j.find(bankfile.RecordFieldMissing, "Ntry/CdtDbtInd", "CdtDbtInd", bankfile.Params{})
	return "", false
}

// find adds a finding with the severity of the catalogue.
func (j *judge) find(code bankfile.Code, element, value string, params bankfile.Params) {
	severity, _ := code.DefaultSeverity()
	j.findAs(severity, code, element, value, params)
}

func (j *judge) findAs(s bankfile.Severity, code bankfile.Code, element, value string, params bankfile.Params) {
	j.rec.Findings = append(j.rec.Findings, bankfile.Finding{
		Code: code, Severity: s, Line: j.rec.Line, Element: element, Value: bankfile.Visible(value), Params: params,
	})
}

func (j *judge) hasError() bool { return bankfile.HasError(j.rec.Findings) }
