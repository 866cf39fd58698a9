package files_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/transfers"
)

// nobody asks for a second person.
type nobody struct{}

func (nobody) Require(context.Context, *store.Tx, bank.Actor, store.ApprovalRequest) (*bank.Approval, error) {
	return nil, nil
}

// sent orders a transfer from a balance to an account outside, and hands it to the bank.
func (s *scene) sent(from accounts.BalanceView, amount int64, payee string) bank.Transfer {
	s.t.Helper()
	key := bank.Idempotency{Key: bank.NewID().String()}
	ctx := bank.WithIdempotency(context.Background(), &key)
	actor := bank.Actor{Customer: s.actor.Customer, Kind: bank.ActorCertificate, Name: "V-Demo-App", Permissions: bank.AllPermissions()}
	placed, err := transfers.New(s.db, nobody{}, transfers.WithClock(clock)).Order(ctx, actor, transfers.Order{Payer: from.ID,
		Amount: money.New(amount, money.PLN), Payee: "PL" + payee, PayeeName: "ANNA PROBNA", Title: "CZYNSZ"})
	must(s.t, err)
	t := placed.Transfer
	must(s.t, s.db.Write(context.Background(), func(tx *store.Tx) error {
		locked, err := tx.LockTransfers(t.Customer, t.ID)
		if err != nil {
			return err
		}
		t = locked[0]
		t.Status, t.OrderFile = bank.TransferSent, bank.NewID()
		if err := tx.MoveTransfer(t); err != nil {
			return err
		}
		return tx.AddTransferStep(t.Customer, t.ID, bank.TransferStep{Status: t.Status, Actor: "test", At: clock()})
	}))
	return t
}

// status returns the statuses of transfers as they are now.
func (s *scene) statuses(list ...bank.Transfer) (texts []string) {
	s.t.Helper()
	must(s.t, s.db.Read(context.Background(), func(tx *store.Tx) error {
		texts = nil
		for _, t := range list {
			now, err := tx.Transfer(t.Customer, t.ID)
			if err != nil {
				return err
			}
			texts = append(texts, string(now.Status))
		}
		return nil
	}))
	return texts
}

// referring is a record that bears a reference.
func referring(payer, payee string, amount int64, title, reference string) string {
	return strings.TrimSuffix(line(payer, payee, amount, title), "\"\"\r\n") + fmt.Sprintf("%q\r\n", reference)
}

func (s *scene) wantStatuses(what, want string, list ...bank.Transfer) {
	s.t.Helper()
	if got := strings.Join(s.statuses(list...), " "); got != want {
		s.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func (s *scene) wantAmounts(what string, v accounts.BalanceView, booked, held int64) {
	s.t.Helper()
	if b := s.now(v); b.Booked != booked || b.Held != held {
		s.t.Errorf("%s: booked %d and held %d, want %d and %d", what, b.Booked, b.Held, booked, held)
	}
}

// TestSettle: what the bank books of our orders is paid from what is reserved for them, each order once, whatever the records
// say and however often they come; what no order explains follows the rules of files.
func TestSettle(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		other, otherAccount := s.balance()
		s.executed("in.pli", line(outside, account, 100_00, "WPLATA")+line(outside, otherAccount, 50_00, "WPLATA 2"))
		named, alike, later := s.sent(v, 10_00, outside), s.sent(v, 20_00, outside), s.sent(v, 20_00, outside)
		elsewhere := s.sent(other, 20_00, outside)
		s.wantAmounts("ordered", v, 100_00, 50_00)
		f, outcomes := s.executed("out.pli", referring(account, outside, 10_00, "CZYNSZ", transfers.Reference(named))+
			line(account, outside, 20_00, "CZYNSZ")+ // no reference: the oldest that fits
			line(account, outside, 7_00, "KARTA")) // nobody ordered it
		if got := outcomes["DEBITED"]; got != (bank.Sum{Count: 3, Amount: 37_00}) {
			s.t.Errorf("outcomes: %v", outcomes)
		}
		if got := f.Totals.Forecast; got.Orders != (bank.Sum{Count: 2, Amount: 30_00}) || got.Outcomes["DEBITED"] != outcomes["DEBITED"] {
			s.t.Errorf("forecast: %+v", got)
		}
		s.wantStatuses("booked", "SETTLED SETTLED SENT SENT", named, alike, later, elsewhere)
		s.wantAmounts("booked", v, 63_00, 20_00)
		s.proven()
		if items := s.items(); len(items) != 0 {
			s.t.Errorf("items: %v", items)
		}
		f, outcomes = s.executed("again.pli", referring(account, outside, 10_00, "CZYNSZ PO RAZ DRUGI", transfers.Reference(named))+
			referring(account, outside, 21_00, "INNA KWOTA", transfers.Reference(later))+
			referring(otherAccount, outside, 20_00, "CZYNSZ", strings.ToLower(transfers.Reference(elsewhere))))
		if outcomes["POSSIBLE_DUPLICATE"] != (bank.Sum{Count: 1, Amount: 10_00}) || outcomes["DEBITED"] != (bank.Sum{Count: 2, Amount: 41_00}) {
			s.t.Errorf("outcomes of the second file: %v", outcomes)
		}
		if got := f.Totals.Forecast; got.Orders != (bank.Sum{Count: 1, Amount: 20_00}) || got.Claimed != (bank.Sum{Count: 1, Amount: 10_00}) {
			s.t.Errorf("forecast of the second file: %+v", got)
		}
		s.wantStatuses("booked again", "SETTLED SETTLED SENT SETTLED", named, alike, later, elsewhere)
		s.wantAmounts("booked again", v, 42_00, 20_00)
		s.wantAmounts("the other", other, 30_00, 0)
		if got := s.items()[bank.ReasonDuplicate]; got != 10_00 {
			s.t.Errorf("claimed as duplicate: %d", got)
		}
		s.proven()
	})
}

// TestSettleOnce: of equal orders in one chunk or in several each is settled by one record, and a file with more records than
// orders charges the rest.
func TestSettleOnce(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		s.executed("in.pli", line(outside, account, 500_00, "WPLATA"))
		var orders []bank.Transfer
		for range 20 {
			orders = append(orders, s.sent(v, 5_00, outside))
		}
		var out strings.Builder
		for i := range 23 {
			out.WriteString(line(account, outside, 5_00, fmt.Sprintf("RATA %d", i)))
		}
		s.executed("out.pli", out.String())
		s.wantStatuses("all", strings.TrimSpace(strings.Repeat("SETTLED ", 20)), orders...)
		s.wantAmounts("all", v, 500_00-23*5_00, 0)
		s.proven()
	})
}

// TestSettleFromTheMasterAccount: where the bank debits the master account itself, only the reference tells whose order it was.
func TestSettleFromTheMasterAccount(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		s.fundOwn(9_00) // enough for the charge alone
		s.executed("in.pli", line(outside, account, 100_00, "WPLATA"))
		order, same := s.sent(v, 8_00, outside), s.sent(v, 8_00, outside)
		s.executed("out.pli", referring(masterNRB, outside, 8_00, "CZYNSZ", transfers.Reference(order))+line(masterNRB, outside, 8_00, "OPLATA"))
		s.wantStatuses("named", "SETTLED SENT", order, same)
		s.wantAmounts("named", v, 92_00, 8_00)
		s.proven()
	})
}
