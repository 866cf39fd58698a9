package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return day }

// desk is a customer with two end users, the first of whom has two balances, and money that has moved.
type desk struct {
	t        testing.TB
	db       *store.DB
	history  *history.Service
	actor    bank.Actor
	bank     bank.BalanceNo
	users    []bank.User
	balances []accounts.BalanceView // of users 0, 0 and 1
}

// place is where an invented customer's numbers come from.
type place struct{ master, base string }

var (
	here  = place{"PL83111111110000000000000010", "PL111111117700"}
	there = place{"PL39222222220000000012345678", "PL222222227700"}
)

func eachDesk(t *testing.T, test func(d *desk)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newDesk(t, db, here)) })
}

func newDesk(t testing.TB, db *store.DB, p place) *desk {
	t.Helper()
	ctx := context.Background()
	d := &desk{t: t, db: db, history: history.New(db)}
	onboard, people := customers.New(db, clock), accounts.New(db, clock)
	c, err := onboard.Create(ctx, bank.System(0, "test"), "Demo Pay "+p.base, bank.DefaultSettings())
	d.must(err)
	d.actor = bank.System(c.ID, "test")
	m, err := onboard.AddMasterAccount(ctx, d.actor, customers.NewMasterAccount{IBAN: p.master, Currency: money.PLN})
	d.must(err)
	_, err = onboard.AddBaseIBAN(ctx, d.actor, customers.NewBaseIBAN{Base: p.base, MasterAccount: m.ID})
	d.must(err)
	d.bank = m.BankBalance
	for range 2 {
		u, err := people.CreateUser(ctx, d.actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
		d.must(err)
		d.users = append(d.users, u)
	}
	for _, owner := range []int{0, 0, 1} {
		v, err := people.CreateBalance(ctx, d.actor, d.users[owner].ID, money.PLN)
		d.must(err)
		d.balances = append(d.balances, v)
	}
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// post moves one amount between balances on a booking date; words are the title and the parties' names.
func (d *desk) post(from, to bank.BalanceNo, amount int64, cause bank.Cause, date, title, payer, payee string) (id bank.TransactionID, err error) {
	err = d.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, d.actor.Customer, day)
		if err := b.Lock(from, to); err != nil {
			return err
		}
		index, err := b.Post(ledger.NewPosting{From: from, To: to, Amount: amount, Cause: cause, BookingDate: date,
			Details: &bank.Details{Title: title, PayerName: payer, PayeeName: payee, PayeeAccount: "PL39222222220000000012345678", Salt: store.NewSalt()}})
		if err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		id = b.PostingID(index)
		return nil
	})
	return id, err
}

// move is post that must succeed.
func (d *desk) move(from, to bank.BalanceNo, amount int64, cause bank.Cause, date, title, payer, payee string) bank.TransactionID {
	d.t.Helper()
	id, err := d.post(from, to, amount, cause, date, title, payer, payee)
	d.must(err)
	return id
}

// receive lets a balance receive one grosz some times, in the background.
func (d *desk) receive(group *sync.WaitGroup, no bank.BalanceNo, times int) {
	group.Go(func() {
		for i := range times {
			if _, err := d.post(d.bank, no, 1, bank.CauseIncoming, "2026-11-02", fmt.Sprint(i), "ACME", "JAN"); err != nil {
				d.t.Error(err)
			}
		}
	})
}

// filled is a desk whose five postings have six sides of end users, by these ids.
type filled struct {
	*desk
	in0, in1, in2, out, inside bank.TransactionID
}

func fill(d *desk) filled {
	d.t.Helper()
	a, b, c := d.balances[0].No, d.balances[1].No, d.balances[2].No
	return filled{desk: d,
		in0:    d.move(d.bank, a, 1_000, bank.CauseIncoming, "2026-11-01", "SALARY 100%", "ACME_1", "JAN"),
		in1:    d.move(d.bank, b, 200, bank.CauseIncoming, "2026-11-02", "Refund", "ACMEX1", "JAN"),
		in2:    d.move(d.bank, c, 30, bank.CauseIncoming, "2026-11-03", `back\slash`, "O'Neil", "ANNA"),
		out:    d.move(a, d.bank, 500, bank.CauseOutgoing, "2026-11-04", "RENT 1000", "JAN", "LANDLORD"),
		inside: d.move(a, c, 50, bank.CauseInternal, "2026-11-05", "lunch", "JAN", "ANNA"),
	}
}

func (d *desk) list(f history.Filter) []bank.TransactionID {
	d.t.Helper()
	rows, err := d.history.List(context.Background(), d.actor, f)
	d.must(err)
	ids := []bank.TransactionID{}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestFilters: each alone and narrowing each other.
func TestFilters(t *testing.T) {
	eachDesk(t, func(d *desk) {
		f := fill(d)
		first, second, third := d.balances[0], d.balances[1], d.balances[2]
		paidInside := f.inside + 1 // the payee's side
		iban := func(v accounts.BalanceView) string { return v.Accounts[0].IBAN.String() }
		all := []bank.TransactionID{paidInside, f.inside, f.out, f.in2, f.in1, f.in0}
		for name, c := range map[string]struct {
			filter history.Filter
			want   []bank.TransactionID
		}{
			"nothing":                        {history.Filter{}, all},
			"a balance":                      {history.Filter{Balance: first.ID}, []bank.TransactionID{f.inside, f.out, f.in0}},
			"an end user":                    {history.Filter{User: d.users[0].ID}, []bank.TransactionID{f.inside, f.out, f.in1, f.in0}},
			"an IBAN":                        {history.Filter{IBAN: iban(third)}, []bank.TransactionID{paidInside, f.in2}},
			"an IBAN as people write it":     {history.Filter{IBAN: strings.ToLower(third.Accounts[0].IBAN.Format())}, []bank.TransactionID{paidInside, f.in2}},
			"end user and own balance":       {history.Filter{User: d.users[0].ID, Balance: second.ID}, []bank.TransactionID{f.in1}},
			"end user and another's balance": {history.Filter{User: d.users[1].ID, Balance: first.ID}, nil},
			"end user and another's IBAN":    {history.Filter{User: d.users[1].ID, IBAN: iban(first)}, nil},
			"balance and its IBAN":           {history.Filter{Balance: second.ID, IBAN: iban(second)}, []bank.TransactionID{f.in1}},
			"balance and another IBAN":       {history.Filter{Balance: second.ID, IBAN: iban(first)}, nil},
			"all three":                      {history.Filter{User: d.users[0].ID, Balance: second.ID, IBAN: iban(second)}, []bank.TransactionID{f.in1}},
			"all three, one off":             {history.Filter{User: d.users[0].ID, Balance: second.ID, IBAN: iban(third)}, nil},
			"from a day":                     {history.Filter{From: "2026-11-04"}, []bank.TransactionID{paidInside, f.inside, f.out}},
			"up to a day":                    {history.Filter{To: "2026-11-02"}, []bank.TransactionID{f.in1, f.in0}},
			"one day":                        {history.Filter{From: "2026-11-03", To: "2026-11-03"}, []bank.TransactionID{f.in2}},
			"no day":                         {history.Filter{From: "2026-11-03", To: "2026-11-02"}, nil},
			"at least, whichever way":        {history.Filter{MinAmount: 200}, []bank.TransactionID{f.out, f.in1, f.in0}},
			"between":                        {history.Filter{MinAmount: 50, MaxAmount: 500}, []bank.TransactionID{paidInside, f.inside, f.out, f.in1}},
			"types":                          {history.Filter{Types: []bank.TransactionType{bank.TypeTransferOut, bank.TypeInternalIn}}, []bank.TransactionID{paidInside, f.out}},
			"cleared":                        {history.Filter{Statuses: []bank.TransactionStatus{bank.StatusCleared}}, all},
			"reversed or declined":           {history.Filter{Statuses: []bank.TransactionStatus{bank.StatusReversed, bank.StatusDeclined}}, nil},
			"a title":                        {history.Filter{Title: "100%"}, []bank.TransactionID{f.in0}},
			"a title with a backslash":       {history.Filter{Title: `k\s`}, []bank.TransactionID{f.in2}},
			"only a percent sign":            {history.Filter{Title: "%"}, []bank.TransactionID{f.in0}},
			"a counterparty":                 {history.Filter{Counterparty: "ACME_"}, []bank.TransactionID{f.in0}},
			"a counterparty with a quote":    {history.Filter{Counterparty: "O'N"}, []bank.TransactionID{f.in2}},
			"the payee where we pay":         {history.Filter{Counterparty: "LANDLORD"}, []bank.TransactionID{f.out}},
			"letters do not matter":          {history.Filter{Title: "rént", Counterparty: "landlOrd"}, []bank.TransactionID{f.out}},
			"two letters begin a word":       {history.Filter{Title: "re"}, []bank.TransactionID{f.out, f.in1}},
			"two letters within a word":      {history.Filter{Title: "ef"}, nil},
			"ourselves are no counterparty":  {history.Filter{Counterparty: "JAN", Balance: first.ID}, nil},
			"several at once":                {history.Filter{User: d.users[0].ID, From: "2026-11-02", MaxAmount: 200, Title: "EFU"}, []bank.TransactionID{f.in1}},
		} {
			if got := d.list(c.filter); !slices.Equal(got, c.want) {
				d.t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	})
}

// TestRowsSayWhatHappened: posting, words and balance of a transaction, from the holder's side.
func TestRowsSayWhatHappened(t *testing.T) {
	eachDesk(t, func(d *desk) {
		f := fill(d)
		row, err := d.history.Get(context.Background(), d.actor, f.out)
		d.must(err)
		if row.Amount != -500 || row.BalanceAfter != 500 || row.BalanceID != d.balances[0].ID || row.Currency != "PLN" || row.Kind != bank.KindUser ||
			row.Type != bank.TypeTransferOut || row.Booking != "2026-11-04" || row.Value != "2026-11-04" || row.Cause != bank.CauseOutgoing ||
			row.Details.Title != "RENT 1000" || row.Details.PayeeName != "LANDLORD" || !row.FileID.IsZero() || !row.At.Equal(day) {
			d.t.Errorf("%+v", row)
		}
	})
}

func TestRefusedFilters(t *testing.T) {
	eachDesk(t, func(d *desk) {
		fill(d)
		other := newDesk(d.t, d.db, there)
		theirs := fill(other)
		ctx := context.Background()
		for name, c := range map[string]struct {
			filter history.Filter
			want   error
		}{
			"no date":                      {history.Filter{From: "20.11.2026"}, bank.ErrInvalid},
			"no such day":                  {history.Filter{To: "2026-02-30"}, bank.ErrInvalid},
			"no IBAN":                      {history.Filter{IBAN: "PL00"}, bank.ErrInvalid},
			"unknown balance":              {history.Filter{Balance: bank.NewID()}, bank.ErrNotFound},
			"unknown end user":             {history.Filter{User: bank.NewID()}, bank.ErrNotFound},
			"unknown file":                 {history.Filter{File: bank.NewID()}, bank.ErrNotFound},
			"IBAN never issued":            {history.Filter{IBAN: here.master}, bank.ErrNotFound},
			"another's balance":            {history.Filter{Balance: other.balances[0].ID}, bank.ErrNotFound},
			"another's end user":           {history.Filter{User: other.users[0].ID}, bank.ErrNotFound},
			"another's IBAN":               {history.Filter{IBAN: other.balances[0].Accounts[0].IBAN.String()}, bank.ErrNotFound},
			"own end user, another's IBAN": {history.Filter{User: d.users[0].ID, IBAN: other.balances[0].Accounts[0].IBAN.String()}, bank.ErrNotFound},
		} {
			if _, err := d.history.List(ctx, d.actor, c.filter); !errors.Is(err, c.want) {
				d.t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		// Ids are the customer's own: the same number names another transaction here.
		mine, err := d.history.Get(ctx, d.actor, theirs.in0)
		if err == nil && (mine.BalanceID == other.balances[0].ID || mine.Details.PayerName == "") {
			d.t.Errorf("another customer's transaction: %+v", mine)
		}
		if _, err := d.history.Get(ctx, d.actor, 1<<40); !errors.Is(err, bank.ErrNotFound) {
			d.t.Errorf("an id that was never given: %v", err)
		}
		if n := len(d.list(history.Filter{})); n != 6 {
			d.t.Errorf("%d transactions, 6 are the customer's", n)
		}
		nobody := bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Permissions: []bank.Permission{bank.PermUsersRead}}
		if _, err := d.history.List(ctx, nobody, history.Filter{}); !errors.Is(err, bank.ErrForbidden) {
			d.t.Errorf("list without permission: %v", err)
		}
		if _, err := d.history.Get(ctx, nobody, mine.ID); !errors.Is(err, bank.ErrForbidden) {
			d.t.Errorf("get without permission: %v", err)
		}
	})
}

// TestPagesUnderInserts walks both ways, page by page, while others post: nobody is met twice, nobody who was there is
// missed, and catching up meets also those who came.
func TestPagesUnderInserts(t *testing.T) {
	eachDesk(t, func(d *desk) {
		no, v := d.balances[0].No, d.balances[0]
		const before, during = 25, 25
		for i := range before {
			d.move(d.bank, no, int64(1+i), bank.CauseIncoming, "2026-11-01", fmt.Sprint(i), "ACME", "JAN")
		}
		there := d.list(history.Filter{Balance: v.ID})
		var inserts sync.WaitGroup
		d.receive(&inserts, no, during)
		down := d.walk(history.Filter{Balance: v.ID, Limit: 4, Before: there[0] + 1}, func(f *history.Filter, last bank.TransactionID) { f.Before = last })
		if !slices.Equal(down, there) {
			d.t.Errorf("towards the past: %v, want %v", down, there)
		}
		inserts.Wait()
		up := d.walk(history.Filter{Balance: v.ID, Limit: 4, Ascending: true}, func(f *history.Filter, last bank.TransactionID) { f.After = last })
		all := d.list(history.Filter{Balance: v.ID})
		slices.Reverse(all)
		if !slices.Equal(up, all) || len(up) != before+during {
			d.t.Errorf("catching up: %v, want %v", up, all)
		}
		middle := d.list(history.Filter{Balance: v.ID, After: all[3], Before: all[7]})
		if want := []bank.TransactionID{all[6], all[5], all[4]}; !slices.Equal(middle, want) {
			d.t.Errorf("between: %v, want %v", middle, want)
		}
	})
}

// TestCatchingUpUnderInserts follows the ids while they are given: nobody comes behind the cursor.
func TestCatchingUpUnderInserts(t *testing.T) {
	eachDesk(t, func(d *desk) {
		const writers, each = 3, 15
		var inserts sync.WaitGroup
		for w := range writers {
			d.receive(&inserts, d.balances[w].No, each)
		}
		ended := make(chan struct{})
		go func() { inserts.Wait(); close(ended) }()
		var met []bank.TransactionID
		for last := false; ; {
			f := history.Filter{Ascending: true, Limit: 3}
			if len(met) > 0 {
				f.After = met[len(met)-1]
			}
			page := d.list(f)
			met = append(met, page...)
			if len(page) > 0 {
				continue
			}
			if last {
				break
			}
			select {
			case <-ended:
				last = true // once more: the last may have come after the page was read
			default:
			}
		}
		if all := d.list(history.Filter{Ascending: true}); !slices.Equal(met, all) || len(all) != writers*each {
			d.t.Errorf("met %d, there are %d", len(met), len(all))
		}
	})
}

// walk reads pages until one is empty.
func (d *desk) walk(f history.Filter, next func(f *history.Filter, last bank.TransactionID)) (all []bank.TransactionID) {
	d.t.Helper()
	for {
		page := d.list(f)
		if len(page) == 0 {
			return all
		}
		if len(page) > f.Limit {
			d.t.Fatalf("a page of %d", len(page))
		}
		all = append(all, page...)
		next(&f, page[len(page)-1])
	}
}
