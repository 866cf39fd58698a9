package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
)

// addAudit appends an audit event; its id comes from the locked head.
func (tx *Tx) addAudit(e bank.AuditEvent) error {
	_, err := tx.exec(`INSERT INTO audit_events (customer_id, id, at, actor, action, object, before, after, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, e.Customer, e.ID, micros(e.At), e.Actor, e.Action, e.Object, e.Before, e.After, e.Origin)
	return err
}

const auditSelect = "SELECT customer_id, id, at, actor, action, object, before, after, origin FROM audit_events"

func scanAudit(row scanner) (e bank.AuditEvent, err error) {
	err = row.Scan(&e.Customer, &e.ID, instant{&e.At}, &e.Actor, &e.Action, &e.Object, &e.Before, &e.After, &e.Origin)
	return e, err
}

// AuditEvents lists events with ids from first to last, in order.
func (tx *Tx) AuditEvents(customer bank.CustomerID, first, last bank.TransactionID) ([]bank.AuditEvent, error) {
	return query(tx, scanAudit, auditSelect+" WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id", customer, first, last)
}

// AuditFilter selects audit events; zero fields do not filter.
type AuditFilter struct {
	Actor         string // whole
	Action        string // how it begins
	Object        string // whole
	From, To      time.Time
	Before, After bank.TransactionID // ids before this one, or behind it: the nearest ones
	Limit         int                // 0: all
}

// AuditTrail lists events, newest first. From is inclusive, To is not. A filter is entered by the index of its object, or else
// of its actor, or else of each of the few actions that begin so; what else it asks for is read off the rows.
func (tx *Tx) AuditTrail(customer bank.CustomerID, f AuditFilter) ([]bank.AuditEvent, error) {
	low, high, err := tx.auditBounds(customer, f)
	if err != nil {
		return nil, err
	}
	span := auditSpan{f, customer, low, high}
	switch {
	case f.Object != "":
		return tx.auditBy(span, "object", f.Object)
	case f.Actor != "":
		return tx.auditBy(span, "actor", f.Actor)
	case f.Action == "":
		w := newWhere("customer_id = $1 AND id > $2 AND id < $3", customer, low, high)
		text, args := w.build(auditSelect, f.order(), f.Limit)
		list, err := query(tx, scanAudit, text, args...)
		return f.nearest(list), err
	}
	actions, err := tx.AuditActions(customer, f.Action)
	if err != nil {
		return nil, err
	}
	var all []bank.AuditEvent
	for _, action := range actions {
		some, err := tx.auditBy(span, "action", action)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return f.nearest(all), nil
}

// auditSpan is what of a customer's trail a filter looks at: ids between two, both exclusive.
type auditSpan struct {
	f         AuditFilter
	customer  bank.CustomerID
	low, high bank.TransactionID
}

// auditStep is how many events are looked at together.
const auditStep = 500

// auditBy reads the nearest events with a value in a column that has an index: first ids, of which the index alone tells, so
// that it serves whatever a planner knows, then their rows.
func (tx *Tx) auditBy(s auditSpan, column, value string) (list []bank.AuditEvent, err error) {
	for s.f.Limit == 0 || len(list) < s.f.Limit {
		ids, err := query(tx, number, "SELECT id FROM audit_events WHERE customer_id = $1 AND "+column+" = $2 AND id > $3 AND id < $4 "+
			s.f.order()+" LIMIT $5", s.customer, value, s.low, s.high, s.step(column))
		if err != nil || len(ids) == 0 {
			return s.f.nearest(list), err
		}
		condition, arg := tx.in("id", 2, List{Ints: ids})
		rows, err := query(tx, scanAudit, auditSelect+" WHERE customer_id = $1 AND "+condition, s.customer, arg)
		if err != nil {
			return nil, err
		}
		list = append(list, slices.DeleteFunc(rows, func(e bank.AuditEvent) bool { return !s.f.fits(e) })...)
		if last := bank.TransactionID(ids[len(ids)-1]); s.f.After > 0 {
			s.low = last
		} else {
			s.high = last
		}
	}
	return s.f.nearest(list), nil
}

// step is how many events are looked at together: no more than are asked for, where every one of the column's fits.
func (s auditSpan) step(column string) int {
	if s.f.Limit == 0 || column != "action" && s.f.Action != "" || column == "object" && s.f.Actor != "" {
		return auditStep
	}
	return min(s.f.Limit, auditStep)
}

func (f AuditFilter) fits(e bank.AuditEvent) bool {
	return (f.Actor == "" || e.Actor == f.Actor) && (f.Object == "" || e.Object == f.Object) && strings.HasPrefix(e.Action, f.Action)
}

// order begins with the nearest event.
func (f AuditFilter) order() string {
	if f.After > 0 {
		return "ORDER BY id"
	}
	return "ORDER BY id DESC"
}

// nearest sorts events, newest first, and cuts what is farther than the limit.
func (f AuditFilter) nearest(list []bank.AuditEvent) []bank.AuditEvent {
	slices.SortFunc(list, func(a, b bank.AuditEvent) int { return cmp.Compare(b.ID, a.ID) })
	if f.Limit == 0 || len(list) <= f.Limit {
		return list
	}
	if f.After > 0 {
		return list[len(list)-f.Limit:]
	}
	return list[:f.Limit]
}

// auditBounds are the ids between which events lie, both exclusive. Instants never go back as ids grow.
func (tx *Tx) auditBounds(customer bank.CustomerID, f AuditFilter) (low, high bank.TransactionID, err error) {
	head, err := tx.ReadHead(customer)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	low, high = f.After, head.NextID
	if f.Before > 0 {
		high = min(high, f.Before)
	}
	if !f.From.IsZero() {
		first, err := tx.firstAuditSince(customer, f.From, head.NextID)
		if err != nil {
			return 0, 0, err
		}
		low = max(low, first-1)
	}
	if !f.To.IsZero() {
		behind, err := tx.firstAuditSince(customer, f.To, head.NextID)
		if err != nil {
			return 0, 0, err
		}
		high = min(high, behind)
	}
	return low, high, nil
}

// firstAuditSince is FirstIDSince for audit events.
func (tx *Tx) firstAuditSince(customer bank.CustomerID, since time.Time, bound bank.TransactionID) (bank.TransactionID, error) {
	low, high, first := bank.TransactionID(1), bound, bound
	for low < high {
		middle := low + (high-low)/2
		e, err := queryOne(tx, scanAudit, auditSelect+" WHERE customer_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 1", customer, middle, high)
		switch {
		case errors.Is(err, bank.ErrNotFound):
			high = middle
		case err != nil:
			return 0, err
		case e.At.Before(since):
			low = e.ID + 1
		default:
			high, first = middle, e.ID
		}
	}
	return first, nil
}

// AuditActions lists the different actions that begin so and occur, in order: one look at the index for each.
func (tx *Tx) AuditActions(customer bank.CustomerID, prefix string) ([]string, error) {
	scan := func(row scanner) (s string, err error) { return s, row.Scan(&s) }
	var list []string
	condition, from := "action >= $2", prefix
	for {
		action, err := queryOne(tx, scan, "SELECT action FROM audit_events WHERE customer_id = $1 AND "+condition+" AND action < $3 ORDER BY action LIMIT 1",
			customer, from, prefix+"~")
		if errors.Is(err, bank.ErrNotFound) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list, condition, from = append(list, action), "action > $2", action
	}
}
