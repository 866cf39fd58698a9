package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
)

// neverIssued is the last number that the base IBAN will ever issue, so nobody has it as long as one is left.
func (sim *simulation) neverIssued(ctx context.Context) (iban.IBAN, error) {
	base := sim.way.base
	if base.Base == "" {
		return iban.IBAN{}, bank.ErrNoBaseIBAN.With("no base IBAN lies on this master account")
	}
	numbers, err := base.Numbers()
	if err != nil {
		return iban.IBAN{}, err
	}
	for n := base.Capacity; n > base.Next; n-- {
		number, err := numbers.At(n - 1)
		if err != nil {
			return number, err
		}
		_, err = sim.service.accounts.BankAccount(ctx, sim.actor, number)
		if errors.Is(err, bank.ErrNotFound) && number != sim.way.account.IBAN {
			return number, nil
		}
		if err != nil && !errors.Is(err, bank.ErrNotFound) {
			return number, err
		}
	}
	return iban.IBAN{}, bank.ErrRangeExhausted.With("every number of the base IBAN was issued")
}

// master is the master account, where a file can name it.
func (sim *simulation) master() (iban.IBAN, error) {
	number := sim.way.account.IBAN
	if number.Country() != polish {
		return number, bank.ErrConflict.With("the master account is not Polish: transaction files of the simulator do not name it")
	}
	return number, nil
}

// frozenFor is how long the block stands that freezes credits.
const frozenFor = 10 * time.Minute

// block stops credits of the payee's IBAN for a while.
func (sim *simulation) block(ctx context.Context) error {
	_, err := sim.service.accounts.Block(ctx, sim.actor, accounts.NewBlock{Target: bank.BlockIBAN, TargetKey: sim.in.Payee.String(), Kind: bank.BlockByCustomer,
		Direction: bank.BlockCredits, Reference: "sandbox: FROZEN", To: sim.service.now().Add(frozenFor)})
	return err
}

// available is what can be spent of the payee's balance; nothing where the IBAN was never issued.
func (sim *simulation) available(ctx context.Context) (int64, error) {
	a, err := sim.service.accounts.BankAccount(ctx, sim.actor, sim.in.Payee)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	b, err := sim.service.accounts.Balance(ctx, sim.actor, a.BalanceID)
	return b.Available(), err
}

// payerIBAN is the IBAN of an open balance of the simulator's own end user.
func (sim *simulation) payerIBAN(ctx context.Context) (iban.IBAN, error) {
	b, err := sim.balance(ctx, func(b accounts.BalanceView) bool { return !b.Closed })
	if err != nil {
		return iban.IBAN{}, err
	}
	return sim.issued(ctx, b)
}

// closedIBAN is one of a balance that the simulator has opened and closed.
func (sim *simulation) closedIBAN(ctx context.Context) (iban.IBAN, error) {
	b, err := sim.balance(ctx, func(b accounts.BalanceView) bool { return b.Closed && len(b.Accounts) > 0 })
	if err != nil {
		return iban.IBAN{}, err
	}
	if b.Closed {
		return sim.nameable(b.Accounts[0].IBAN)
	}
	number, err := sim.issued(ctx, b)
	if err != nil {
		return number, err
	}
	_, err = sim.service.accounts.CloseBalance(ctx, sim.actor, b.ID)
	return number, err
}

// balance is one of the simulator's own end user, in the currency of the transfer: the first that fits, or a new one.
func (sim *simulation) balance(ctx context.Context, fits func(accounts.BalanceView) bool) (accounts.BalanceView, error) {
	a, currency := sim.service.accounts, sim.in.Amount.Currency()
	u, err := sim.endUser(ctx)
	if err != nil {
		return accounts.BalanceView{}, fmt.Errorf("the simulator's end user: %w", err)
	}
	list, err := a.UserBalances(ctx, sim.actor, u.ID)
	if err != nil {
		return accounts.BalanceView{}, fmt.Errorf("the simulator's balances: %w", err)
	}
	for _, b := range list {
		if b.Currency == currency && fits(b) {
			return b, nil
		}
	}
	b, err := a.CreateBalance(ctx, sim.actor, u.ID, currency)
	if err != nil {
		return b, fmt.Errorf("the simulator's balance: %w", err)
	}
	return b, nil
}

// simulatorID is the external identifier of the simulator's own end user.
const simulatorID = "sandbox-simulator"

func (sim *simulation) endUser(ctx context.Context) (bank.User, error) {
	a := sim.service.accounts
	list, err := a.Users(ctx, sim.actor, accounts.UserFilter{ExternalID: simulatorID, Limit: 1})
	if err != nil {
		return bank.User{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	u, err := a.CreateUser(ctx, sim.actor, accounts.NewUser{ExternalID: simulatorID, Type: bank.Corporation, CompanyName: simulatorName, KYC: bank.KYCAccepted})
	if !errors.Is(err, bank.ErrAlreadyExists) {
		return u, err
	}
	return sim.endUser(ctx) // another request was faster
}

// issued is the open IBAN of a balance, which is issued where that does not happen by itself.
func (sim *simulation) issued(ctx context.Context, b accounts.BalanceView) (iban.IBAN, error) {
	for _, a := range b.Accounts {
		if a.Status != bank.IBANClosed {
			return sim.nameable(a.IBAN)
		}
	}
	a, err := sim.service.accounts.IssueIBAN(ctx, sim.actor, b.ID)
	if err != nil {
		return iban.IBAN{}, fmt.Errorf("the simulator's IBAN: %w", err)
	}
	return sim.nameable(a.IBAN)
}

func (sim *simulation) nameable(number iban.IBAN) (iban.IBAN, error) {
	if number.Country() != polish {
		return number, bank.ErrConflict.With("new IBANs of this currency are not Polish: transaction files of the simulator do not name them")
	}
	return number, nil
}
