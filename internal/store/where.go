package store

import (
	"fmt"
	"slices"
	"strings"
)

// where collects the conditions of a listing. Optional filters are appended, so that each combination is a plain query
// which an index can serve.
type where struct {
	conditions []string
	args       []any
}

// newWhere starts with a condition whose arguments are already numbered.
func newWhere(condition string, args ...any) *where {
	return &where{conditions: []string{condition}, args: args}
}

// add appends a condition in which each ? stands for the next of its arguments.
func (w *where) add(condition string, args ...any) {
	for _, arg := range args {
		w.args = append(w.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.conditions = append(w.conditions, condition)
}

// text appends a condition unless the value is empty.
func (w *where) text(condition, value string) {
	if value != "" {
		w.add(condition, value)
	}
}

// oneOf appends a condition that a column holds one of some values, unless there are none.
func (w *where) oneOf(column string, values []string) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.add(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", args...)
}

// literal appends a condition without arguments.
func (w *where) literal(condition string) { w.conditions = append(w.conditions, condition) }

// next is the number of the argument that is added next.
func (w *where) next() int { return len(w.args) + 1 }

// page is a part of a list that is ordered by a key of its own.
type page[K comparable] struct {
	key        string // the column
	descending bool   // the order of the list
	from       K      // behind this one in the order of the list; the zero value: from its beginning
	back       bool   // before from instead, the rows nearest to it; the zero value: up to the list's end
	limit      int    // rows; 0 means all
}

// readPage reads a page of what w selects, in the order of the list, whichever way it is reached.
func readPage[T any, K comparable](tx *Tx, scan func(scanner) (T, error), selection string, w *where, p page[K]) ([]T, error) {
	descending := p.descending != p.back
	sign, order := " > ?", "ORDER BY "+p.key
	if descending {
		sign, order = " < ?", order+" DESC"
	}
	if none := *new(K); p.from != none {
		w.add(p.key+sign, p.from)
	}
	text, args := w.build(selection, order, p.limit)
	rows, err := query(tx, scan, text, args...)
	if p.back {
		slices.Reverse(rows)
	}
	return rows, err
}

// build returns the query; limit 0 means all rows.
func (w *where) build(selection, order string, limit int) (string, []any) {
	text := selection + " WHERE " + strings.Join(w.conditions, " AND ") + " " + order
	if limit > 0 {
		text += fmt.Sprintf(" LIMIT %d", limit)
	}
	return text, w.args
}
