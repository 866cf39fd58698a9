package files_test

import (
	"context"
	"errors"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
)

// slipped replaces a digit and gives the number the check digits that it then needs, as a program reckons them anew.
func slipped(nrb string, at int) string {
	b := []byte(nrb)
	b[at] = '0' + (b[at]-'0'+1)%10
	return checked(string(b))
}

// swapped exchanges two neighbours that differ.
func swapped(nrb string) string {
	b := []byte(nrb)
	for i := 14; i+1 < len(b); i++ {
		if b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			break
		}
	}
	return checked(string(b))
}

// open returns the open items by the title of their records.
func (s *scene) open() map[string]bank.Item {
	s.t.Helper()
	list, err := s.files.Items(context.Background(), s.actor, files.ItemFilter{Status: bank.ItemOpen})
	must(s.t, err)
	byTitle := map[string]bank.Item{}
	for _, i := range list {
		byTitle[i.Details.Title] = i
	}
	return byTitle
}

func TestSuggestions(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		first, nrb := s.balance()
		gone, closed := s.balance()
		_, err := s.accounts.CloseBalance(ctx, s.actor, gone.ID)
		must(s.t, err)
		zofia, err := s.accounts.CreateUser(ctx, s.actor, accounts.NewUser{Type: bank.Person, FirstName: "Zofia", LastName: "Żółć"})
		must(s.t, err)
		hers, err := s.accounts.CreateBalance(ctx, s.actor, zofia.ID, money.PLN)
		must(s.t, err)
		const nowhere = "83111111117700999999999999"
		far := checked(nowhere)
		s.executed("slips.pli", line(outside, slipped(nrb, 25), 10, "ONE DIGIT")+line(outside, swapped(nrb), 20, "NEIGHBOURS")+
			line(outside, slipped(closed, 25), 30, "NEAR A CLOSED ONE")+line(outside, far, 40, "RENT FOR MAY, ZOLC ZOFIA!")+line(outside, far, 50, "NOBODY KNOWS"))
		items := s.open()
		var list []bank.Item
		for _, i := range items {
			list = append(list, i)
		}
		found, err := s.files.Suggestions(ctx, s.actor, list)
		must(s.t, err)
		for title, want := range map[string]files.Suggestion{
			"ONE DIGIT":                 {Kind: files.SuggestedByIBAN, Balance: first.ID, IBAN: first.Accounts[0].IBAN, User: s.user.ID, Name: "JAN TESTOWY"},
			"NEIGHBOURS":                {Kind: files.SuggestedByIBAN, Balance: first.ID, IBAN: first.Accounts[0].IBAN, User: s.user.ID, Name: "JAN TESTOWY"},
			"RENT FOR MAY, ZOLC ZOFIA!": {Kind: files.SuggestedByName, Balance: hers.ID, IBAN: hers.Accounts[0].IBAN, User: zofia.ID, Name: "Zofia Żółć"},
			"NOBODY KNOWS":              {},
			"NEAR A CLOSED ONE":         {},
		} {
			i, ok := items[title]
			if got := found[i.ID]; !ok || got != want {
				s.t.Errorf("%s (there: %v): %+v, want %+v", title, ok, got, want)
			}
		}
		// A second balance in the currency makes the name ambiguous.
		_, err = s.accounts.CreateBalance(ctx, s.actor, zofia.ID, money.PLN)
		must(s.t, err)
		found, err = s.files.Suggestions(ctx, s.actor, list)
		must(s.t, err)
		if got, there := found[items["RENT FOR MAY, ZOLC ZOFIA!"].ID]; there {
			s.t.Errorf("two balances: %+v", got)
		}
		reader := bank.Actor{Customer: s.actor.Customer, Kind: bank.ActorOperator, Name: "x", Permissions: []bank.Permission{bank.PermFundsRead}}
		if _, err := s.files.Suggestions(ctx, reader, list); !errors.Is(err, bank.ErrForbidden) {
			s.t.Errorf("names for somebody who may not read end users: %v", err)
		}
	})
}

func TestDecideAll(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		far := checked("83111111117700999999999999")
		s.executed("some.pli", line(outside, far, 10, "A")+line(outside, far, 20, "B")+line(outside, masterNRB, 30, "C"))
		items := s.open()
		ids := func(titles ...string) (list []bank.ID) {
			for _, title := range titles {
				list = append(list, items[title].ID)
			}
			return list
		}
		for name, one := range map[string]struct {
			bulk files.Bulk
			want error
		}{
			"none":         {files.Bulk{Action: files.BulkReturn, Reason: "x"}, bank.ErrInvalid},
			"two reasons":  {files.Bulk{Items: ids("A", "C"), Action: files.BulkReturn, Reason: "x"}, bank.ErrInvalid},
			"twice":        {files.Bulk{Items: ids("A", "A"), Action: files.BulkReturn, Reason: "x"}, bank.ErrInvalid},
			"no such item": {files.Bulk{Items: []bank.ID{bank.NewID()}, Action: files.BulkReturn, Reason: "x"}, bank.ErrNotFound},
			"no action":    {files.Bulk{Items: ids("A"), Reason: "x"}, bank.ErrInvalid},
		} {
			if _, _, err := s.files.DecideAll(ctx, s.actor, one.bulk); !errors.Is(err, one.want) {
				s.t.Errorf("%s: %v", name, err)
			}
		}
		_, _, err := s.files.DecideAll(ctx, s.actor, files.Bulk{Items: ids("A", "B"), Action: files.BulkSettle, Reason: "x"})
		if !errors.Is(err, bank.ErrConflict) || len(s.open()) != 3 {
			s.t.Errorf("posted items were settled: %v", err)
		}
		list, _, err := s.files.DecideAll(ctx, s.actor, files.Bulk{Items: ids("A", "B"), Action: files.BulkOwnFunds, Reason: "ours"})
		must(s.t, err)
		for _, i := range list {
			if i.Status != bank.ItemAssigned || i.Resolution == 0 {
				s.t.Errorf("%+v", i)
			}
		}
		if left := s.open(); len(left) != 1 {
			s.t.Errorf("%d items are open", len(left))
		}
		sums, err := s.files.ItemSums(ctx, s.actor)
		must(s.t, err)
		if len(sums) != 1 || sums[0].Amount != 30 || sums[0].Reason != bank.ReasonMasterAccount {
			s.t.Errorf("%+v", sums)
		}
		one, err := s.files.Item(ctx, s.actor, ids("A")[0])
		must(s.t, err)
		if one.Decision != "ours" || one.Resolution == 0 {
			s.t.Errorf("%+v", one)
		}
		s.proven()
	})
}
