package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What a page says of itself.
var (
	navigationPart = regexp.MustCompile(`(?s)id="navigation".*?</nav>`)
	linkPart       = regexp.MustCompile(`href="(/[^"#?]*)"`)
	filterPart     = regexp.MustCompile(`(?s)<form class="filters".*?</form>`)
	fieldPart      = regexp.MustCompile(`<(?:input|select)\b[^>]*?\bname="([^"]+)"[^>]*>`)
	valuePart      = regexp.MustCompile(`\bvalue="([^"]*)"`)
	optionPart     = regexp.MustCompile(`(?s)<select\b[^>]*\bname="([^"]+)".*?</select>`)
	nextPart       = regexp.MustCompile(`rel="next" href="([^"]*)"`)
	assetPart      = regexp.MustCompile(`(?:href|src)="(/assets/[^"]*)"`)
)

// rounds of the same question with other values; what is asked first finds cold caches and does not count.
const listRounds = 5

// rounds are one where there is too little for figures.
func (v *visitor) rounds() int {
	if v.past.records < fewRecords {
		return 1
	}
	return listRounds
}

// visitAll asks for every page of the navigation, and for the lists that belong to one object.
func (v *visitor) visitAll(o Options) (results []Result, err error) {
	home, err := v.get("/")
	if err != nil {
		return nil, err
	}
	paths := []string{"/"}
	for _, m := range linkPart.FindAllStringSubmatch(navigationPart.FindString(home.body), -1) {
		if !slices.Contains(paths, m[1]) {
			paths = append(paths, m[1])
		}
	}
	owner := "/users/" + v.past.balances[0].User.String() // the shop's, with one in fifty transactions
	for _, path := range append(paths, owner, owner+"/history", owner+"/balances", owner+"/audit", "/approvals/all") {
		more, err := v.visitPage(path, o)
		if err != nil {
			return nil, err
		}
		results = append(results, more...)
	}
	return append(results, Result{Name: v.past.db.EngineName() + " peak memory", Value: peakMiB(), Unit: "MiB"}), nil
}

// visitPage asks for one page in every way that it offers.
func (v *visitor) visitPage(path string, o Options) ([]Result, error) {
	page, err := v.get(path)
	if err != nil {
		return nil, err
	}
	painted, err := v.painted(page)
	if err != nil {
		return nil, err
	}
	name := v.past.db.EngineName() + " " + pageName(path) + " "
	q := &listQuestions{visitor: v, path: path, random: rand.New(rand.NewPCG(7, 8))}
	if err := q.askAll(page); err != nil {
		return nil, err
	}
	slices.SortFunc(q.answers, func(a, b listAnswer) int { return int(a.took - b.took) })
	at := func(share float64) float64 {
		return float64(q.answers[int(share*float64(len(q.answers)-1))].took.Microseconds()) / 1_000
	}
	for _, slow := range q.answers[max(0, len(q.answers)-3):] {
		if slow.took > listTarget*time.Millisecond {
			o.Log("%v: %s", slow.took.Round(10*time.Microsecond), slow.address)
		}
	}
	target := fmt.Sprintf("target %d ms, %d requests", listTarget, len(q.answers))
	return []Result{{Name: name + "p50", Value: at(0.5), Unit: "ms"}, {Name: name + "p99", Value: at(0.99), Unit: "ms", Against: target, Ratio: listTarget / at(0.99)},
		{Name: name + "first paint", Value: painted, Unit: "kB", Against: fmt.Sprintf("target %d kB", paintTarget), Ratio: paintTarget / painted}}, nil
}

// pageName is the path without identifiers.
func pageName(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) == 36 {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// painted is what a browser loads for the first paint, compressed: the page, its style and its scripts.
func (v *visitor) painted(page reading) (kB float64, err error) {
	bytes := page.bytes
	for _, m := range assetPart.FindAllStringSubmatch(page.body, -1) {
		asset, err := v.get(m[1])
		if err != nil {
			return 0, err
		}
		bytes += asset.bytes
	}
	return float64(bytes) / 1_000, nil
}

// listQuestions are the ways to ask for one page.
type listQuestions struct {
	visitor *visitor
	path    string
	random  *rand.Rand
	answers []listAnswer
}

type listAnswer struct {
	address string
	took    time.Duration
}

// askAll asks without a filter, page after page; by each filter alone, with each of its choices or with values that are common
// and rare; and by two filters together.
func (q *listQuestions) askAll(page reading) error {
	asked := []func() url.Values{func() url.Values { return url.Values{} }}
	form := filterPart.FindString(page.body)
	choices := choicesOf(form)
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range choices {
			if !yield(name) {
				return
			}
		}
	})
	for i, name := range names {
		for _, choice := range choices[name] {
			asked = append(asked, func() url.Values { return url.Values{name: {q.value(name, choice)}} })
		}
		other := names[(i+1)%len(names)]
		asked = append(asked, func() url.Values {
			return url.Values{name: {q.value(name, q.one(choices[name]))}, other: {q.value(other, q.one(choices[other]))}}
		})
	}
	for _, sort := range []string{"created", "at"} {
		asked = append(asked, func() url.Values { return url.Values{"sort": {sort}} })
	}
	for _, ask := range asked {
		for round := range q.visitor.rounds() + 1 {
			if err := q.ask(withValues(q.path, ask()), round > 0); err != nil {
				return err
			}
		}
	}
	return q.turn(page)
}

// turn reads the pages that follow the first.
func (q *listQuestions) turn(page reading) (err error) {
	for range q.visitor.rounds() {
		next := nextPart.FindStringSubmatch(page.body)
		if next == nil {
			return nil
		}
		address := strings.ReplaceAll(next[1], "&amp;", "&")
		if err := q.ask(address, true); err != nil {
			return err
		}
		if page, err = q.visitor.get(address); err != nil {
			return err
		}
	}
	return nil
}

// ask asks three times and keeps the least: what else the machine does is none of the page's doing.
func (q *listQuestions) ask(address string, counts bool) error {
	least := time.Duration(math.MaxInt64)
	for range 3 {
		page, err := q.visitor.get(address)
		if err != nil || !counts {
			return err
		}
		least = min(least, page.took)
	}
	q.answers = append(q.answers, listAnswer{address, least})
	return nil
}

func (q *listQuestions) one(list []string) string { return list[q.random.IntN(len(list))] }

func withValues(path string, values url.Values) string {
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// choicesOf lists the filters of a form, each with its choices; free text has one empty choice.
func choicesOf(form string) map[string][]string {
	all := map[string][]string{}
	for _, m := range fieldPart.FindAllStringSubmatch(form, -1) {
		if strings.Contains(m[0], `type="hidden"`) || strings.HasPrefix(m[0], "<select") {
			continue
		}
		choice := ""
		if value := valuePart.FindStringSubmatch(m[0]); value != nil && strings.Contains(m[0], `type="checkbox"`) {
			choice = value[1]
		}
		all[m[1]] = append(all[m[1]], choice)
	}
	for _, m := range optionPart.FindAllStringSubmatch(form, -1) {
		for _, value := range valuePart.FindAllStringSubmatch(m[0], -1) {
			if value[1] != "" {
				all[m[1]] = append(all[m[1]], value[1])
			}
		}
	}
	return all
}

// value is a choice, or a text as people type it.
func (q *listQuestions) value(name, choice string) string {
	if choice != "" {
		return choice
	}
	p, r := q.visitor.past, q.random
	i := p.records - 1 - r.IntN(p.since(rareDays))
	day := func(early int) string { return p.end.AddDate(0, 0, -early-r.IntN((p.days+1)/2)).Format(time.DateOnly) }
	balance := r.IntN(len(p.balances))
	texts := map[string][]string{
		"name": {firstNames[r.IntN(len(firstNames))], surname(r.IntN(200)), surname(r.IntN(50_000)), firstNames[r.IntN(3)] + " " + surname(r.IntN(2_000)),
			surname(r.IntN(200))[:2], "fikcja " + surname(r.IntN(2_000))[:3], "no such name"},
		"iban":         {p.ibans[balance].String(), p.ibans[balance].Format()},
		"externalId":   {fmt.Sprintf("user-%d", balance), "nobody"},
		"email":        {surname(r.IntN(50_000)), surname(r.IntN(100))[:2], "testowy@nowhere.example"},
		"phone":        {fmt.Sprintf("%03d", r.IntN(1_000)), fmt.Sprintf("+48 %09d", r.IntN(1_000_000_000)), fmt.Sprintf("%05d", r.IntN(100_000))},
		"counterparty": {firstNames[r.IntN(len(firstNames))], "testowa-" + surname(r.IntN(20_000))},
		"title":        {purposes[r.IntN(len(purposes))], fmt.Sprintf(" %d/", i)},
		"reference":    {fmt.Sprintf("ref%d", i), "none"},
		"fileId":       {p.files[p.day(i)].ID.String()},
		"balanceId":    {p.balances[0].ID.String(), p.balances[balance].ID.String()},
		"userId":       {p.balances[0].User.String(), p.balances[balance].User.String()},
		"amount.from":  {fmt.Sprint(1 + r.IntN(200)), "0,01"}, "amount.to": {fmt.Sprint(200 + r.IntN(300))},
		"words": {firstNames[r.IntN(len(firstNames))], surname(r.IntN(2_000))}, "actor": {operator, "nobody"}, "object": {fmt.Sprint(balance)},
	}
	if list := texts[name]; list != nil {
		return q.one(list)
	}
	switch {
	case strings.HasSuffix(name, ".from"):
		return day(p.days / 2)
	case strings.HasSuffix(name, ".to"):
		return day(0)
	}
	return q.one([]string{"day", "nothing like it"})
}
