package panel

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/web"
)

func reportRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/reports", need: bank.PermHistoryRead, page: (*visit).reports, group: "group.customers", entry: "reports.title", letter: "x"},
		{method: http.MethodGet, path: "/live/reports", need: bank.PermHistoryRead, page: (*visit).reportsStream, live: true},
		{method: http.MethodGet, path: "/reports/new", need: bank.PermHistoryRead, page: (*visit).askReport},
		{method: http.MethodPost, path: "/reports/new", need: bank.PermHistoryRead, page: (*visit).requestReport},
		{method: http.MethodGet, path: "/reports/{id}/file", need: bank.PermHistoryRead, page: (*visit).reportFile},
	}
}

const (
	reportList = 'r'             // marks cursors of this list
	reportPace = 2 * time.Second // of the progress
)

func (v *visit) reports() error       { return listOfReports().serve(v) }
func (v *visit) reportsStream() error { return listOfReports().stream(v, reportPace) }

func listOfReports() *list[bank.Report] {
	return &list[bank.Report]{
		name: "reports", path: "/reports", title: "reports.title", columns: reportColumns(),
		fetch: func(v *visit, q *query, limit int) (list []bank.Report, err error) {
			f := history.ReportFilter{Limit: limit}
			if f.Before, f.Back, err = web.ReadIDCursor(q.cursor, reportList); err != nil {
				return nil, err
			}
			return v.Reports.List(v.r.Context(), v.actor, f)
		},
		cursor: func(r bank.Report) web.Cursor { return web.IDCursor(reportList, r.ID) },
		empty:  noReports,
		live: func(list []bank.Report) bool {
			return slices.ContainsFunc(list, func(r bank.Report) bool { return r.Status == bank.ReportPending })
		},
	}
}

func reportColumns() []column[bank.Report] {
	return []column[bank.Report]{
		{name: "requestedAt", cell: func(v *visit, r bank.Report) templ.Component { return instantOf(v, r.RequestedAt) },
			sheet: func(v *visit, r bank.Report) any { return v.instant(r.RequestedAt).machine }},
		{name: "file", cell: func(_ *visit, r bank.Report) templ.Component { return plain(r.Name) },
			sheet: func(_ *visit, r bank.Report) any { return r.Name }},
		{name: "requestedBy", cell: func(_ *visit, r bank.Report) templ.Component { return plain(r.RequestedBy) },
			sheet: func(_ *visit, r bank.Report) any { return r.RequestedBy }},
		{name: "status", cell: reportStatus, sheet: func(_ *visit, r bank.Report) any { return string(r.Status) }},
		{name: "rows", number: true, cell: func(v *visit, r bank.Report) templ.Component { return plain(v.count(r.Rows)) },
			sheet: func(_ *visit, r bank.Report) any { return r.Rows }},
		{name: "keptUntil", cell: func(v *visit, r bank.Report) templ.Component { return instantOf(v, r.ExpiresAt) },
			sheet: func(v *visit, r bank.Report) any { return v.instant(r.ExpiresAt).machine }},
		{name: "download", cell: reportDownload, sheet: func(_ *visit, r bank.Report) any { return reportHref(r) }},
	}
}

func reportHref(r bank.Report) string {
	if r.Status != bank.ReportReady {
		return ""
	}
	return "/reports/" + r.ID.String() + "/file"
}

// reportOf is a report to ask for, with the filters of the list that it was asked from.
type reportOf struct {
	filters []chip
	hidden  url.Values
	form    string
	back    string
	key     string
	fault   string
}

// reportLink is the question for a report of what a list shows.
func reportLink(p rows[history.Row]) string {
	values := p.q.address(p.of.sorts)
	for _, name := range []string{"size", "sort"} {
		values.Del(name)
	}
	values.Set("of", p.of.path)
	return withQuery("/reports/new", values)
}

// reportQuery reads the filters that a report was asked for with, and whose page it was asked from.
func (v *visit) reportQuery(given url.Values) (reportOf, history.Filter, error) {
	l, user, back := listOfHistory(), bank.ID{}, localPath(given.Get("of"))
	if matches("/users/{id}/history", back) {
		id, err := bank.ParseID(back[len("/users/") : len(back)-len("/history")])
		if err != nil {
			return reportOf{}, history.Filter{}, bank.ErrNotFound.With("there is no such end user")
		}
		user = id
	} else {
		back = l.path
	}
	l.path = back
	q := l.queryOf(v, given)
	f, err := historyFilter(v, q, user)
	r2 := reportOf{filters: rows[history.Row]{of: l, q: q}.chips(v), hidden: q.values, form: given.Get("form"), back: withQuery(back, q.values), key: given.Get(onceKey)}
	r2.hidden.Set("of", back)
	if period := q.period(); period != "" && q.text("period") == "" {
		r2.filters = append([]chip{{label: v.word("filter", "period"), value: v.T(period)}}, r2.filters...)
	}
	if !user.IsZero() {
		u, err := v.Accounts.User(v.r.Context(), v.actor, user)
		if err != nil {
			return r2, f, err
		}
		r2.filters = append([]chip{{label: v.word("column", "user"), value: u.Name()}}, r2.filters...)
	}
	if len(q.faults) > 0 && err == nil {
		err = bank.ErrInvalid.With("a filter cannot be read")
	}
	return r2, f, err
}

func (v *visit) askReport() error {
	r, _, err := v.reportQuery(v.r.URL.Query())
	if err != nil {
		return err
	}
	r.key = bank.NewID().String()
	return v.show(v.T("report.generate"), reportPage(v, r))
}

// requestReport has the report written by a worker; its progress is in the list of reports.
func (v *visit) requestReport() error {
	r, f, err := v.reportQuery(v.r.PostForm)
	if err == nil {
		_, err = v.Reports.Request(v.once(func(any) string { return "/reports" }), v.actor, history.NewReport{Filter: f, Form: sheet.Form(r.form), Lang: v.language.String()})
	}
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err == nil {
		v.say("report.requested", "")
		return v.redirect("/reports")
	}
	byField, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	if r.fault = whole; byField["format"] != "" {
		r.fault = v.T("report.badForm")
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("report.generate"), reportPage(v, r))
}

func (v *visit) reportFile() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	r, err := v.Reports.Get(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	out := &answerWriter{v: v, name: r.Name, media: sheetMedia[sheet.Form(r.Form)]}
	return out.finish(v.Reports.WriteContent(v.r.Context(), v.actor, id, out))
}
