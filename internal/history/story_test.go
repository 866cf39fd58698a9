package history_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
)

// TestStory tells a credit by the API: both sides, who ordered it and where from, and its reversal.
func TestStory(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, to := context.Background(), d.balances[0]
		own := d.ownFunds(5_000)
		caller := d.reader(bank.PermMoneyPost)
		caller.Kind, caller.Name, caller.Origin = bank.ActorCertificate, "V-Example-App", "192.0.2.1 request r1"
		writer := ledger.NewWriter(d.db, clock)
		defer writer.Close()
		done, err := writer.Post(ctx, ledger.Single{Actor: caller, Key: bank.Idempotency{Key: "k1"}, Balance: to.ID, Amount: money.New(700, money.PLN), Title: "gift"})
		d.must(err)
		told, err := d.history.Story(ctx, d.actor, done.Transaction)
		d.must(err)
		if told.Author.Actor != "V-Example-App" || told.Author.Origin != caller.Origin || told.Amount != 700 || told.Details.Title != "gift" {
			t.Errorf("%+v", told)
		}
		if told.Payer.Balance.No != own || told.Payee.Balance.ID != to.ID || told.Payee.User.ID != d.users[0].ID || told.Payee.IBAN != to.Accounts[0].IBAN {
			t.Errorf("sides: %+v and %+v", told.Payer, told.Payee)
		}
		other, err := d.history.Story(ctx, d.actor, told.Other)
		d.must(err)
		if other.Other != done.Transaction || other.Amount != -700 {
			t.Errorf("the other side: %+v", other)
		}
		clerk, err := d.history.Story(ctx, d.reader(bank.PermHistoryRead), done.Transaction)
		d.must(err)
		if !clerk.Payee.User.ID.IsZero() || !clerk.Payee.IBAN.IsZero() {
			t.Errorf("somebody who may not read end users sees %+v", clerk.Payee)
		}
		reversal := d.reverse(told.Posting)
		told, err = d.history.Story(ctx, d.actor, done.Transaction)
		d.must(err)
		if told.ReversedBy != reversal {
			t.Errorf("reversed by %d, want %d", told.ReversedBy, reversal)
		}
		if back, err := d.history.Story(ctx, d.actor, reversal); err != nil || back.Reverses != done.Transaction {
			t.Errorf("it takes back %d, want %d: %v", back.Reverses, done.Transaction, err)
		}
		for _, id := range []bank.TransactionID{0, -1, 9_999} {
			if _, err := d.history.Story(ctx, d.actor, id); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("%d: %v", id, err)
			}
		}
		if _, err := d.history.Story(ctx, d.reader(), done.Transaction); !errors.Is(err, bank.ErrForbidden) {
			t.Error(err)
		}
		proof, err := ledger.Verify(ctx, d.db, d.actor.Customer)
		d.must(err)
		if !proof.OK {
			t.Errorf("%+v", proof.Checks)
		}
	})
}

// TestHome: parts follow permissions, and the flow of a day is what the bank booked on it.
func TestHome(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		today := bank.CivilDate(day)
		no := d.balances[0].No
		for _, one := range []struct {
			from, to bank.BalanceNo
			amount   int64
			cause    bank.Cause
			date     string
		}{
			{d.bank, no, 1_000, bank.CauseIncoming, today},
			{d.bank, no, 500, bank.CauseIncoming, "2026-11-18"},
			{no, d.bank, 300, bank.CauseOutgoing, today},
			{no, d.balances[1].No, 100, bank.CauseInternal, today},
			{d.bank, no, 7, bank.CauseIncoming, "2026-10-01"}, // longer ago than 30 days
		} {
			_, err := d.post(one.from, one.to, one.amount, one.cause, one.date, "x", "A", "B")
			d.must(err)
		}
		h, err := d.history.Home(ctx, d.actor, day)
		d.must(err)
		want := []history.DayFlow{
			{Day: "2026-11-18", Currency: "PLN", In: bank.Sum{Count: 1, Amount: 500}},
			{Day: today, Currency: "PLN", In: bank.Sum{Count: 1, Amount: 1_000}, Out: bank.Sum{Count: 1, Amount: 300}},
		}
		if len(h.Flow) != 2 || h.Flow[0] != want[0] || h.Flow[1] != want[1] || !h.FlowComplete || h.FlowFrom != "2026-10-22" || h.FlowTo != today {
			t.Errorf("flow %+v", h)
		}
		if len(h.Ranges) != 1 || h.Ranges[0].Used != 3 || h.Ranges[0].Percent() <= 0 {
			t.Errorf("ranges %+v", h.Ranges)
		}
		if h.Events.Told {
			t.Error("there is no endpoint")
		}
		nothing, err := d.history.Home(ctx, d.reader(), day)
		d.must(err)
		if len(nothing.Flow)+len(nothing.Ranges)+len(nothing.Files)+len(nothing.Items)+len(nothing.Certificates)+len(nothing.Proofs) != 0 {
			t.Errorf("somebody who may nothing sees %+v", nothing)
		}
	})
}

// TestHomeCertificates: those that end soon, but not where a newer one of the same name goes on.
func TestHomeCertificates(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		add := func(cn string, days int, status bank.CertificateStatus) {
			d.must(d.db.Write(ctx, func(tx *store.Tx) error {
				return tx.AddCertificate(bank.Certificate{Customer: d.actor.Customer, ID: bank.NewID(), CN: cn, Serial: cn + strconv.Itoa(days), NotBefore: day,
					NotAfter: day.Add(time.Duration(days) * 24 * time.Hour), Status: status, CreatedAt: day})
			}))
		}
		add("V-A-Soon", 10, bank.CertificateActive)
		add("V-A-Renewed", 10, bank.CertificateActive)
		add("V-A-Renewed", 300, bank.CertificateActive)
		add("V-A-Revoked", 10, bank.CertificateRevoked)
		add("V-A-Over", -1, bank.CertificateActive)
		h, err := d.history.Home(ctx, d.actor, day)
		d.must(err)
		names := map[string]bool{}
		for _, c := range h.Certificates {
			names[c.CN] = true
		}
		if len(h.Certificates) != 2 || !names["V-A-Soon"] || !names["V-A-Over"] {
			t.Errorf("%v", names)
		}
	})
}

func TestSearchAny(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, view := context.Background(), d.balances[2]
		operator := bank.Operator{ID: bank.NewID(), Email: "ada@example.test", CreatedAt: day}
		approval := bank.Approval{Customer: d.actor.Customer, ID: bank.NewID(), Action: "roles.set", Object: "ADMIN", Summary: "a change", Status: bank.ApprovalPending,
			RequestedBy: "bob@example.test", RequestedAt: day}
		d.must(d.db.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddOperator(operator); err != nil {
				return err
			}
			if _, err := tx.AddApproval(approval); err != nil {
				return err
			}
			return tx.SetRole(bank.OperatorRole{Customer: d.actor.Customer, Operator: operator.ID, Role: bank.Admin})
		}))
		one := func(actor bank.Actor, text string) history.Hit {
			t.Helper()
			hits, err := d.history.SearchAny(ctx, actor, text)
			d.must(err)
			if len(hits) == 0 {
				return history.Hit{}
			}
			return hits[0]
		}
		if h := one(d.actor, view.Accounts[0].IBAN.Format()); h.Kind != history.FoundBankAccount || h.User != d.users[1].ID || h.Balance != view.ID {
			t.Errorf("IBAN: %+v", h)
		}
		if h := one(d.actor, view.ID.String()); h.Kind != history.FoundBalance || h.User != d.users[1].ID {
			t.Errorf("balance: %+v", h)
		}
		if h := one(d.actor, "Ada@Example.test"); h.Kind != history.FoundOperator || h.ID != operator.Email {
			t.Errorf("operator: %+v", h)
		}
		if h := one(d.actor, approval.ID.String()); h.Kind != history.FoundApproval || h.About != "a change" {
			t.Errorf("approval: %+v", h)
		}
		clerk := d.reader(bank.PermHistoryRead)
		for _, text := range []string{operator.Email, approval.ID.String(), view.ID.String()} {
			if h := one(clerk, text); h.Kind != "" {
				t.Errorf("somebody who may not read it finds %+v", h)
			}
		}
	})
}

// ownFunds brings money to the customer's own funds and returns their number.
func (d *desk) ownFunds(amount int64) (own bank.BalanceNo) {
	d.t.Helper()
	ctx := context.Background()
	d.must(d.db.Write(ctx, func(tx *store.Tx) error {
		special, err := tx.SpecialBalances(d.actor.Customer)
		for _, b := range special {
			if b.Kind == bank.KindOwn && b.Currency == money.PLN {
				own = b.No
			}
		}
		return err
	}))
	no := d.balances[1].No
	_, err := d.post(d.bank, no, amount, bank.CauseIncoming, bank.CivilDate(day), "x", "A", "B")
	d.must(err)
	_, err = d.post(no, own, amount, bank.CauseSweep, bank.CivilDate(day), "x", "A", "B")
	d.must(err)
	return own
}

// reverse posts the opposite of a posting.
func (d *desk) reverse(p bank.Posting) (id bank.TransactionID) {
	d.t.Helper()
	d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, d.actor.Customer, day)
		if err := b.Lock(p.From, p.To); err != nil {
			return err
		}
		index, err := b.Post(ledger.NewPosting{From: p.To, To: p.From, Amount: p.Amount, Cause: bank.CauseReversal, BookingDate: p.BookingDate, Reverses: p.ID,
			Details: &bank.Details{Title: "back", Salt: store.NewSalt()}})
		if err != nil {
			return err
		}
		err = b.Commit()
		id = b.PostingID(index)
		return err
	}))
	return id
}
