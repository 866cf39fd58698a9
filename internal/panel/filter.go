package panel

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"ims/internal/money"
)

// filterKind says what a filter takes.
type filterKind int

// The kinds of filters. A range has two fields, NAME.from and NAME.to.
const (
	textFilter   filterKind = iota
	oneFilter               // one of the choices
	manyFilter              // any of the choices
	dayFilter               // a range of days in the operator's zone
	amountFilter            // a range of amounts, in major units with two places
)

// filter is one filter of a list. Its name is its parameter in the address and the key filter.NAME of its label.
type filter struct {
	name    string
	kind    filterKind
	choices []string
	family  string // of the words of the choices: key FAMILY.CHOICE; "": they are shown as they are
	none    string // key of the words for no choice; "": any
	hint    string // key of the words beneath; "": none
	more    bool   // stands behind *More filters*
}

// The ends of a range.
const (
	fromEnd = ".from"
	toEnd   = ".to"
)

// parameters are the fields of a filter.
func (f filter) parameters() []string {
	if f.kind == dayFilter || f.kind == amountFilter {
		return []string{f.name + fromEnd, f.name + toEnd}
	}
	return []string{f.name}
}

// read takes the values of a filter from the address, without those that say nothing.
func (f filter) read(v *visit, given url.Values, q *query) {
	for _, name := range f.parameters() {
		for _, value := range given[name] {
			value = strings.TrimSpace(value)
			if value == "" || f.choices != nil && !slices.Contains(f.choices, value) {
				continue
			}
			q.values.Add(name, value)
			if fault := f.fault(value); fault != "" {
				q.faults[name] = v.T(fault)
			}
			if f.kind != manyFilter {
				break
			}
		}
	}
}

// fault is the key of what is wrong with a value, or "".
func (f filter) fault(value string) string {
	switch f.kind {
	case dayFilter:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "list.badDay"
		}
	case amountFilter:
		if _, err := minorUnits(value); err != nil {
			return "list.badAmount"
		}
	}
	return ""
}

// minorUnits reads an amount as people write it, with a comma or a point.
func minorUnits(text string) (int64, error) {
	amount, err := money.ParseDecimal(strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), ",", "."), money.EUR)
	return amount.Minor(), err
}

// text is the value of a filter, or "".
func (q *query) text(name string) string { return q.values.Get(name) }

// many are the choices of a filter.
func (q *query) many(name string) []string { return q.values[name] }

// days are the instants between which a range of days lies: from the first instant of the first day until before the first
// instant behind the last one. An open end is the zero time.
func (q *query) days(v *visit, name string) (from, to time.Time) {
	if day, err := time.ParseInLocation(time.DateOnly, q.values.Get(name+fromEnd), v.zone); err == nil {
		from = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, q.values.Get(name+toEnd), v.zone); err == nil {
		to = day.AddDate(0, 0, 1)
	}
	return from, to
}

// amounts are the ends of a range in minor units with two places; nil where it is open.
func (q *query) amounts(name string) (from, to *int64) {
	if n, err := minorUnits(q.values.Get(name + fromEnd)); err == nil {
		from = &n
	}
	if n, err := minorUnits(q.values.Get(name + toEnd)); err == nil {
		to = &n
	}
	return from, to
}

// chip is one filter that is on, with the address of the list without it.
type chip struct{ label, value, without string }

// chips are the filters that are on, in their order.
func (p rows[R]) chips(v *visit) []chip {
	var list []chip
	for _, f := range p.of.filters {
		for _, name := range f.parameters() {
			for _, value := range p.q.values[name] {
				list = append(list, chip{f.label(v, name), f.shown(v, value), p.without(name, value)})
			}
		}
	}
	return list
}

func (f filter) label(v *visit, parameter string) string {
	label := v.word("filter", f.name)
	switch strings.TrimPrefix(parameter, f.name) {
	case fromEnd:
		return v.T("list.from", label)
	case toEnd:
		return v.T("list.to", label)
	}
	return label
}

func (f filter) shown(v *visit, value string) string {
	if f.choices != nil {
		return f.choice(v, value)
	}
	return value
}

// choice is the name of one of the choices.
func (f filter) choice(v *visit, value string) string {
	if f.family == "" {
		return value
	}
	return v.word(f.family, value)
}

// without is the address of the list without one value.
func (p rows[R]) without(name, value string) string {
	values := p.q.address(p.of.sorts)
	values.Del(viewParameter) // it is another one then
	values[name] = slices.DeleteFunc(values[name], func(v string) bool { return v == value })
	return withQuery(p.of.path, values)
}

// filtersBehind tells whether a filter behind *More filters* is on or wrong, so that it must be seen.
func (p rows[R]) filtersBehind() bool {
	for _, f := range p.of.filters {
		for _, name := range f.parameters() {
			if f.more && p.q.values.Has(name) {
				return true
			}
		}
	}
	return false
}

// filtersOf are those that stand in front, or those behind *More filters*.
func (p rows[R]) filtersOf(more bool) []filter {
	return slices.DeleteFunc(slices.Clone(p.of.filters), func(f filter) bool { return f.more != more })
}

// has tells whether a choice of a filter is on.
func (q *query) has(name, value string) bool { return slices.Contains(q.values[name], value) }

// hinted is what stands beneath a filter, or "".
func (f filter) hinted(v *visit) string {
	if f.hint == "" {
		return ""
	}
	return v.T(f.hint)
}

// options are the choices of a filter with none in front.
func (f filter) options(v *visit) []choice {
	none := v.T("list.any")
	if f.none != "" {
		none = v.T(f.none)
	}
	list := []choice{{"", none}}
	for _, c := range f.choices {
		list = append(list, choice{c, f.choice(v, c)})
	}
	return list
}
