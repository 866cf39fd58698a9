package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/store"
)

// crowd adds end users with these names, the second of them locked, and an IBAN of the third.
func crowd(t *testing.T, s *scene) bank.CustomerID {
	t.Helper()
	c := newCustomer(t, s)
	var list []bank.User
	for i, name := range crowdNames {
		u := user(c, i+1)
		u.FirstName, u.LastName, u.CompanyName = name, "", ""
		u.Email, u.Phone = fmt.Sprintf("Zofia.%d@example.com", i+1), fmt.Sprintf("+48 600 100 %03d", i+1)
		if i == 1 {
			u.Status, u.KYC, u.Type = bank.UserLocked, bank.KYCRejected, bank.Corporation
		}
		list = append(list, u)
	}
	s.write(t, func(tx *store.Tx) error { return tx.AddUsers(c, list[:5]) })
	for _, u := range list[5:] {
		s.write(t, func(tx *store.Tx) error { return tx.AddUser(u) })
	}
	b := balance(c, 5)
	b.User = id(3)
	s.write(t, func(tx *store.Tx) error {
		return steps(func() error { return tx.AddBalance(b) }, func() error { return tx.AddIBAN(c, number(5), 5, "DE", 1, at(1)) })
	})
	return c
}

var crowdNames = []string{"Anna", "anna Nowak", "100% Sp. z o.o.", "100x Sp. z o.o.", "a_b", "axb", `back\slash`, "O'Neill", "Żółć Kowalska-Nowak", `quote"d`}

var userFilterCases = []struct {
	filter store.UserFilter
	want   []int
}{
	{store.UserFilter{Name: "ann"}, []int{1, 2}}, // whatever the case
	{store.UserFilter{Name: "ANNA"}, []int{1, 2}},
	{store.UserFilter{Name: "nna"}, nil}, // a word begins with it
	{store.UserFilter{Name: "nowak"}, []int{2, 9}},
	{store.UserFilter{Name: "now an"}, []int{2}}, // in any order
	{store.UserFilter{Name: "anna anna"}, []int{1, 2}},
	{store.UserFilter{Name: "zolc nowak"}, []int{9}}, // without diacritics
	{store.UserFilter{Name: "Żół"}, []int{9}},
	{store.UserFilter{Name: "100%"}, []int{3, 4}}, // signs part words and mean nothing
	{store.UserFilter{Name: "%"}, nil},
	{store.UserFilter{Name: "_"}, nil},
	{store.UserFilter{Name: "a_b"}, []int{5}},
	{store.UserFilter{Name: `back\s`}, []int{7}},
	{store.UserFilter{Name: "O'N"}, []int{8}},
	{store.UserFilter{Name: "anna", Status: bank.UserLocked}, []int{2}},
	{store.UserFilter{Name: "nowak", Type: bank.Person}, []int{9}},
	{store.UserFilter{Name: "a", KYC: bank.KYCAccepted}, []int{1, 5, 6}},
	{store.UserFilter{Name: "a", Email: "zofia.2@"}, []int{2}},
	{store.UserFilter{Name: "a", From: at(5)}, []int{5, 6}},
	{store.UserFilter{Name: "a", After: id(2)}, []int{5, 6}},
	{store.UserFilter{Name: "a", Newest: true, Limit: 2}, []int{6, 5}},
	{store.UserFilter{Name: "a", Newest: true, After: id(5), Limit: 1}, []int{2}},
	{store.UserFilter{Name: "a", After: id(6), Back: true, Limit: 2}, []int{2, 5}},
	{store.UserFilter{ExternalID: "ext-4"}, []int{4}},
	{store.UserFilter{ExternalID: "EXT-4"}, nil},
	{store.UserFilter{ExternalID: "ext-4", Status: bank.UserLocked}, nil},
	{store.UserFilter{IBAN: number(5).String()}, []int{3}},
	{store.UserFilter{IBAN: number(6).String()}, nil},
	{store.UserFilter{Email: "ZOFIA.1"}, []int{1, 10}},
	{store.UserFilter{Email: "zofia.1@example.com"}, []int{1}},
	{store.UserFilter{Email: "zofia_1"}, nil},
	{store.UserFilter{Phone: "600 100 004"}, []int{4}},
	{store.UserFilter{Phone: "48600100004"}, []int{4}},
	{store.UserFilter{Phone: "004"}, []int{4}},
	{store.UserFilter{Phone: "600"}, nil},
	{store.UserFilter{Phone: "+"}, nil},
	{store.UserFilter{Phone: "1", Email: "zofia.1@"}, []int{1}},
	{store.UserFilter{Status: bank.UserLocked}, []int{2}},
	{store.UserFilter{Type: bank.Corporation}, []int{2}},
	{store.UserFilter{KYC: bank.KYCRejected}, []int{2}},
	{store.UserFilter{KYC: bank.KYCAccepted, KYCIn: []string{"REJECTED"}}, nil},
	{store.UserFilter{KYCIn: []string{"REJECTED", "PENDING"}}, []int{2}},
	{store.UserFilter{KYCIn: []string{"REJECTED", "ACCEPTED"}, Newest: true, Limit: 3}, []int{10, 9, 8}},
	{store.UserFilter{Status: bank.UserActive, Type: bank.Person, After: id(8)}, []int{9, 10}},
	{store.UserFilter{Status: bank.UserActive, After: id(3), Back: true}, []int{1}},
	{store.UserFilter{From: at(9)}, []int{9, 10}},
	{store.UserFilter{To: at(3)}, []int{1, 2}},
	{store.UserFilter{From: at(2), To: at(4), Newest: true}, []int{3, 2}},
	{store.UserFilter{From: at(2), To: at(4), Status: bank.UserActive}, []int{3}},
	{store.UserFilter{After: id(8)}, []int{9, 10}},
	{store.UserFilter{After: id(2), Limit: 2}, []int{3, 4}},
	{store.UserFilter{After: id(99)}, nil},
}

// TestUserFilters asks for each filter, and for some together.
func TestUserFilters(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := crowd(t, s)
		for _, test := range userFilterCases {
			got := numbersOf(func(u bank.User) int { return nth(u.ID) })
			ids := get(t, s, func(tx *store.Tx) ([]int, error) { return got(tx.Users(c, test.filter)) })
			if diff := cmp.Diff(test.want, ids, same); diff != "" {
				t.Errorf("%s (-want +got):\n%s", fmt.Sprintf("%+v", test.filter), diff)
			}
		}
	})
}

// TestUsersByTheirOrder: who was created at the same instant is listed by identifier, and no page leaves anybody out.
func TestUsersByTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for n := 1; n <= 7; n++ {
			u := user(c, n)
			u.CreatedAt = at(100 - n/3) // identifiers do not follow the clock
			s.write(t, func(tx *store.Tx) error { return tx.AddUser(u) })
		}
		for _, f := range []store.UserFilter{{}, {Name: "zofia"}, {Email: "z"}, {Status: bank.UserActive}} {
			for newest, want := range map[bool][]int{false: {6, 7, 3, 4, 5, 1, 2}, true: {2, 1, 5, 4, 3, 7, 6}} {
				f.Newest, f.After, f.Limit = newest, bank.ID{}, 2
				var all []int
				for range 4 {
					page := get(t, s, func(tx *store.Tx) ([]bank.User, error) { return tx.Users(c, f) })
					for _, u := range page {
						all, f.After = append(all, nth(u.ID)), u.ID
					}
				}
				equal(t, fmt.Sprintf("%+v", f), all, want)
			}
		}
	})
}

// TestUsersWhoChange: who is called otherwise is found by the new name only, and who is erased by nothing.
func TestUsersWhoChange(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		u := user(c, 1)
		s.write(t, func(tx *store.Tx) error { return tx.AddUser(u) })
		found := func(f store.UserFilter) int {
			return len(get(t, s, func(tx *store.Tx) ([]bank.User, error) { return tx.Users(c, f) }))
		}
		u.FirstName, u.Email, u.Phone, u.Status, u.CreatedAt = "Anna", "anna@example.com", "1234", bank.UserLocked, time.Time{}
		s.write(t, func(tx *store.Tx) error { return tx.UpdateUser(u) })
		for _, f := range []store.UserFilter{{Name: "anna"}, {Email: "anna"}, {Phone: "1234"}, {Name: "firma", Status: bank.UserLocked}, {Name: "anna", To: at(2)}} {
			if found(f) != 1 {
				t.Errorf("%+v is not found", f)
			}
		}
		for _, f := range []store.UserFilter{{Name: "zofia"}, {Email: "zofia"}, {Phone: "0000"}, {Name: "firma", Status: bank.UserActive}} {
			if found(f) != 0 {
				t.Errorf("%+v is found", f)
			}
		}
		s.write(t, func(tx *store.Tx) error { return tx.EraseUser(c, u.ID, at(9)) })
		for _, f := range []store.UserFilter{{Name: "anna"}, {Name: "firma"}, {Email: "a"}, {Phone: "4"}} {
			if found(f) != 0 {
				t.Errorf("%+v finds who is erased", f)
			}
		}
		if n := s.strings(t, "SELECT word FROM name_words"); len(n) != 0 {
			t.Errorf("%v are left of who is erased", n)
		}
	})
}

// TestSavedViews: each operator sees their own views and what others share.
func TestSavedViews(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		view := func(n int, name string, shared bool) bank.SavedView {
			return bank.SavedView{Customer: c, ID: id(n), Operator: operator(c, 1).ID, List: "users", Name: name, Query: "name=x", Columns: "name", Shared: shared, CreatedAt: at(n)}
		}
		mine, shared := view(51, "b", false), view(52, "a", true)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddSavedView(mine) }, func() error { return tx.AddSavedView(shared) })
		})
		wantError(t, "the same name", s.try(t, func(tx *store.Tx) error { return tx.AddSavedView(view(53, "b", false)) }), bank.ErrAlreadyExists)
		seen := func(n int, list string) (names []string) {
			for _, v := range get(t, s, func(tx *store.Tx) ([]bank.SavedView, error) { return tx.SavedViews(c, operator(c, n).ID, list) }) {
				names = append(names, v.Name)
			}
			return names
		}
		equal(t, "one's own", seen(1, "users"), []string{"a", "b", "of everybody"})
		equal(t, "of another operator", seen(2, "users"), []string{"a", "of everybody"})
		equal(t, "of another list", seen(1, "files"), []string(nil))
		n := get(t, s, func(tx *store.Tx) (int64, error) { return tx.CountSavedViews(c, operator(c, 1).ID) })
		equal(t, "how many", n, int64(3))
		mine.Name = "a"
		wantError(t, "renamed to a name that is taken", s.try(t, func(tx *store.Tx) error { return tx.UpdateSavedView(mine) }), bank.ErrAlreadyExists)
		mine.Name, mine.Shared = "c", true
		s.write(t, func(tx *store.Tx) error { return tx.UpdateSavedView(mine) })
		got := get(t, s, func(tx *store.Tx) (bank.SavedView, error) { return tx.SavedView(c, mine.ID) })
		mine.Owner = got.Owner
		equal(t, "renamed and shared", got, mine)
		s.write(t, func(tx *store.Tx) error { return tx.RemoveSavedView(c, mine.ID) })
		wantError(t, "removed", s.try(t, func(tx *store.Tx) error { return tx.RemoveSavedView(c, mine.ID) }), bank.ErrNotFound)
	})
}
