package files

import (
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/pli"
)

// domainFindings are the findings that need the registry, balances and earlier files. They are capped, their counts are not.
type domainFindings struct {
	kept             []pli.Finding
	counts           map[pli.Code]int64
	errors, warnings int64
}

func (d *domainFindings) add(code pli.Code, severity pli.Severity, line uint32, field int, params ...pli.Params) {
	if d.counts == nil {
		d.counts = map[pli.Code]int64{}
	}
	d.counts[code]++
	if severity == pli.Error {
		d.errors++
	} else {
		d.warnings++
	}
	if len(d.kept) < pli.DefaultFindings {
		f := pli.Finding{Code: code, Severity: severity, Line: int(line), Field: field}
		if len(params) > 0 {
			f.Params = params[0]
		}
		d.kept = append(d.kept, f)
	}
}

// Fields of a record that findings point at.
const (
	fieldAmount = 3
	fieldPayer  = 6
	fieldPayee  = 7
)

// side is what decides about one of our IBANs.
type side struct {
	known     bool
	closed    bool // the IBAN or its balance
	mismatch  bool // the currency is not the file's
	inactive  bool // its owner
	noCredits bool // a block stops credits, or the owner is not active
	noDebits  bool // a block stops debits
	balance   bank.BalanceNo
}

// usable tells whether money may come to the side's balance at all, frozen or not.
func (s side) usable() bool { return s.known && !s.closed && !s.mismatch }

// resolveStep bounds the lists of one query.
const resolveStep = 10_000

// resolve looks up our IBANs in bulk: the answers are in the order of the question.
func resolve(tx *store.Tx, account bank.MasterAccount, ibans []string, now time.Time) ([]side, error) {
	sides := make([]side, 0, len(ibans))
	for part := range slices.Chunk(ibans, resolveStep) {
		found, err := resolvePart(tx, account, part, now)
		if err != nil {
			return nil, err
		}
		sides = append(sides, found...)
	}
	return sides, nil
}

func resolvePart(tx *store.Tx, account bank.MasterAccount, ibans []string, now time.Time) ([]side, error) {
	states, err := tx.States(account.Customer, ibans)
	if err != nil {
		return nil, fmt.Errorf("resolve IBANs: %w", err)
	}
	targets := make([]string, 0, 3*len(states))
	for _, s := range states {
		targets = append(targets, s.IBAN, s.Balance.ID.String(), s.Balance.User.String())
	}
	blocks, err := tx.StandingBlocks(account.Customer, targets)
	if err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	byTarget := map[string][]bank.Block{}
	for _, b := range blocks {
		byTarget[b.TargetKey] = append(byTarget[b.TargetKey], b)
	}
	known := make(map[string]side, len(states))
	for _, s := range states {
		known[s.IBAN] = sideOf(s, account, byTarget, now)
	}
	sides := make([]side, len(ibans))
	for i, text := range ibans {
		sides[i] = known[text]
	}
	return sides, nil
}

func sideOf(s store.State, account bank.MasterAccount, blocks map[string][]bank.Block, now time.Time) side {
	out := side{known: true, closed: s.IBANClosed || s.Balance.Closed, mismatch: s.Balance.Currency != account.Currency,
		inactive: !s.UserActive, balance: s.Balance.No}
	out.noCredits = out.inactive
	if len(blocks) > 0 {
		for _, target := range []string{s.IBAN, s.Balance.ID.String(), s.Balance.User.String()} {
			out.noCredits = out.noCredits || bank.AnyStops(blocks[target], true, now)
			out.noDebits = out.noDebits || bank.AnyStops(blocks[target], false, now)
		}
	}
	return out
}

// judge resolves the plan's IBANs, brings it into order and finds what only we can find.
func (v *validation) judge() error {
	return v.s.db.Read(v.ctx, func(tx *store.Tx) error {
		v.domain = domainFindings{}
		texts := make([]string, len(v.plan.ibans))
		for i, number := range v.plan.ibans {
			texts[i] = number.String()
		}
		sides, err := resolve(tx, v.account, texts, v.s.now())
		if err != nil {
			return err
		}
		numbers := make([]bank.BalanceNo, len(sides))
		for i, s := range sides {
			numbers[i] = s.balance
		}
		v.plan.sort(numbers)
		if err := v.judgeDuplicates(tx); err != nil {
			return err
		}
		return v.judgeEntries(tx, sides, numbers)
	})
}

func (v *validation) judgeDuplicates(tx *store.Tx) error {
	v.keys.sort()
	for _, r := range v.keys.inFile() {
		v.domain.add(pli.DomainDuplicateInFile, pli.Warning, r.line, 0, pli.Params{Got: int64(r.first)})
	}
	lines, err := duplicates(tx, v.file.Customer, v.keys, 0)
	if err != nil {
		return fmt.Errorf("compare with earlier files: %w", err)
	}
	for _, line := range lines {
		v.domain.add(pli.DomainDuplicateExecuted, pli.Warning, line, 0)
	}
	return nil
}

// judgeEntries walks the plan in its order and projects what execution will find: which sides are usable, and what would be
// available by then.
func (v *validation) judgeEntries(tx *store.Tx, sides []side, numbers []bank.BalanceNo) error {
	funds, err := v.availableNow(tx, numbers)
	if err != nil {
		return fmt.Errorf("read balances: %w", err)
	}
	for _, e := range v.plan.entries {
		if e.direction == pli.Unknown {
			continue
		}
		var payer, payee side
		if e.payer > 0 {
			payer = sides[e.payer-1]
			v.judgeSide(payer, !payer.noDebits, e.line, fieldPayer)
		}
		if e.payee > 0 {
			payee = sides[e.payee-1]
			v.judgeSide(payee, !payee.noCredits, e.line, fieldPayee)
		}
		v.project(e, payer, payee, funds)
	}
	return nil
}

// judgeSide reports what is out of the ordinary about one of our IBANs.
func (v *validation) judgeSide(s side, free bool, line uint32, field int) {
	switch {
	case !s.known:
		v.domain.add(pli.DomainOwnAccountUnknown, pli.Warning, line, field)
	case s.closed:
		v.domain.add(pli.DomainOwnAccountClosed, pli.Warning, line, field)
	case s.mismatch:
		v.domain.add(pli.DomainCurrencyMismatch, pli.Warning, line, field)
	case s.inactive:
		v.domain.add(pli.DomainOwnerNotActive, pli.Warning, line, field)
	case !free:
		v.domain.add(pli.DomainOwnAccountBlocked, pli.Warning, line, field)
	}
}

// ownFunds is the key of the customer's own funds among the projected balances.
const ownFunds bank.BalanceNo = 0

// availableNow reads what is available on the balances of the plan and on own funds.
func (v *validation) availableNow(tx *store.Tx, numbers []bank.BalanceNo) (map[bank.BalanceNo]int64, error) {
	funds := make(map[bank.BalanceNo]int64, len(numbers))
	for part := range slices.Chunk(numbers, resolveStep) {
		balances, err := tx.BalancesByNo(v.file.Customer, part)
		if err != nil {
			return nil, err
		}
		for _, b := range balances {
			funds[b.No] = b.Available()
		}
	}
	special, err := tx.SpecialBalances(v.file.Customer)
	for _, b := range special {
		if b.Kind == bank.KindOwn && b.Currency == v.account.Currency {
			funds[ownFunds] = b.Available()
		}
	}
	return funds, err
}

// project moves an entry's money between projected balances and reports who would be short: a warning for an end user,
// whose shortfall is booked, an error for own funds, which never go below zero.
func (v *validation) project(e entry, payer, payee side, funds map[bank.BalanceNo]int64) {
	from, fromOwn := payer.balance, e.direction == pli.Funding || e.direction == pli.Charges
	switch {
	case fromOwn:
		if funds[ownFunds] < e.amount {
			v.domain.add(pli.DomainInsufficientFunds, pli.Error, e.line, fieldAmount)
			return
		}
		funds[ownFunds] -= e.amount
	case payer.known && !payer.mismatch:
		if funds[from] < e.amount {
			v.domain.add(pli.DomainInsufficientFunds, pli.Warning, e.line, fieldAmount)
		}
		funds[from] = max(0, funds[from]-e.amount)
	}
	switch {
	case e.direction == pli.Sweep:
		funds[ownFunds] += e.amount
	case payee.usable() && !payee.noCredits:
		funds[payee.balance] += e.amount
	}
}
