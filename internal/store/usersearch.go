package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
)

// UserFilter selects end users; empty fields do not filter.
type UserFilter struct {
	ExternalID string // whole, as written
	Name       string // words; each begins a word of first, last or company name, whatever their order, case and diacritics
	IBAN       string // electronic form
	Status     bank.UserStatus
	KYC        bank.KYCStatus
	KYCIn      []string // any of these statuses
	Type       bank.UserType
	Email      string    // how the address begins, whatever its case
	Phone      string    // how the digits of the number end
	From, To   time.Time // created at From or later, before To; zero: open
	Newest     bool      // the newest first
	After      bank.ID   // continue behind this end user
	Back       bool      // what comes before After instead
	Limit      int       // 0: all
}

// Users lists a customer's end users in the order of creation, or the other way round.
func (tx *Tx) Users(customer bank.CustomerID, f UserFilter) ([]bank.User, error) {
	s := userSearch{tx: tx, customer: customer, f: f, words: wordsOf(f.Name), email: emailKey(f.Email), phone: phoneKey(f.Phone), descending: f.Newest != f.Back}
	if f.Name != "" && len(s.words) == 0 || f.Email != "" && s.email == "" || f.Phone != "" && s.phone == "" {
		return nil, nil // signs alone begin no word
	}
	if !f.After.IsZero() {
		u, err := tx.User(customer, f.After)
		if errors.Is(err, bank.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		s.behind = u.CreatedAt
	}
	list, err := s.run()
	if f.Back {
		slices.Reverse(list)
	}
	return list, err
}

// userSearch finds end users by whatever of the filter is rarest. Each of its queries walks one index in the order of the
// list, or reads few rows and sorts them.
type userSearch struct {
	tx           *Tx
	customer     bank.CustomerID
	f            UserFilter
	words        []string // of the name
	email, phone string   // keys
	behind       time.Time
	descending   bool
}

const (
	// fewUsers is up to how many end users with a word, an address or a number are all looked at.
	fewUsers = 5_000
	// nearUsers is how many end users are looked at in the order of the list where more than that have it.
	nearUsers = 5_000
)

func (s *userSearch) run() ([]bank.User, error) {
	switch {
	case s.f.ExternalID != "" || s.f.IBAN != "":
		return s.read(s.where("+created_at"), s.sorted())
	case len(s.words) == 0 && s.email == "" && s.phone == "":
		return s.byClass()
	}
	rarest, few, err := s.rarest()
	if err != nil {
		return nil, err
	}
	if !few {
		list, all, err := s.near()
		if all || err != nil {
			return list, err
		}
	}
	w := s.where("+created_at")
	rarest(w)
	return s.read(w, s.sorted())
}

func (s *userSearch) read(w *where, order string) ([]bank.User, error) {
	text, args := w.build(userColumns, order, s.f.Limit)
	return query(s.tx, scanUser, text, args...)
}

// ordered is the order of the list as an index has it, sorted the same where no index is to be walked for it.
func (s *userSearch) ordered() string { return s.order("created_at", "id") }
func (s *userSearch) sorted() string  { return s.order("+created_at", "id") }

func (s *userSearch) order(created, id string) string {
	if s.descending {
		return "ORDER BY " + created + " DESC, " + id + " DESC"
	}
	return "ORDER BY " + created + ", " + id
}

// where are all conditions, in forms that tempt no planner to enter by them; only that of created may be an index's.
func (s *userSearch) where(created string) *where {
	w := newWhere("customer_id = $1", s.customer)
	s.span(w, created, "id")
	w.text("external_id = ?", s.f.ExternalID)
	if s.f.IBAN != "" {
		w.add(`id = (SELECT b.user_id FROM ibans i JOIN balances b ON b.customer_id = i.customer_id AND b.no = i.balance_no
			WHERE i.customer_id = $1 AND i.iban = ?)`, s.f.IBAN)
	}
	w.text("status || '' = ?", string(s.f.Status))
	w.text("kyc_status || '' = ?", string(s.f.KYC))
	w.text("type || '' = ?", string(s.f.Type))
	w.oneOf("kyc_status || ''", s.f.KYCIn)
	s.named(w, "search_name", s.words)
	if s.email != "" {
		w.add("email_key || '' LIKE ? ESCAPE '\\'", escapeLike(s.email)+"%")
	}
	if s.phone != "" {
		w.add("phone_key || '' LIKE ?", s.phone+"%")
	}
	return w
}

// span adds the conditions on the place in the list.
func (s *userSearch) span(w *where, created, id string) {
	if !s.f.From.IsZero() {
		w.add(created+" >= ?", micros(s.f.From))
	}
	if !s.f.To.IsZero() {
		w.add(created+" < ?", micros(s.f.To))
	}
	if !s.f.After.IsZero() {
		sign := ">"
		if s.descending {
			sign = "<"
		}
		w.add("("+created+", "+id+") "+sign+" (?, ?)", micros(s.behind), s.f.After)
	}
}

func (s *userSearch) named(w *where, column string, words []string) {
	for _, word := range words {
		w.add(column+" LIKE ?", "% "+word+"%") // letters and digits: nothing to escape
	}
}

// entrance adds the condition by which the rows of a search are found.
type entrance func(w *where)

// rarest chooses between the words, the address and the number: what the fewest end users have, and whether those are few.
func (s *userSearch) rarest() (rarest entrance, few bool, err error) {
	least, long := int64(-1), 0
	consider := func(table, column, begin string, enter entrance) {
		if err != nil || least == 0 {
			return
		}
		n, counted := s.count(table, column, begin)
		if err = counted; err == nil && (least < 0 || n < least || n == least && len(begin) > long) { // the longer of two common ones
			rarest, least, long = enter, n, len(begin)
		}
	}
	for i, word := range s.words {
		consider("name_words", "word", word, func(w *where) { s.byWord(w, i) })
	}
	if s.email != "" {
		consider("end_users", "email_key", s.email, func(w *where) { begins(w, "email_key", s.email) })
	}
	if s.phone != "" {
		consider("end_users", "phone_key", s.phone, func(w *where) { begins(w, "phone_key", s.phone) })
	}
	return rarest, least <= fewUsers, err
}

// count tells of how many rows a column begins with a text, up to one more than few.
func (s *userSearch) count(table, column, begin string) (int64, error) {
	w := newWhere("customer_id = $1", s.customer)
	begins(w, column, begin)
	text, args := w.build("SELECT 1 FROM "+table, "", fewUsers+1)
	return queryOne(s.tx, number, "SELECT COUNT(*) FROM ("+text+") counted", args...)
}

// begins adds the condition that a column begins with a text, as a range of an index.
func begins(w *where, column, text string) {
	w.add(column+" >= ?", text)
	w.add(column+" < ?", text+"\U0010FFFF")
}

// byWord adds the condition that a name has a word, through the index of words, which knows all that names and states tell:
// where nothing else is asked for, it tells the page.
func (s *userSearch) byWord(w *where, i int) {
	inner := &where{conditions: []string{"customer_id = $1"}, args: w.args}
	begins(inner, "word", s.words[i])
	s.span(inner, "+created_at", "user_id")
	s.named(inner, "name", slices.Concat(s.words[:i], s.words[i+1:]))
	if classes := s.classes(); classes != nil {
		inner.literal("class IN (" + joined(classes, userClassOf) + ")")
	}
	order, limit := "", 0
	if s.email == "" && s.phone == "" {
		order, limit = s.order("created_at", "user_id"), s.f.Limit
	}
	text, args := inner.build("SELECT DISTINCT user_id, created_at FROM name_words", order, limit)
	w.args = args
	w.literal("id IN (SELECT user_id FROM (" + text + ") found)")
}

// near looks at the end users next in the list, as many of them may fit; all tells that the page is complete.
func (s *userSearch) near() (list []bank.User, all bool, err error) {
	if s.f.Limit == 0 {
		return nil, false, nil
	}
	w := newWhere("customer_id = $1", s.customer)
	s.span(w, "created_at", "id")
	text, args := w.build("SELECT created_at FROM end_users", s.ordered(), 1)
	bounds, err := query(s.tx, number, fmt.Sprintf("%s OFFSET %d", text, nearUsers), args...)
	if err != nil {
		return nil, false, err
	}
	w = s.where("created_at")
	if len(bounds) == 1 {
		sign := "<="
		if s.descending {
			sign = ">="
		}
		w.add("created_at "+sign+" ?", bounds[0])
	}
	list, err = s.read(w, s.ordered())
	return list, len(list) == s.f.Limit || len(bounds) == 0, err
}

// class is one combination of status, KYC and type.
type class struct{ status, kyc, kind string }

func userClassOf(c class) string { return fmt.Sprint(userClass(c.status, c.kyc, c.kind)) }

func joined[T any](list []T, text func(T) string) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = text(v)
	}
	return strings.Join(texts, ", ")
}

// classes are the combinations that fit; nil where all do.
func (s *userSearch) classes() (list []class) {
	statuses, kycs, kinds := chosen(userStatuses, string(s.f.Status)), chosen(kycStatuses, string(s.f.KYC)), chosen(userTypes, string(s.f.Type))
	if len(s.f.KYCIn) > 0 {
		kycs = slices.DeleteFunc(slices.Clone(kycs), func(kyc string) bool { return !slices.Contains(s.f.KYCIn, kyc) })
	}
	if len(statuses)*len(kycs)*len(kinds) == len(userStatuses)*len(kycStatuses)*len(userTypes) {
		return nil
	}
	list = []class{}
	for _, status := range statuses {
		for _, kyc := range kycs {
			for _, kind := range kinds {
				list = append(list, class{status, kyc, kind})
			}
		}
	}
	return list
}

// chosen is the one value that is asked for, or else all of them.
func chosen(all []string, one string) []string {
	if one != "" {
		return []string{one}
	}
	return all
}

// byClass walks the end users of each combination of states in the order of the list, and takes the first of all.
func (s *userSearch) byClass() ([]bank.User, error) {
	classes := s.classes()
	switch {
	case classes == nil:
		w := newWhere("customer_id = $1", s.customer)
		s.span(w, "created_at", "id")
		return s.read(w, s.ordered())
	case len(classes) == 0:
		return nil, nil
	}
	args, arms := []any{s.customer}, make([]string, len(classes))
	for i, c := range classes {
		w := &where{conditions: []string{"customer_id = $1"}, args: args}
		w.add("status = ? AND kyc_status = ? AND type = ?", c.status, c.kyc, c.kind)
		s.span(w, "created_at", "id")
		arms[i], args = w.build("SELECT id, created_at FROM end_users", s.ordered(), s.f.Limit)
		arms[i] = fmt.Sprintf("SELECT id, created_at FROM (%s) arm%d", arms[i], i)
	}
	first := &where{conditions: []string{"customer_id = $1"}, args: args}
	first.literal("id IN (SELECT id FROM (" + strings.Join(arms, " UNION ALL ") + ") arms)")
	return s.read(first, s.sorted())
}
