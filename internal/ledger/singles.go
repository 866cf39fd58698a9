package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Single is one API or operator's operation: a credit from the customer's own funds, a debit back to them, or the reversal of
// one of these, whole and once.
type Single struct {
	Actor     bank.Actor
	Key       bank.Idempotency // required: money moves; its Answer is given the history's row of the end user's side
	Debit     bool
	Balance   bank.ID
	Amount    money.Amount
	Title     string
	Reference string
	Reverses  bank.TransactionID // 0: none; otherwise Debit, Balance and Amount follow from it and are ignored

	of original // what Reverses names, once it was read
}

// Done is what a single operation did.
type Done struct {
	Transaction bank.TransactionID // of the end user's side; also where a debit was declined, beside the error
	Row         store.HistoryRow   // the same, as the history shows it; empty if Replayed
	Replayed    bool               // an earlier request with the same key did it, whose answer is not kept any more
}

// outcome of one operation inside a batch.
type outcome struct {
	done Done
	err  error
}

// check refuses what needs no store to be refused.
func (s Single) check() error {
	if err := s.Actor.May(bank.PermMoneyPost); err != nil {
		return err
	}
	if !s.Key.Given() {
		return bank.ErrIdempotencyRequired
	}
	e := bank.ErrInvalid.With("the request has invalid fields")
	if s.Reverses == 0 && s.Amount.Minor() <= 0 {
		return bank.ErrAmountInvalid.Field("/amount/amount", "invalid", "must be a positive integer of minor units")
	}
	if reason := bank.CheckText(s.Title, false, 140); reason != "" {
		e = e.Field("/title", "invalid", "title "+reason)
	}
	if reason := bank.CheckText(s.Reference, false, 35); reason != "" {
		e = e.Field("/reference", "invalid", "reference "+reason)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// scene is what a batch of singles of one customer works on.
type scene struct {
	tx       *store.Tx
	customer bank.CustomerID
	now      time.Time
	batch    *Batch
	balances map[bank.ID]bank.Balance
	own      map[money.Currency]bank.BalanceNo
	blocks   map[bank.BalanceNo][]bank.Block // on the balance, its owner and its IBANs
	earlier  map[string]store.Key
	declined map[string]bank.Reason // of earlier keys whose debit was declined
	answers  map[string]store.Answer
	reversed map[bank.TransactionID]bank.TransactionID // postings that were taken back, and by which; 0: by this batch
}

// postSingles runs the operations of one customer in one transaction. Each is decided on its own: a refused one takes
// nothing with it. Keys must differ.
func postSingles(ctx context.Context, db *store.DB, now time.Time, ops []Single) ([]outcome, error) {
	results := make([]outcome, len(ops))
	err := db.Write(ctx, func(tx *store.Tx) error {
		s, ops, err := setScene(tx, now, ops)
		if err != nil {
			return err
		}
		traces := make([]trace, len(ops))
		for i, op := range ops {
			traces[i], results[i] = s.decide(op)
		}
		if err := s.batch.Commit(); err != nil {
			return err
		}
		return s.keepKeys(ops, traces, results)
	})
	return results, err
}

// setScene reads all that the operations need in a handful of queries and locks the balances. Blocks are read under the
// locks: one that was set while the operation waited counts. It returns the operations with those completed that take one back.
func setScene(tx *store.Tx, now time.Time, ops []Single) (*scene, []Single, error) {
	s := &scene{tx: tx, customer: ops[0].Actor.Customer, now: now, balances: map[bank.ID]bank.Balance{},
		own: map[money.Currency]bank.BalanceNo{}, blocks: map[bank.BalanceNo][]bank.Block{}, earlier: map[string]store.Key{},
		declined: map[string]bank.Reason{}, answers: map[string]store.Answer{}, reversed: map[bank.TransactionID]bank.TransactionID{}}
	s.batch = NewBatch(tx, s.customer, now)
	ops, err := s.resolved(ops)
	if err != nil {
		return nil, nil, err
	}
	keys, ids := make([]string, len(ops)), make([]bank.ID, len(ops))
	for i, op := range ops {
		keys[i], ids[i] = op.Key.Key, op.Balance
	}
	if err := s.readKeys(keys); err != nil {
		return nil, nil, fmt.Errorf("read keys: %w", err)
	}
	numbers, err := s.readBalances(ids)
	if err != nil {
		return nil, nil, fmt.Errorf("read balances: %w", err)
	}
	if err := s.batch.Lock(numbers...); err != nil {
		return nil, nil, err
	}
	if err := s.readBlocks(); err != nil {
		return nil, nil, fmt.Errorf("read blocks: %w", err)
	}
	return s, ops, s.readReversals(ops)
}

func (s *scene) readKeys(keys []string) error {
	uses, err := s.tx.KeyUses(s.customer, keys)
	if err != nil {
		return err
	}
	for _, use := range uses {
		s.earlier[use.Key] = use
		if err := s.readDecline(use); err != nil {
			return err
		}
	}
	answers, err := s.tx.Answers(s.customer, keys)
	for _, a := range answers {
		s.answers[a.Key] = a
	}
	return err
}

func (s *scene) readBalances(ids []bank.ID) ([]bank.BalanceNo, error) {
	balances, err := s.tx.BalancesByID(s.customer, ids)
	if err != nil {
		return nil, err
	}
	var numbers []bank.BalanceNo
	for _, b := range balances {
		if b.Kind == bank.KindUser {
			s.balances[b.ID] = b
			numbers = append(numbers, b.No)
		}
	}
	special, err := s.tx.SpecialBalances(s.customer)
	if err != nil {
		return nil, err
	}
	for _, b := range special {
		if b.Kind == bank.KindOwn {
			s.own[b.Currency] = b.No
			numbers = append(numbers, b.No)
		}
	}
	return numbers, nil
}

// readDecline finds out whether an earlier request with a key was declined.
func (s *scene) readDecline(use store.Key) error {
	n, _ := strconv.ParseInt(use.Object, 10, 64) // 0, which no transaction is, for the key of something else
	id := bank.TransactionID(n)
	declines, err := s.tx.Declines(s.customer, id, id)
	for _, d := range declines {
		s.declined[use.Key] = d.Reason
	}
	return err
}

func (s *scene) readBlocks() error {
	under := map[string][]bank.BalanceNo{}
	var targets []string
	var numbers []bank.BalanceNo
	for _, b := range s.balances {
		numbers = append(numbers, b.No)
		for _, key := range []string{b.ID.String(), b.User.String()} {
			targets = append(targets, key)
			under[key] = append(under[key], b.No)
		}
	}
	blocks, err := s.tx.StandingBlocks(s.customer, targets)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		for _, no := range under[b.TargetKey] {
			s.blocks[no] = append(s.blocks[no], b)
		}
	}
	onIBANs, err := s.tx.IBANBlocks(s.customer, numbers)
	for _, b := range onIBANs {
		s.blocks[b.Balance] = append(s.blocks[b.Balance], b.Block)
	}
	return err
}

// trace is what an operation leaves in the batch.
type trace struct {
	kind  traceKind
	index int // of its first posting, or of its decline
}

type traceKind int8

const (
	tracePosted   traceKind = 1
	traceDeclined traceKind = 2
)

// decide posts one operation in memory, or says why not.
func (s *scene) decide(op Single) (trace, outcome) {
	if answer, ok := s.answers[op.Key.Key]; ok {
		return trace{}, outcome{err: answer.Replay(op.Key.Digest)}
	}
	if use, ok := s.earlier[op.Key.Key]; ok {
		return trace{}, s.replay(use, op)
	}
	if err := s.mayReverse(op); err != nil {
		return trace{}, outcome{err: err}
	}
	b, ok := s.balances[op.Balance]
	if locked, held := s.batch.Balance(b.No); ok && held {
		b = locked
	}
	own, funded := s.own[op.Amount.Currency()]
	switch {
	case !ok:
		return trace{}, outcome{err: bank.ErrNotFound.With("there is no such balance")}
	case b.Currency != op.Amount.Currency():
		return trace{}, outcome{err: bank.ErrCurrencyMismatch.With("the balance is in %s", b.Currency.Code())}
	case b.Closed:
		return s.refuse(op, b, bank.ReasonBalanceClosed)
	}
	if why := bank.WhyStopped(s.blocks[b.No], !op.Debit, s.now); why != "" {
		return s.refuse(op, b, why)
	}
	if !funded {
		return trace{}, outcome{err: bank.ErrInsufficientFunds.With("the customer has no own funds in %s", op.Amount.Currency().Code())}
	}
	return s.post(op, b, own)
}

// refuse answers an operation that the balance forbids. A debit leaves a declined transaction with its holder; a credit does
// not, for its money was never theirs.
func (s *scene) refuse(op Single, b bank.Balance, why bank.Reason) (trace, outcome) {
	if !op.Debit {
		return trace{}, outcome{err: why.Refusal()}
	}
	index, err := s.batch.Decline(NewDecline{Balance: b.No, Amount: op.Amount.Minor(), Cause: causeOf(op), Reason: why,
		By: &op.Actor, Details: words(op)})
	if err != nil {
		return trace{}, outcome{err: err}
	}
	return trace{traceDeclined, index}, outcome{err: why.Refusal()}
}

func words(op Single) *bank.Details {
	return &bank.Details{Title: op.Title, Reference: op.Reference, Operation: op.Key.Key, Salt: store.NewSalt()}
}

func (s *scene) post(op Single, b bank.Balance, own bank.BalanceNo) (trace, outcome) {
	today := bank.CivilDate(s.now)
	p := NewPosting{From: own, To: b.No, Amount: op.Amount.Minor(), Cause: causeOf(op), BookingDate: today, Reverses: op.of.posting, By: &op.Actor, Details: words(op)}
	if op.Debit {
		p.From, p.To = p.To, p.From
	}
	move, err := s.batch.Post(p)
	switch {
	case errors.Is(err, bank.ErrInsufficientFunds) && op.Debit:
		return s.refuse(op, b, bank.ReasonFunds)
	case errors.Is(err, bank.ErrInsufficientFunds):
		err = bank.ErrInsufficientFunds.With("the customer's own funds in %s are less than the amount", op.Amount.Currency().Code())
	}
	if err != nil {
		return trace{}, outcome{err: err}
	}
	if !op.Debit {
		// A repayment cannot fail: the money has just come.
		if err := s.batch.Repay(b.No, NewPosting{BookingDate: today}); err != nil {
			return trace{}, outcome{err: err}
		}
	}
	if op.of.posting != 0 {
		s.reversed[op.of.posting] = 0
	}
	return trace{tracePosted, move}, outcome{}
}

// replay answers an operation whose key was used before and whose answer is not kept: a refusal is made anew from its reason.
func (s *scene) replay(use store.Key, op Single) outcome {
	if use.Digest != op.Key.Digest {
		return outcome{err: bank.ErrKeyReused}
	}
	if why, ok := s.declined[use.Key]; ok {
		return outcome{err: &bank.RepeatedError{Err: why.Refusal()}}
	}
	id, err := strconv.ParseInt(use.Object, 10, 64)
	if err != nil {
		return outcome{err: bank.ErrKeyReused}
	}
	return outcome{done: Done{Transaction: bank.TransactionID(id), Replayed: true}}
}

// keepKeys writes the keys with the transactions they made, declined ones too, and the answers. Should another replica have used one meanwhile,
// the whole transaction is given up and the operations are done again, one by one.
func (s *scene) keepKeys(ops []Single, traces []trace, results []outcome) error {
	var keys []store.Key
	var answers []store.Answer
	for i, op := range ops {
		done := &results[i].done
		switch left := traces[i]; left.kind {
		case tracePosted:
			done.Row = s.row(op, s.batch.moves[left.index])
			done.Transaction = done.Row.ID
		case traceDeclined:
			done.Transaction = s.batch.DeclineID(left.index)
		default:
			continue
		}
		keys = append(keys, store.Key{Key: op.Key.Key, Digest: op.Key.Digest, Object: fmt.Sprint(int64(done.Transaction)), At: s.now})
		if traces[i].kind != tracePosted || op.Key.Answer == nil {
			continue
		}
		answer, err := op.Key.Answer(done.Row)
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		answers = append(answers, store.Answer{Key: op.Key.Key, Digest: op.Key.Digest, Answer: answer, At: s.now})
	}
	fresh, err := s.tx.UseKeys(s.customer, keys)
	if err == nil && fresh {
		fresh, err = s.tx.AddAnswers(s.customer, answers)
	}
	if err == nil && !fresh {
		err = errKeyRace
	}
	return err
}

// row is the end user's side of a posting as the history will show it, without asking.
func (s *scene) row(op Single, m move) store.HistoryRow {
	// The posting bears the id of the payer's side, which is the own funds' in a credit; the next is the payee's.
	t := bank.Transaction{ID: m.id + 1, Balance: m.To, Amount: m.Amount, BalanceAfter: m.toAfter, Type: bank.TypeOf(m.Cause, m.toKind, false)}
	if op.Debit {
		t = bank.Transaction{ID: m.id, Balance: m.From, Amount: -m.Amount, BalanceAfter: m.fromAfter, Type: bank.TypeOf(m.Cause, m.fromKind, true)}
	}
	t.Posting, t.Status, t.At, t.Origin = m.id, bank.StatusCleared, s.batch.At(), m.Origin
	details := *m.Details
	details.Origin, details.Salt = m.Origin, [16]byte{}
	return store.HistoryRow{Transaction: t, BalanceID: op.Balance, Kind: bank.KindUser, Currency: op.Amount.Currency().Code(),
		Cause: m.Cause, Outcome: m.Outcome, Booking: m.BookingDate, Value: m.ValueDate, Reverses: op.of.side(op.Debit), Details: details,
		Author: bank.Author{Posting: m.id, Actor: op.Actor.Name, Origin: op.Actor.Origin}}
}
