package panel

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/web"
)

// list is a page with a table: what it shows, how it is narrowed and where its rows come from. Everything else (filters in the
// address, chips, pages, columns, export) is the same for all and is done by serve.
type list[R any] struct {
	name    string // of the list: in the cookie of the columns and in the names of exports
	path    string
	title   string // key of its name
	filters []filter
	columns []column[R] // the first is the row's heading and links to its page
	sorts   []string    // orders of the rows, the default first: a column's name, with a minus before it when descending
	// fetch reads up to limit rows behind the cursor of the query or, where it leads back, before it; in the order of the list.
	fetch   func(v *visit, q *query, limit int) ([]R, error)
	cursor  func(R) web.Cursor // where the list goes on behind a row
	href    func(R) string     // of the row's page
	actions func(v *visit) templ.Component
	up      []step                                   // pages above this one
	above   func(v *visit) templ.Component           // stands between the heading and the filters; nil: nothing
	choose  func(v *visit, page []R) templ.Component // stands over the table, as what can be done with several rows; nil: nothing
	live    func(list []R) bool                      // whether rows change by themselves: the route /live + path then streams the table
	empty   func(v *visit) templ.Component           // teaches what would be here

	// What only some lists have; nil where there is nothing.
	head func(v *visit) templ.Component            // in place of the heading
	note func(v *visit, p rows[R]) templ.Component // above the rows, for those that were asked for
}

// column is one column of a list. Its name is the key column.NAME.
type column[R any] struct {
	name   string
	cell   func(v *visit, row R) templ.Component
	sheet  func(v *visit, row R) any // as sheet.Writer takes it
	number bool                      // aligned to the right
	hidden bool                      // until somebody chooses it
}

const (
	defaultSize = 50
	exportPage  = 400 // with the row behind it within what every room gives at once
)

// pageSizes are offered; another one in the address is the default.
var pageSizes = []int{20, 50, 100, 200}

// query is what the address says about a list.
type query struct {
	values  url.Values        // of the filters, only those that say something
	faults  map[string]string // of filters that cannot be read: why
	cursor  string
	size    int
	sort    string
	columns []string
	view    string // the saved view that it is, or ""
	told    string // what the fetch has to tell about the answer
}

// readQuery reads the address, but for the view that it names.
func (l *list[R]) readQuery(v *visit) *query { return l.queryOf(v, v.r.URL.Query()) }

// queryOf reads parameters. What it does not know is left out, so that chips and links hold only what counts.
func (l *list[R]) queryOf(v *visit, given url.Values) *query {
	q := &query{values: url.Values{}, faults: map[string]string{}, cursor: given.Get("cursor"), size: defaultSize}
	if size, err := strconv.Atoi(given.Get("size")); err == nil && slices.Contains(pageSizes, size) {
		q.size = size
	}
	if len(l.sorts) > 0 {
		q.sort = l.sorts[0]
	}
	if slices.Contains(l.sorts, given.Get("sort")) {
		q.sort = given.Get("sort")
	}
	for _, f := range l.filters {
		f.read(v, given, q)
	}
	q.columns = l.chosen(v)
	return q
}

// chosen are the columns to show: the first always, the others as remembered.
func (l *list[R]) chosen(v *visit) []string {
	remembered, any := v.prefs.Columns[l.name]
	names := strings.Split(remembered, ",")
	var shown []string
	for i, c := range l.columns {
		if i == 0 || any && slices.Contains(names, c.name) || !any && !c.hidden {
			shown = append(shown, c.name)
		}
	}
	return shown
}

// shows tells whether a column is among those chosen.
func (q *query) shows(name string) bool { return slices.Contains(q.columns, name) }

// rows is one page of a list.
type rows[R any] struct {
	of   *list[R]
	q    *query
	list []R
	web.Links

	keeps bool             // saved views can be kept
	views []bank.SavedView // that the operator sees
}

// serve answers with the list, or with all of it as a sheet where the address says format=csv or format=xlsx.
func (l *list[R]) serve(v *visit) error { return l.serveAs(v, http.StatusOK) }

// serveAs is serve with a status, for a page whose form was refused.
func (l *list[R]) serveAs(v *visit, status int) error {
	q := l.readQuery(v)
	views, err := v.savedViews(l.path)
	if err != nil {
		return err
	}
	q.take(views, v.r.URL.Query().Get(viewParameter))
	if form := sheet.Form(v.r.URL.Query().Get("format")); form != "" {
		return l.export(v, q, form)
	}
	page := rows[R]{of: l, q: q, keeps: v.keepsViews(l.path), views: views}
	if len(q.faults) == 0 {
		if err := page.fetchPage(v); err != nil {
			return err
		}
	}
	if len(q.faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.answer(status, v.T(l.title), listPage(v, page))
}

// stream keeps the table up to date while its rows change by themselves.
func (l *list[R]) stream(v *visit, pace time.Duration) error {
	q := l.readQuery(v)
	return v.stream(pace, func() (templ.Component, bool, error) {
		page := rows[R]{of: l, q: q}
		err := page.fetchPage(v)
		return tableOf(v, page), !l.live(page.list), err
	})
}

// liveAddress is where the table is streamed from, or "" where nothing changes by itself.
func (p rows[R]) liveAddress() string {
	if p.of.live == nil || !p.of.live(p.list) {
		return ""
	}
	return "/live" + p.at("cursor", p.q.cursor)
}

// fetchPage reads one row more than the page holds, to know whether another follows. A filter that the room refuses is the
// filter's fault, not the page's.
func (p *rows[R]) fetchPage(v *visit) error {
	list, err := p.of.fetch(v, p.q, p.q.size+1)
	if e, ok := bank.AsError(err); ok && e.Kind == bank.Invalid && len(e.Fields) > 0 {
		for _, f := range e.Fields {
			name := strings.TrimPrefix(f.Pointer, "/")
			p.q.faults[name] = v.fieldDetail(f)
			if typed := v.typedIBAN(p.q.text(name)); name == "iban" && typed.fault != "" {
				p.q.faults[name] = typed.sentence(v)
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	p.list, p.Links = web.Paged(list, web.Page{Limit: p.q.size, Cursor: p.q.cursor}, func(r R) R { return r }, p.of.cursor)
	return nil
}

// at is the address of the list with other values of parameters; an empty value takes the parameter away.
func (p rows[R]) at(change ...string) string {
	values := p.q.address(p.of.sorts)
	for i := 0; i+1 < len(change); i += 2 {
		values.Set(change[i], change[i+1])
		if change[i+1] == "" {
			values.Del(change[i])
		}
	}
	return withQuery(p.of.path, values)
}

// address are the parameters of the first page of this query.
func (q *query) address(sorts []string) url.Values {
	values := url.Values{}
	for name, list := range q.values {
		values[name] = slices.Clone(list)
	}
	if q.size != defaultSize {
		values.Set("size", strconv.Itoa(q.size))
	}
	if len(sorts) > 0 && q.sort != sorts[0] {
		values.Set("sort", q.sort)
	}
	if q.view != "" {
		values.Set(viewParameter, q.view)
	}
	return values
}

// sortLink is the address with the list in the order of a column, turned where it has that order already; "" where the list
// cannot be ordered so.
func (p rows[R]) sortLink(column string) string {
	up, down := slices.Contains(p.of.sorts, column), slices.Contains(p.of.sorts, "-"+column)
	switch {
	case !up && !down:
		return ""
	case up && (p.q.sort == "-"+column || !down || strings.TrimPrefix(p.q.sort, "-") != column):
		return p.ordered(column)
	}
	return p.ordered("-" + column)
}

func (p rows[R]) ordered(sort string) string {
	if sort == p.of.sorts[0] {
		return p.at("sort", "")
	}
	return p.at("sort", sort)
}

// ariaSort says how a column is ordered, in the words of ARIA.
func (p rows[R]) ariaSort(column string) string {
	switch p.q.sort {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return ""
}

// shown are the columns to show.
func (p rows[R]) shown() []column[R] {
	var list []column[R]
	for _, c := range p.of.columns {
		if p.q.shows(c.name) {
			list = append(list, c)
		}
	}
	return list
}

// found says how many rows the page has, and whether there are more.
func (p rows[R]) found(v *visit) string {
	switch {
	case len(p.q.faults) > 0:
		return v.T("list.faulty")
	case p.NextCursor != "":
		return v.T("list.foundMore", len(p.list))
	}
	return v.T("list.found", len(p.list))
}

// kept are the parameters that a new choice of filters keeps: the size of the page and the order.
func (p rows[R]) kept() map[string]string {
	kept := map[string]string{}
	for _, name := range []string{"size", "sort"} {
		if value := p.q.address(p.of.sorts).Get(name); value != "" {
			kept[name] = value
		}
	}
	return kept
}

// beside is what stands over the table; nil where there is nothing.
func (p rows[R]) beside(v *visit) templ.Component {
	if p.of.choose == nil {
		return nil
	}
	return p.of.choose(v, p.list)
}

// actions are what can be done on the page of the list; nil where there is nothing.
func (p rows[R]) actions(v *visit) templ.Component {
	if p.of.actions == nil {
		return nil
	}
	return p.of.actions(v)
}
