package files

import (
	"fmt"
	"slices"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
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
		surplus, err := v.judgeDuplicates(tx)
		if err != nil {
			return err
		}
		if err := v.judgeReturns(tx); err != nil {
			return fmt.Errorf("look for returns: %w", err)
		}
		return v.judgeEntries(tx, sides, numbers, surplus)
	})
}

// judgeDuplicates reports repetitions and returns the lines that execution will find surplus, sorted.
func (v *validation) judgeDuplicates(tx *store.Tx) ([]uint32, error) {
	v.keys.sort()
	for _, r := range v.keys.inFile() {
		f := v.finding(bankfile.DomainDuplicateInFile, bankfile.Warning, r.line, partWhole)
		if r.same {
			f.Code = bankfile.DomainDuplicateBooking
		}
		f.Params.Got = int64(r.first)
		v.domain.add(f)
	}
	found, err := duplicates(tx, v.file.Customer, v.keys, 0)
	if err != nil {
		return nil, fmt.Errorf("compare with earlier files: %w", err)
	}
	names := map[bank.FileNo]string{}
	for _, d := range found {
		if d.file == 0 {
			continue // told above
		}
		if _, ok := names[d.file]; !ok {
			if names[d.file], err = nameOf(tx, v.file.Customer, d.file); err != nil {
				return nil, err
			}
		}
		f := v.finding(bankfile.DomainDuplicateExecuted, bankfile.Warning, d.line, partWhole)
		f.Value = bankfile.Visible(names[d.file])
		v.domain.add(f)
	}
	return linesOf(found), nil
}

// nameOf returns the name of a file.
func nameOf(tx *store.Tx, customer bank.CustomerID, no bank.FileNo) (string, error) {
	list, err := tx.Files(customer, store.FileFilter{Before: no + 1, Limit: 1}) // the newest of those up to it
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Name, nil
}

// judgeEntries walks the plan in its order and projects what execution will find: which sides are usable, and what would be
// available by then.
func (v *validation) judgeEntries(tx *store.Tx, sides []side, numbers []bank.BalanceNo, surplus []uint32) error {
	funds, err := v.availableNow(tx, numbers)
	if err != nil {
		return fmt.Errorf("read balances: %w", err)
	}
	v.forecast = newForecast()
	orders := newSettlement(tx, v.file, v.account)
	for part := range slices.Chunk(v.plan.entries, resolveStep) {
		if err := orders.read(part, sides); err != nil {
			return err
		}
		for _, e := range part {
			if err := v.judgeEntry(e, sides, funds, surplus, orders); err != nil {
				return fmt.Errorf("line %d: %w", e.line, err)
			}
		}
	}
	return nil
}

func (v *validation) judgeEntry(e entry, sides []side, funds map[bank.BalanceNo]int64, surplus []uint32, orders *settlement) error {
	if e.direction == bankfile.Unknown {
		v.forecast.claim(bank.OutcomeUnreadable, e.amount, e.amount)
		return nil
	}
	var payer, payee side
	if e.payer > 0 {
		payer = sides[e.payer-1]
		v.judgeSide(payer, !payer.noDebits, e.line, partPayer, e.payer)
	}
	if e.payee > 0 {
		payee = sides[e.payee-1]
		v.judgeSide(payee, !payee.noCredits, e.line, partPayee, e.payee)
	}
	if _, found := slices.BinarySearch(surplus, e.line); found {
		v.forecast.claim(bank.OutcomeDuplicate, e.amount, e.amount)
		return nil
	}
	if pays(e.direction) {
		t, found, again := orders.match(e, payer)
		switch {
		case again:
			v.forecast.claim(bank.OutcomeDuplicate, e.amount, e.amount)
			return nil
		case found: // paid from what is reserved for it
			orders.done[t.ID] = true
			v.forecast.settle(e.amount)
			return nil
		}
	}
	if e.dates.mark() != unmarked {
		home, done, err := v.judgeReturn(e, payee, orders)
		if done || err != nil {
			return err
		}
		if payee = home; home.known {
			e.direction = bankfile.Credit // that of a return to the master account too
		}
	}
	paid, refused := v.project(e, payer, payee, funds)
	v.forecast.add(e, payer, payee, paid, refused)
	return nil
}

// judgeSide reports what is out of the ordinary about one of our IBANs; number is its place in the plan.
func (v *validation) judgeSide(s side, free bool, line uint32, part recordPart, number uint32) {
	f := v.finding("", bankfile.Warning, line, part)
	switch {
	case !s.known:
		f.Code = bankfile.DomainOwnAccountUnknown
	case s.closed:
		f.Code = bankfile.DomainOwnAccountClosed
	case s.mismatch:
		f.Code = bankfile.DomainCurrencyMismatch
	case s.inactive:
		f.Code = bankfile.DomainOwnerNotActive
	case !free:
		f.Code = bankfile.DomainOwnAccountBlocked
	default:
		return
	}
	f.Value = v.plan.ibans[number-1].String()
	v.domain.add(f)
}

// ownFunds is the key of the customer's own funds among the projected balances.
const ownFunds bank.BalanceNo = 0

// availableNow reads what is available on the balances of the plan, the receivables beside them, and own funds.
func (v *validation) availableNow(tx *store.Tx, numbers []bank.BalanceNo) (map[bank.BalanceNo]int64, error) {
	funds := make(map[bank.BalanceNo]int64, len(numbers))
	for part := range slices.Chunk(numbers, resolveStep) {
		both := slices.Clone(part)
		for _, no := range part {
			both = append(both, no.Companion())
		}
		balances, err := tx.BalancesByNo(v.file.Customer, both)
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

// project moves an entry's money between projected balances as execution will, and reports who would be short: a warning
// for an end user, whose shortfall is booked, an error for own funds, which never go below zero. It returns what the payer
// has of the amount, and whether the record is refused.
func (v *validation) project(e entry, payer, payee side, funds map[bank.BalanceNo]int64) (paid int64, refused bool) {
	switch e.direction {
	case bankfile.Internal:
		if sameBalance(payer, payee) {
			return 0, false // nothing moves
		}
	case bankfile.Funding:
		if !payee.usable() {
			return 0, false // claimed, nothing moves
		}
	}
	paid, ok := v.projectPayer(e, payer, funds)
	switch {
	case !ok:
	case e.direction == bankfile.Sweep:
		funds[ownFunds] += paid // what the payer has not is claimed, nobody pays it
	case payee.usable() && !payee.noCredits:
		receive(funds, payee.balance, e.amount)
	}
	return paid, !ok
}

// sameBalance tells whether two sides are IBANs of one balance.
func sameBalance(payer, payee side) bool {
	return payer.known && payee.known && payer.balance == payee.balance
}

// projectPayer takes an entry's money from who pays it and returns what was there; false if the record is refused.
func (v *validation) projectPayer(e entry, payer side, funds map[bank.BalanceNo]int64) (paid int64, ok bool) {
	from, severity := payer.balance, bankfile.Warning
	switch {
	case e.direction == bankfile.Funding || e.direction == bankfile.Charges:
		from, severity = ownFunds, bankfile.Error
	case !payer.known || payer.mismatch:
		return 0, true
	}
	paid = min(funds[from], e.amount)
	if paid < e.amount {
		if severity == bankfile.Error || !payer.closed { // a closed one is empty: that it is closed says it all
			v.domain.add(v.finding(bankfile.DomainInsufficientFunds, severity, e.line, partAmount))
		}
		if severity == bankfile.Error {
			return 0, false
		}
		if e.direction != bankfile.Sweep {
			funds[from.Companion()] -= e.amount - paid
		}
	}
	funds[from] -= paid
	return paid, true
}

// receive adds money to a projected balance; what the balance owes is repaid first.
func receive(funds map[bank.BalanceNo]int64, no bank.BalanceNo, amount int64) {
	repaid := min(amount, max(0, -funds[no.Companion()]))
	funds[no.Companion()] += repaid
	funds[no] += amount - repaid
}
