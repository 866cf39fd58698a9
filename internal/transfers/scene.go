package transfers

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// scene is what one order is decided on, under the locks of its balances.
type scene struct {
	tx       *store.Tx
	now      time.Time
	customer bank.Customer
	batch    *ledger.Batch
	payer    bank.Balance // locked
	own      []bank.BalanceNo
	user     bank.User
	from     iban.IBAN // the payer's open IBAN; zero: none
	to       destination
}

// setScene reads what an order needs and locks its balances: the payer's, the payee's where it is ours, and all of the end
// user's in the currency where a limit adds them. Afterwards what may have changed meanwhile is read again. A balance that is
// no end user's, or not the actor's, is not found.
func setScene(tx *store.Tx, actor bank.Actor, now time.Time, payer bank.ID, payee iban.IBAN) (*scene, error) {
	s := &scene{tx: tx, now: now, batch: ledger.NewBatch(tx, actor.Customer, now)}
	var err error
	if s.customer, err = tx.Customer(actor.Customer); err != nil {
		return nil, fmt.Errorf("customer: %w", err)
	}
	s.payer, err = tx.Balance(actor.Customer, payer)
	if errors.Is(err, bank.ErrNotFound) || err == nil && (s.payer.Kind != bank.KindUser || !owns(actor, s.payer.User)) {
		return nil, bank.ErrNotFound.With("there is no such balance")
	}
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	if s.to, err = destinationOf(tx, actor.Customer, payee); err != nil {
		return nil, err
	}
	if err := s.lock(); err != nil {
		return nil, err
	}
	if s.to, err = destinationOf(tx, actor.Customer, payee); err != nil {
		return nil, err
	}
	if s.user, err = tx.User(actor.Customer, s.payer.User); err != nil {
		return nil, fmt.Errorf("end user: %w", err)
	}
	return s, s.findIBAN()
}

func (s *scene) lock() error {
	s.own = []bank.BalanceNo{s.payer.No}
	if s.customer.Settings.TransferLimit(s.payer.Currency).UserDay > 0 {
		all, err := s.tx.UserBalances(s.customer.ID, s.payer.User)
		if err != nil {
			return fmt.Errorf("balances of end user: %w", err)
		}
		for _, b := range all {
			if b.Kind == bank.KindUser && b.Currency == s.payer.Currency && b.No != s.payer.No {
				s.own = append(s.own, b.No)
			}
		}
	}
	numbers := slices.Clone(s.own)
	if s.to.issued {
		numbers = append(numbers, s.to.balance.No)
	}
	if err := s.batch.Lock(numbers...); err != nil {
		return err
	}
	s.payer, _ = s.batch.Balance(s.payer.No) // balances are never removed
	return nil
}

// findIBAN finds the open IBAN that the payer's balance pays from.
func (s *scene) findIBAN() error {
	accounts, err := s.tx.BankAccountsOf(s.customer.ID, s.payer.No)
	if err != nil {
		return fmt.Errorf("IBANs of balance: %w", err)
	}
	for _, a := range accounts {
		if a.Status != bank.IBANClosed {
			s.from = a.IBAN
		}
	}
	return nil
}

// internal tells whether the money stays with the customer.
func (s *scene) internal() bool { return s.to.ours }

// decide says why a transfer cannot be: for a reason that leaves a declined transaction, as a refused debit does, or with an
// error that leaves nothing; neither: it can.
func (s *scene) decide(t bank.Transfer) (bank.Reason, error) {
	if s.payer.Currency != t.Amount.Currency() {
		return "", bank.ErrCurrencyMismatch.With("the balance is in %s", s.payer.Currency.Code())
	}
	if s.payer.Closed {
		return bank.ReasonBalanceClosed, nil
	}
	if err := s.to.refusal(s.payer, t.RequestedOn, bank.CivilDate(s.now)); err != nil {
		return "", err
	}
	if s.user.Status != bank.UserActive {
		return "", bank.ErrUserLocked
	}
	why, err := s.blocked()
	if err != nil || why != "" {
		return why, err
	}
	if err := s.payable(); err != nil {
		return "", err
	}
	if err := s.withinLimits(t); err != nil {
		return "", err
	}
	if s.payer.Available() < t.Amount.Minor() {
		return bank.ReasonFunds, nil
	}
	return "", nil
}

// blocked is why blocks keep the payer from paying; they are read under the locks, so that one which was set meanwhile counts.
func (s *scene) blocked() (bank.Reason, error) {
	blocks, err := s.tx.StandingBlocks(s.customer.ID, []string{s.payer.ID.String(), s.payer.User.String()})
	if err != nil {
		return "", fmt.Errorf("blocks: %w", err)
	}
	onIBANs, err := s.tx.IBANBlocks(s.customer.ID, []bank.BalanceNo{s.payer.No})
	if err != nil {
		return "", fmt.Errorf("blocks on IBANs: %w", err)
	}
	for _, b := range onIBANs {
		blocks = append(blocks, b.Block)
	}
	return bank.WhyStopped(blocks, false, s.now), nil
}

// payable refuses a payee of ours whose credits would be frozen, and a payer whom the bank could not name.
func (s *scene) payable() error {
	if !s.internal() {
		if s.from.IsZero() {
			return bank.ErrConflict.With("the balance has no IBAN, so the bank cannot pay from it")
		}
		return nil
	}
	frozen, err := ledger.Frozen(s.tx, s.to.balance, s.now)
	if err != nil {
		return fmt.Errorf("payee: %w", err)
	}
	if frozen {
		return errUnusable
	}
	return nil
}
