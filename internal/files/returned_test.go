package files_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store"
	"ims/internal/transfers"
)

// settled orders a transfer, and lets a statement file of its own book it.
func (s *scene) settled(v accounts.BalanceView, account string, amount int64, payee string) bank.Transfer {
	s.t.Helper()
	t := s.sent(v, amount, payee)
	s.executed("booked "+transfers.Reference(t)+".pli", referring(account, payee, amount, "CZYNSZ", transfers.Reference(t)))
	return t
}

// transfer is a transfer as it is now.
func (s *scene) transfer(id bank.ID) (t bank.Transfer) {
	s.t.Helper()
	must(s.t, s.db.Read(context.Background(), func(tx *store.Tx) (err error) {
		t, err = tx.Transfer(s.actor.Customer, id)
		return err
	}))
	return t
}

// wantReturn fails unless a transfer came back with a posting of an amount to the balance that paid it, and that posting tells
// of the transfer.
func (s *scene) wantReturn(order bank.Transfer, to bank.BalanceNo) {
	s.t.Helper()
	must(s.t, s.db.Read(context.Background(), func(tx *store.Tx) error {
		t, err := tx.Transfer(order.Customer, order.ID)
		if err != nil {
			return err
		}
		p, err := tx.Posting(order.Customer, t.Return)
		if err != nil {
			return err
		}
		by, err := tx.TransferReturnedBy(order.Customer, t.Return)
		if err != nil || t.Status != bank.TransferReturned || p.To != to || p.Amount != t.Amount.Minor() || p.Cause != bank.CauseIncoming || by.ID != t.ID {
			s.t.Errorf("%s came back as %+v, %v", t.Status, p.Posting, err)
		}
		return nil
	}))
}

// TestReturned: what certainly brings a transfer back is credited to the balance that paid it and ends the transfer, once: by the
// reference, beside the title or within it, to the IBAN or to the master account, or by accounts and amount where only one fits.
func TestReturned(t *testing.T) {
	for _, acceptance := range []bank.Acceptance{bank.Strict, bank.ByRecord} {
		each(t, acceptance, func(s *scene) {
			v, account := s.balance()
			s.executed("in.pli", line(outside, account, 500_00, "WPLATA"))
			beside, within := s.settled(v, account, 10_00, outside), s.settled(v, account, 20_00, outside)
			toMaster, alone := s.settled(v, account, 30_00, outside), s.settled(v, account, 40_00, outside)
			f, outcomes := s.executed("back.pli", referring(outside, account, 10_00, "ZWROT", transfers.Reference(beside))+
				line(outside, account, 20_00, "Zwrot przelewu "+transfers.Reference(within)+", rachunek zamkniety")+
				referring(outside, masterNRB, 30_00, "ZWROT", strings.ToLower(transfers.Reference(toMaster)))+
				line(outside, account, 40_00, "ZWROT PRZELEWU"))
			if got := outcomes["CREDITED"]; got != (bank.Sum{Count: 4, Amount: 100_00}) || f.Totals.Forecast.Outcomes["CREDITED"] != got {
				s.t.Errorf("outcomes: %v, forecast %+v", outcomes, f.Totals.Forecast)
			}
			for _, order := range []bank.Transfer{beside, within, toMaster, alone} {
				s.wantReturn(order, v.No)
			}
			s.wantAmounts("all back", v, 500_00, 0)
			f, outcomes = s.executed("again.pli", referring(outside, account, 10_00, "ZWROT PONOWNY", transfers.Reference(beside)))
			if got := outcomes["POSSIBLE_DUPLICATE"]; got != (bank.Sum{Count: 1, Amount: 10_00}) || f.Totals.Forecast.Claimed != got {
				s.t.Errorf("outcomes of the second: %v, forecast %+v", outcomes, f.Totals.Forecast)
			}
			s.wantAmounts("once", v, 500_00, 0)
			s.proven()
		})
	}
}

// TestReturnedUncertain: what may be somebody else's is credited as any credit, and the transfer stays as it is.
func TestReturnedUncertain(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		_, other := s.balance()
		s.executed("in.pli", line(outside, account, 500_00, "WPLATA"))
		one, two, three := s.settled(v, account, 10_00, outside), s.settled(v, account, 10_00, outside), s.settled(v, account, 30_00, outside)
		_, outcomes := s.executed("back.pli", line(outside, account, 10_00, "ZWROT")+ // of which of the two?
			line(outside, account, 30_00, "CZYNSZ")+ // nothing says that it comes back
			referring(outside, account, 29_00, "ZWROT", transfers.Reference(three))+ // another amount
			referring(outside, other, 30_00, "ZWROT", transfers.Reference(three))) // another's IBAN
		if got := outcomes["CREDITED"]; got != (bank.Sum{Count: 4, Amount: 99_00}) {
			s.t.Errorf("outcomes: %v", outcomes)
		}
		s.wantStatuses("uncertain", "SETTLED SETTLED SETTLED", one, two, three)
		s.proven()
	})
}

// TestReturnedWithItsDebit: a bank that sends an order back on the same day tells both in one file; the debit is booked first. What
// comes back of an order that was never booked is nobody's yet.
func TestReturnedWithItsDebit(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		s.executed("in.pli", line(outside, account, 100_00, "WPLATA"))
		same, early := s.sent(v, 10_00, outside), s.sent(v, 20_00, outside)
		f, outcomes := s.executed("day.pli", referring(outside, account, 10_00, "ZWROT", transfers.Reference(same))+
			referring(outside, account, 20_00, "ZWROT", transfers.Reference(early))+
			strings.Repeat(line(outside, account, 1_00, "DROBNE"), 9)+ // so that debit and return are of different chunks
			referring(account, outside, 10_00, "CZYNSZ", transfers.Reference(same)))
		if outcomes["CREDITED"] != (bank.Sum{Count: 10, Amount: 19_00}) || outcomes["TECHNICAL"] != (bank.Sum{Count: 1, Amount: 20_00}) {
			s.t.Errorf("outcomes: %v", outcomes)
		}
		if got := f.Totals.Forecast; got.Outcomes["CREDITED"] != outcomes["CREDITED"] || got.Technical != outcomes["TECHNICAL"] {
			s.t.Errorf("forecast: %+v", got)
		}
		s.wantReturn(same, v.No)
		s.wantStatuses("not booked", "SENT", early)
		s.wantAmounts("not booked", v, 109_00, 20_00)
		if got := s.items()[bank.ReasonReturnEarly]; got != 20_00 {
			s.t.Errorf("items: %v", s.items())
		}
		s.proven()
	})
}

// TestReturnedToNobody: what comes back to a closed balance is an item; to a blocked one it is frozen.
func TestReturnedToNobody(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		blocked, blockedAccount := s.balance()
		s.executed("in.pli", line(outside, account, 10_00, "WPLATA")+line(outside, blockedAccount, 20_00, "WPLATA"))
		closed, frozen := s.settled(v, account, 10_00, outside), s.settled(blocked, blockedAccount, 20_00, outside)
		_, err := s.accounts.CloseBalance(context.Background(), s.actor, v.ID)
		must(s.t, err)
		_, err = s.block(blocked.ID, bank.BlockCredits)
		must(s.t, err)
		f, outcomes := s.executed("back.pli", referring(outside, account, 10_00, "ZWROT", transfers.Reference(closed))+
			referring(outside, masterNRB, 20_00, "ZWROT", transfers.Reference(frozen)))
		if outcomes["TECHNICAL"].Amount != 10_00 || outcomes["CREDITED_FROZEN"].Amount != 20_00 || f.Totals.Forecast.Outcomes["CREDITED_FROZEN"].Amount != 20_00 {
			s.t.Errorf("outcomes: %v, forecast %+v", outcomes, f.Totals.Forecast)
		}
		s.wantReturn(frozen, blocked.No)
		s.wantAmounts("frozen", blocked, 20_00, 20_00)
		if got := s.transfer(closed.ID); got.Status != bank.TransferReturned || s.items()[bank.ReasonClosedIBAN] != 10_00 {
			s.t.Errorf("to a closed balance: %s, items %v", got.Status, s.items())
		}
		s.proven()
	})
}

// TestLinkReturn: what files could not tell an operator links, once, and only what can have brought the transfer back; with four
// eyes only after a second person.
func TestLinkReturn(t *testing.T) {
	eachWatched(t, func(w *watched) {
		s, ctx := w.scene, context.Background()
		v, account := s.balance()
		_, other := s.balance()
		s.executed("in.pli", line(outside, account, 500_00, "WPLATA"))
		one, two, sent := s.settled(v, account, 10_00, outside), s.settled(v, account, 10_00, outside), s.sent(v, 10_00, outside)
		back, _ := s.executed("back.pli", line(outside, account, 10_00, "ZWROT")+line(outside, account, 10_01, "ZWROT")+
			line(outside, other, 10_00, "WPLATA")+line(outside, account, 9_00, "WPLATA"))
		credits := map[string]bank.TransactionID{}
		must(s.t, s.db.Read(ctx, func(tx *store.Tx) error {
			return tx.EachFilePosting(s.actor.Customer, back.No, 1, 9, func(p store.PostingRow) error {
				credits[[]string{"", "same", "more", "other", "less"}[p.Origin.Line]] = p.ID
				return nil
			})
		}))
		link := func(by bank.Actor, t bank.Transfer, credit bank.TransactionID) (*bank.Approval, error) {
			_, pending, err := s.files.LinkReturn(ctx, by, t.ID, credit, "the bank says so")
			return pending, err
		}
		for what, c := range map[string]struct {
			transfer bank.Transfer
			credit   bank.TransactionID
			want     error
		}{
			"more than the transfer":  {one, credits["more"], bank.ErrConflict},
			"another's balance":       {one, credits["other"], bank.ErrConflict},
			"no such credit":          {one, 1 << 40, bank.ErrNotFound},
			"no such transfer":        {bank.Transfer{ID: bank.NewID()}, credits["same"], bank.ErrNotFound},
			"not booked":              {sent, credits["same"], bank.ErrConflict},
			"its own debit":           {one, s.cleared(one), bank.ErrConflict},
			"older than the transfer": {one, 1, bank.ErrNotFound}, // an audit event
		} {
			if _, err := link(w.ada, c.transfer, c.credit); !errors.Is(err, c.want) {
				s.t.Errorf("%s: %v", what, err)
			}
		}
		w.bind()
		pending, err := link(w.ada, one, credits["same"])
		if must(s.t, err); pending == nil {
			s.t.Fatal("nobody is asked")
		}
		s.wantStatuses("asked", "SETTLED SETTLED", one, two)
		must(s.t, w.approve(w.bob, pending))
		pending, err = link(w.ada, one, credits["same"])
		if must(s.t, err); pending != nil {
			s.t.Fatal("asked twice")
		}
		s.wantReturn(one, v.No)
		for _, again := range []struct {
			bank.Transfer
			credit bank.TransactionID
		}{{one, credits["less"]}, {two, credits["same"]}} {
			if _, err := link(w.bob, again.Transfer, again.credit); !errors.Is(err, bank.ErrConflict) {
				s.t.Errorf("linked again: %v", err)
			}
		}
		s.wantStatuses("linked", "RETURNED SETTLED", one, two)
		s.proven()
	})
}

// cleared is the posting that settled a transfer.
func (s *scene) cleared(t bank.Transfer) (id bank.TransactionID) {
	s.t.Helper()
	must(s.t, s.db.Read(context.Background(), func(tx *store.Tx) error {
		return tx.EachTransaction(s.actor.Customer, t.Transaction, t.Transaction, func(row bank.Transaction) error {
			id = row.Posting
			return nil
		})
	}))
	return id
}

// TestSuggestTransfer: an item that brings a transfer back is meant for whoever had ordered it: the balance that paid, or the only
// other open one.
func TestSuggestTransfer(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		heir, _ := s.balance()
		s.executed("in.pli", line(outside, account, 30_00, "WPLATA"))
		booked := s.settled(v, account, 10_00, outside)
		early := s.sent(v, 20_00, outside)
		s.executed("early.pli", referring(outside, account, 20_00, "ZWROT", transfers.Reference(early)))
		want := func(what string, amount int64, order bank.Transfer, balance bank.ID) {
			s.t.Helper()
			items, err := s.files.Items(context.Background(), s.actor, storeFilter())
			must(s.t, err)
			found, err := s.files.Suggestions(context.Background(), s.actor, items)
			must(s.t, err)
			for _, i := range items {
				if got := found[i.ID]; i.Amount == amount && (got.Kind != files.SuggestedByTransfer || got.Transfer != order.ID || got.Balance != balance || got.User != s.user.ID) {
					s.t.Errorf("%s: %+v", what, got)
				}
			}
		}
		want("not booked", 20_00, early, v.ID)
		s.executed("late.pli", referring(account, outside, 20_00, "CZYNSZ", transfers.Reference(early)))
		_, err := s.accounts.CloseBalance(context.Background(), s.actor, v.ID)
		must(s.t, err)
		s.executed("back.pli", referring(outside, account, 10_00, "ZWROT", transfers.Reference(booked)))
		want("the balance is closed", 10_00, booked, heir.ID)
		s.balance()
		want("one of two others", 10_00, booked, bank.ID{})
	})
}
