package panel

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/notify"
	"ims/internal/web"
)

// deliveryList marks cursors of this list.
const deliveryList = 'd'

func (v *visit) deliveries() error { return listOfDeliveries().serve(v) }

func listOfDeliveries() *list[bank.Delivery] {
	return &list[bank.Delivery]{
		name: "deliveries", path: "/notifications/log", title: "deliveries.title",
		filters: []filter{
			{name: "deliveryState", kind: oneFilter, choices: []string{"PENDING", "DELIVERED", "GIVEN_UP"}, family: "deliveryState"},
			{name: "ofTransaction"},
		},
		columns: deliveryColumns(),
		fetch:   fetchDeliveries,
		cursor:  func(d bank.Delivery) web.Cursor { return web.IDCursor(deliveryList, d.ID) },
		href:    func(d bank.Delivery) string { return "/notifications/log/" + d.ID.String() },
		empty:   noDeliveries,
	}
}

func fetchDeliveries(v *visit, q *query, limit int) (list []bank.Delivery, err error) {
	f := notify.Filter{State: bank.DeliveryState(q.text("deliveryState")), Limit: limit}
	if f.Before, f.Back, err = web.ReadIDCursor(q.cursor, deliveryList); err != nil {
		return nil, err
	}
	if text := q.text("ofTransaction"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return nil, bank.ErrInvalid.With("that is no transaction").Field("/ofTransaction", "invalid", v.T("notifications.badNumber"))
		}
		f.Transaction = bank.TransactionID(id)
	}
	return v.Notify.Deliveries(v.r.Context(), v.actor, f)
}

func deliveryColumns() []column[bank.Delivery] {
	return []column[bank.Delivery]{
		{name: "told", cell: func(v *visit, d bank.Delivery) templ.Component { return plain(v.eventsOf(d)) },
			sheet: func(v *visit, d bank.Delivery) any { return v.eventsOf(d) }},
		{name: "deliveryState", cell: func(v *visit, d bank.Delivery) templ.Component { return status(v, "deliveryState", string(d.State)) },
			sheet: func(_ *visit, d bank.Delivery) any { return string(d.State) }},
		{name: "attempts", number: true, cell: func(v *visit, d bank.Delivery) templ.Component { return plain(v.count(d.Attempts)) },
			sheet: func(_ *visit, d bank.Delivery) any { return d.Attempts }},
		{name: "httpStatus", number: true, cell: func(_ *visit, d bank.Delivery) templ.Component { return plain(httpStatus(d.Latest)) },
			sheet: func(_ *visit, d bank.Delivery) any { return httpStatus(d.Latest) }},
		{name: "failure", cell: func(_ *visit, d bank.Delivery) templ.Component { return foreign(d.Latest.Failure) },
			sheet: func(_ *visit, d bank.Delivery) any { return d.Latest.Failure }},
		{name: "happened", cell: func(v *visit, d bank.Delivery) templ.Component { return instantOf(v, d.EventAt) },
			sheet: func(_ *visit, d bank.Delivery) any { return sheetInstant(d.EventAt) }},
		{name: "lastAttempt", cell: func(v *visit, d bank.Delivery) templ.Component { return instantOf(v, d.Latest.At) },
			sheet: func(_ *visit, d bank.Delivery) any { return instantOrNone(d.Latest.At) }},
		{name: "nextAttempt", hidden: true, cell: func(v *visit, d bank.Delivery) templ.Component { return instantOf(v, nextOf(d)) },
			sheet: func(_ *visit, d bank.Delivery) any { return instantOrNone(nextOf(d)) }},
	}
}

func instantOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return sheetInstant(t)
}

// nextOf is when the next attempt is due; the zero time where there will be none.
func nextOf(d bank.Delivery) time.Time {
	if d.State != bank.DeliveryPending {
		return time.Time{}
	}
	return d.NextAt
}

// eventsOf says which transactions a delivery told of.
func (v *visit) eventsOf(d bank.Delivery) string {
	switch {
	case d.Events > 1:
		return v.T("deliveries.run", d.Events, int64(d.First), int64(d.Last))
	case d.Version > 0:
		return v.T("deliveries.changed", int64(d.First), d.Version)
	}
	return v.T("deliveries.created", int64(d.First))
}

// httpStatus is what was answered, or "" where nothing was.
func httpStatus(a bank.Attempt) string {
	if a.Status == 0 {
		return ""
	}
	return strconv.Itoa(a.Status)
}

func (v *visit) delivery() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	d, attempts, err := v.Notify.Delivery(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	return v.show(v.eventsOf(d), deliveryPage(v, d, attempts))
}

func deliveryFacts(v *visit, d bank.Delivery) []fact {
	return []fact{
		{v.word("column", "deliveryState"), status(v, "deliveryState", string(d.State))},
		{v.word("column", "happened"), instantOf(v, d.EventAt)},
		{v.word("column", "attempts"), plain(v.count(d.Attempts))},
		{v.word("column", "nextAttempt"), instantOf(v, nextOf(d))},
		{v.word("column", "id"), copyable(v, d.ID.String(), d.ID.String())},
	}
}

// retryDelivery sends the events of a delivery again.
func (v *visit) retryDelivery() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if _, err := v.Notify.Retry(v.r.Context(), v.actor, id); err != nil {
		return err
	}
	v.say("deliveries.again", "")
	return v.redirect("/notifications/log/" + id.String())
}

// took is how long an attempt lasted.
func took(a bank.Attempt) string { return a.Duration.Round(time.Millisecond).String() }

// deliveryUp are the pages above one delivery, as far as the operator may see them.
func deliveryUp(v *visit) []step {
	up := []step{{v.T("deliveries.title"), "/notifications/log"}}
	if v.may(bank.PermNotificationsWrite) {
		return append([]step{{v.T("notifications.title"), "/notifications"}}, up...)
	}
	return up
}
