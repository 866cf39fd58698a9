package panel

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
)

// itemDecision is a decision about one item, as the room takes it.
type itemDecision = func(context.Context, bank.Actor, bank.ID, string) (bank.Item, *bank.Approval, error)

// several is one decision about several items: what it would do, and what is missing.
type several struct {
	items   []bank.Item
	left    int      // chosen ones that are decided already
	groups  []alike  // where the chosen ones differ: those that go together
	more    bool     // the filter has more than can be decided at once
	actions []choice // what can be done with them
	action  string
	reason  string
	faults  map[string]string
	whole   string
}

// alike are items of one reason, state and currency.
type alike struct {
	first bank.Item
	ids   []bank.ID
	sum   int64
}

// currency of all of them: nobody decides about several currencies at once.
func (s several) currency() money.Currency { return currencyOf(s.items[0]) }

func (s several) sum() (total int64) {
	for _, i := range s.items {
		total += i.Amount
	}
	return total
}

// typedCount is what must be typed to confirm: how many items there are.
func (s several) typedCount() string { return strconv.Itoa(len(s.items)) }

func (v *visit) askSeveral() error {
	s, err := v.several()
	if err != nil {
		return err
	}
	return v.show(v.T("items.severalTitle"), severalPage(v, s))
}

// several gathers the items that were chosen: by their ids, or all open ones of a filter.
func (v *visit) several() (s several, err error) {
	if err := v.r.ParseForm(); err != nil {
		return s, bank.ErrMalformed.With("the form cannot be read").Because(err)
	}
	s.action, s.reason = v.r.Form.Get("action"), v.r.Form.Get("reason")
	if v.r.Form.Has("all") {
		err = v.allOfFilter(&s)
	} else {
		err = v.chosenItems(&s)
	}
	if err != nil {
		return s, err
	}
	s.sort(v)
	return s, nil
}

func (v *visit) allOfFilter(s *several) error {
	l := listOfItems(nil)
	l.filters[2].choices = nil // the currency may be one without open items now
	q := l.readQuery(v)
	f, err := itemFilter(v, q, files.MostBulk+1)
	if err != nil {
		return err
	}
	f.Status = bank.ItemOpen
	if s.items, err = v.Files.Items(v.r.Context(), v.actor, f); err != nil {
		return err
	}
	s.more = len(s.items) > files.MostBulk
	s.items = s.items[:min(len(s.items), files.MostBulk)]
	return nil
}

func (v *visit) chosenItems(s *several) error {
	var ids []bank.ID
	for _, text := range v.r.Form["item"] {
		if id, err := bank.ParseID(text); err == nil && !slices.Contains(ids, id) && len(ids) < files.MostBulk {
			ids = append(ids, id)
		}
	}
	list, err := v.Files.SomeItems(v.r.Context(), v.actor, ids)
	for _, i := range list {
		if i.Status == bank.ItemOpen {
			s.items = append(s.items, i)
		} else {
			s.left++
		}
	}
	return err
}

// sort finds out which items go together, and what can be done with them.
func (s *several) sort(v *visit) {
	for _, i := range s.items {
		at := slices.IndexFunc(s.groups, func(g alike) bool {
			return g.first.Reason == i.Reason && g.first.State == i.State && g.first.Currency == i.Currency
		})
		if at < 0 {
			at = len(s.groups)
			s.groups = append(s.groups, alike{first: i})
		}
		s.groups[at].ids = append(s.groups[at].ids, i.ID)
		s.groups[at].sum += i.Amount
	}
	if len(s.groups) != 1 {
		return
	}
	actions := []files.BulkAction{files.BulkReturn, files.BulkOwnFunds}
	if s.items[0].State == bank.ItemClaimed {
		actions = []files.BulkAction{files.BulkSettle}
	}
	for _, a := range actions {
		s.actions = append(s.actions, choice{string(a), v.word("bulk", string(a))})
	}
	if !slices.ContainsFunc(s.actions, func(c choice) bool { return c.value == s.action }) {
		s.action = s.actions[0].value
	}
}

// decideSeveral decides as the preview said, once the number of items was typed.
func (v *visit) decideSeveral() error {
	s, err := v.several()
	if err != nil {
		return err
	}
	if len(s.groups) != 1 {
		return v.answer(http.StatusUnprocessableEntity, v.T("items.severalTitle"), severalPage(v, s))
	}
	if strings.TrimSpace(v.r.PostFormValue("count")) != s.typedCount() {
		s.faults, s.whole = map[string]string{"count": v.T("items.countFault", len(s.items))}, v.T("form.wrong")
		return v.answer(http.StatusUnprocessableEntity, v.T("items.severalTitle"), severalPage(v, s))
	}
	list, pending, err := v.Files.DecideAll(v.r.Context(), v.actor, files.Bulk{Items: s.groups[0].ids, Action: files.BulkAction(s.action), Reason: strings.TrimSpace(s.reason)})
	if err == nil {
		err = access.Waiting(pending)
	}
	if _, waits := access.WaitingFor(err); waits {
		return err
	}
	if err != nil {
		if s.faults, s.whole, err = v.faults(err); err != nil {
			return err
		}
		return v.answer(http.StatusUnprocessableEntity, v.T("items.severalTitle"), severalPage(v, s))
	}
	return v.show(v.T("items.severalTitle"), severalDonePage(v, list))
}

// severalLink leads from the queue to a decision about all that its filter finds.
func severalLink(v *visit) string {
	values := v.r.URL.Query()
	for _, name := range []string{"itemStatus", "cursor", "size", "sort", "format"} {
		values.Del(name)
	}
	values.Set("all", "1")
	return withQuery("/items/several", values)
}

// accountDigits is an account without blanks and its country, as Polish banks write it.
func accountDigits(account string) string {
	text := strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(account, " ", ""), "-", ""))
	if len(text) > 2 && text[0] >= 'A' {
		text = text[2:]
	}
	return text
}
