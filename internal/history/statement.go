package history

import (
	"context"
	"fmt"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// statementStep is how many lines of a statement one query reads, so that memory does not grow with the balance.
const statementStep = 500

// lateClock is how long after a period's end another replica's clock may still think itself within it.
const lateClock = time.Hour

// Period is what a statement covers: whole days of bank.Zone, inclusive, ISO, by the instant of posting and not by the
// bank's booking date: docs/decisions/0050. Empty days mean the month of To, or of today, so far.
type Period struct{ From, To string }

// Statement is the head of a statement: what stands above its lines. Opening + In - Out = Closing.
type Statement struct {
	Number    string // from the period: no two statements of a balance have the same unless they cover the same days
	Balance   bank.Balance
	Customer  string    // name
	Owner     string    // the end user's name; empty: the balance is the customer's
	IBAN      iban.IBAN // of the balance: the open one, or the last; zero where it never had one
	Period              // filled
	Final     bool      // nothing can come any more: the same period gives the same lines for ever
	CreatedAt time.Time // the store's time
	Opening   int64     // minor units, as Closing
	In, Out   bank.Sum  // of the postings in the period; both amounts are positive
	Closing   int64

	first, last bank.TransactionID // what it reads
}

// ReadStatement hands the head of a statement to begin and its lines, oldest first, to line; BalanceAfter of a line is the
// running balance, whatever the kind of balance. It sees the postings that were committed when it began: ids are commit
// order, so the head's last id bounds it, and postings meanwhile change nothing. It reads in steps and writes between them,
// so that a slow reader holds no transaction. An error once begin was called means that what was handed out is not a
// statement.
//
// bank.ErrNotFound if there is no such balance, bank.ErrInvalid for a period that is none, or a mirror of a master account,
// whose statement is the bank's. A payment that was authorised first stands where and when it was posted. What was declined moved nothing and is not in it, and no line has a Reason: a statement is
// for whoever holds the balance.
func (s *Service) ReadStatement(ctx context.Context, actor bank.Actor, balance bank.ID, p Period, begin func(*Statement) error, line func(Row) error) error {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	var head *Statement
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		head, err = openStatement(tx, actor.Customer, balance, p)
		return err
	})
	if err != nil {
		return err
	}
	if err := begin(head); err != nil {
		return err
	}
	return s.statementLines(ctx, head, line)
}

func (p Period) check() error {
	if err := (Filter{From: p.From, To: p.To}).check(); err != nil {
		return err
	}
	if p.From != "" && p.To != "" && p.To < p.From {
		return bank.ErrInvalid.With("the period is invalid").Field("to", "invalid", "to must not be before from")
	}
	return nil
}

// fill sets days that were left out.
func (p *Period) fill(now time.Time) {
	if p.To == "" {
		p.To = max(bank.CivilDate(now), p.From)
	}
	if p.From == "" {
		p.From = p.To[:len("2006-01-")] + "01"
	}
}

// instants are the period's beginning and the beginning of the day behind it; the days were checked.
func (p *Period) instants() (begin, end time.Time, err error) {
	last, err := time.Parse(time.DateOnly, p.To)
	if err != nil {
		return begin, end, err
	}
	return bank.CivilMidnight(p.From), bank.CivilMidnight(last.AddDate(0, 0, 1).Format(time.DateOnly)), nil
}

// openStatement reads the head in one snapshot.
func openStatement(tx *store.Tx, customer bank.CustomerID, balance bank.ID, p Period) (*Statement, error) {
	b, err := tx.Balance(customer, balance)
	if err != nil {
		return nil, named(err, "balance")
	}
	if b.Kind == bank.KindBank {
		return nil, bank.ErrInvalid.With("the statement of a master account is the bank's own; ours would only mirror it")
	}
	h := &Statement{Balance: b, Period: p}
	if h.CreatedAt, err = tx.Now(); err != nil {
		return nil, err
	}
	h.fill(h.CreatedAt)
	h.Number = "S" + shortDay(h.From) + "-" + shortDay(h.To)
	if err := h.bound(tx); err != nil {
		return nil, fmt.Errorf("bounds of the statement: %w", err)
	}
	if err := h.name(tx); err != nil {
		return nil, fmt.Errorf("names on the statement: %w", err)
	}
	return h, h.reckon(tx)
}

// shortDay is YYMMDD.
func shortDay(day string) string { return day[2:4] + day[5:7] + day[8:] }

// bound finds the ids of the period. The head is read in the same snapshot: every id below its next is committed.
func (h *Statement) bound(tx *store.Tx) error {
	head, err := tx.ReadHead(h.Balance.Customer)
	if err != nil {
		return err
	}
	begin, end, err := h.instants()
	if err != nil {
		return err
	}
	if h.first, err = tx.FirstIDSince(head.Customer, begin, head.NextID); err != nil {
		return err
	}
	behind, err := tx.FirstIDSince(head.Customer, end, head.NextID)
	h.last = behind - 1
	// Instants never go back: once one was given behind the period, none can fall into it.
	h.Final = !head.LastAt.Before(end) || h.CreatedAt.After(end.Add(lateClock))
	return err
}

func (h *Statement) name(tx *store.Tx) error {
	c, err := tx.Customer(h.Balance.Customer)
	if err != nil {
		return err
	}
	h.Customer = c.Name
	if !h.Balance.User.IsZero() {
		u, err := tx.User(h.Balance.Customer, h.Balance.User)
		if err != nil {
			return err
		}
		h.Owner = u.Name()
	}
	accounts, err := tx.BankAccountsOf(h.Balance.Customer, h.Balance.No)
	for _, a := range accounts {
		if h.IBAN = a.IBAN; a.ClosedAt.IsZero() {
			break
		}
	}
	return err
}

// reckon reads what was booked before the period and the sums within.
func (h *Statement) reckon(tx *store.Tx) (err error) {
	if h.Opening, err = tx.BookedBefore(h.Balance, h.first); err != nil {
		return fmt.Errorf("opening balance: %w", err)
	}
	if h.In, h.Out, err = tx.PostedSums(h.Balance.Customer, h.Balance.No, h.first, h.last); err != nil {
		return fmt.Errorf("sums of the period: %w", err)
	}
	h.Closing = h.Opening + h.In.Amount - h.Out.Amount
	return nil
}

// statementLines reads the lines step by step and proves that they lead from the opening to the closing balance.
func (s *Service) statementLines(ctx context.Context, h *Statement, line func(Row) error) error {
	running, after := h.Opening, h.first-1
	for {
		var rows []Row
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.Posted(h.Balance.Customer, h.Balance.No, after, h.last, statementStep)
			return err
		})
		if err != nil {
			return fmt.Errorf("lines of the statement: %w", err)
		}
		for _, row := range rows {
			running += row.Amount
			if h.Balance.Kind.HasRow() && row.BalanceAfter != running {
				return fmt.Errorf("transaction %d leaves %d by the ledger and %d by the statement", row.ID, row.BalanceAfter, running)
			}
			row.BalanceAfter, row.Reason, after = running, "", row.Position()
			if err := line(row); err != nil {
				return err
			}
		}
		if len(rows) < statementStep {
			break
		}
	}
	if running != h.Closing {
		return fmt.Errorf("the lines of the statement end at %d, its sums at %d", running, h.Closing)
	}
	return nil
}
