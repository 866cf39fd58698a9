package accounts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
)

// target names what a block stands on, for one balance.
func (o *office) target(v accounts.BalanceView, kind bank.BlockTarget) string {
	switch kind {
	case bank.BlockIBAN:
		return v.Accounts[0].IBAN.String()
	case bank.BlockUser:
		return v.User.String()
	default:
		return v.ID.String()
	}
}

func (o *office) block(v accounts.BalanceView, target bank.BlockTarget, kind bank.BlockKind, direction bank.BlockDirection, from, to time.Time) bank.Block {
	o.t.Helper()
	b, err := o.service.Block(o.ctx, o.actor, accounts.NewBlock{Target: target, TargetKey: o.target(v, target), Kind: kind, Direction: direction,
		Reference: "I Co 1/26", From: from, To: to})
	o.must(err)
	return b
}

func (o *office) lift(b bank.Block) {
	o.t.Helper()
	o.must(o.service.Lift(o.ctx, o.actor, b.TargetKey, b.ID))
}

var (
	allTargets    = []bank.BlockTarget{bank.BlockIBAN, bank.BlockBalance, bank.BlockUser}
	allKinds      = []bank.BlockKind{bank.BlockByCustomer, bank.BlockByCourt, bank.BlockSanctions, bank.BlockFraud, bank.BlockDeath}
	allDirections = []bank.BlockDirection{bank.BlockDebits, bank.BlockCredits, bank.BlockBoth}
)

// frozen asks the ledger whether money that comes to the balance must be held.
func (o *office) frozen(v accounts.BalanceView) (held bool) {
	o.t.Helper()
	o.must(o.db.Read(o.ctx, func(tx *store.Tx) error {
		b, err := tx.Balance(o.actor.Customer, v.ID)
		if err != nil {
			return err
		}
		held, err = ledger.Frozen(tx, b, o.now())
		return err
	}))
	return held
}

// TestEveryBlock sets a block in each direction on each target, of each kind in turn, sees what it does, and lifts it.
func TestEveryBlock(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.watch(o.service)
		v := o.open(money.PLN)
		turn := 0
		for _, target := range allTargets {
			for _, direction := range allDirections {
				o.checkBlock(v, target, allKinds[turn%len(allKinds)], direction)
				turn++
			}
		}
		o.proven()
	})
}

func (o *office) checkBlock(v accounts.BalanceView, target bank.BlockTarget, kind bank.BlockKind, direction bank.BlockDirection) {
	o.t.Helper()
	name := fmt.Sprintf("%s %s %s", target, kind, direction)
	b := o.block(v, target, kind, direction, time.Time{}, time.Time{})
	list, err := o.service.Blocks(o.ctx, o.actor, b.TargetKey)
	o.must(err)
	if len(list) != 1 || list[0].ID != b.ID || list[0].Kind != kind || list[0].Direction != direction || list[0].Target != target ||
		list[0].Reference != "I Co 1/26" || !list[0].To.IsZero() || !list[0].From.Equal(o.now()) {
		o.t.Errorf("%s is listed as %+v", name, list)
	}
	wantStatus := bank.IBANActive
	if target == bank.BlockIBAN {
		wantStatus = bank.IBANBlocked
	}
	if got := o.status(o.service, v.ID); got != wantStatus {
		o.t.Errorf("%s: getIban says %s", name, got)
	}
	view, err := o.service.Balance(o.ctx, o.actor, v.ID)
	o.must(err)
	if view.Blocked != (target == bank.BlockBalance) || view.Accounts[0].Status != wantStatus {
		o.t.Errorf("%s: the balance says blocked %t, IBAN %s", name, view.Blocked, view.Accounts[0].Status)
	}
	if got := o.frozen(v); got != (direction != bank.BlockDebits) {
		o.t.Errorf("%s: credits are frozen %t", name, got)
	}
	o.lift(b)
	if o.frozen(v) || o.status(o.service, v.ID) != bank.IBANActive {
		o.t.Errorf("%s stands after it was lifted", name)
	}
	o.want("lift again", o.service.Lift(o.ctx, o.actor, b.TargetKey, b.ID), bank.ErrNotFound)
}

// TestBlocksHaveTheirTime: future ones do not act yet, those that ended no more; also through the cache.
func TestBlocksHaveTheirTime(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.watch(o.service)
		v := o.open(money.PLN)
		now := o.now()
		o.block(v, bank.BlockIBAN, bank.BlockByCourt, bank.BlockCredits, now.Add(time.Hour), now.Add(2*time.Hour))
		o.block(v, bank.BlockIBAN, bank.BlockFraud, bank.BlockBoth, now.Add(-2*time.Hour), now.Add(-time.Hour))
		for _, step := range []struct {
			pass   time.Duration
			stands bool
		}{{0, false}, {time.Hour - time.Microsecond, false}, {time.Microsecond, true}, {time.Hour - time.Microsecond, true}, {time.Microsecond, false}} {
			o.pass(step.pass)
			want := bank.IBANActive
			if step.stands {
				want = bank.IBANBlocked
			}
			if got := o.status(o.service, v.ID); got != want || o.frozen(v) != step.stands {
				o.t.Errorf("at %s: %s, frozen %t", o.now(), got, o.frozen(v))
			}
		}
		if !o.service.Cached(o.actor.Customer, v.ID) {
			o.t.Error("nothing was kept: the test proves less than it says")
		}
	})
}

func TestRefusedBlocks(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v := o.open(money.PLN)
		good := accounts.NewBlock{Target: bank.BlockBalance, TargetKey: v.ID.String(), Kind: bank.BlockFraud, Direction: bank.BlockBoth}
		for name, c := range map[string]struct {
			change func(*accounts.NewBlock)
			want   error
		}{
			"kind":            {func(n *accounts.NewBlock) { n.Kind = "OTHER" }, bank.ErrInvalid},
			"direction":       {func(n *accounts.NewBlock) { n.Direction = "" }, bank.ErrInvalid},
			"target":          {func(n *accounts.NewBlock) { n.Target = "OTHER" }, bank.ErrInvalid},
			"ends at once":    {func(n *accounts.NewBlock) { n.From, n.To = o.now(), o.now() }, bank.ErrInvalid},
			"ends before now": {func(n *accounts.NewBlock) { n.To = o.now().Add(-time.Second) }, bank.ErrInvalid},
			"long reference":  {func(n *accounts.NewBlock) { n.Reference = strings.Repeat("x", 141) }, bank.ErrInvalid},
			"no identifier":   {func(n *accounts.NewBlock) { n.TargetKey = "x" }, bank.ErrMalformed},
			"unknown balance": {func(n *accounts.NewBlock) { n.TargetKey = bank.NewID().String() }, bank.ErrNotFound},
			"unknown user":    {func(n *accounts.NewBlock) { n.Target, n.TargetKey = bank.BlockUser, v.ID.String() }, bank.ErrNotFound},
			"no IBAN":         {func(n *accounts.NewBlock) { n.Target = bank.BlockIBAN }, bank.ErrNotFound},
			"another's IBAN":  {func(n *accounts.NewBlock) { n.Target, n.TargetKey = bank.BlockIBAN, ownMaster }, bank.ErrNotFound},
		} {
			n := good
			c.change(&n)
			_, err := o.service.Block(o.ctx, o.actor, n)
			o.want(name, err, c.want)
		}
		if n := o.numbers("SELECT COUNT(*) FROM blocks"); n[0] != 0 {
			o.t.Errorf("%d blocks were set", n[0])
		}
		spaced := good
		spaced.Target, spaced.TargetKey = bank.BlockIBAN, strings.ToLower(v.Accounts[0].IBAN.Format())
		b, err := o.service.Block(o.ctx, o.actor, spaced)
		if err != nil || b.TargetKey != v.Accounts[0].IBAN.String() {
			o.t.Errorf("an IBAN as people write it: %q, %v", b.TargetKey, err)
		}
	})
}

// TestThaw: money that was frozen stays so until the last block on the balance, its owner and its IBAN is gone, whichever
// is lifted first; blocks of debits do not keep it.
func TestThaw(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v, neighbour := o.open(money.PLN), o.open(money.PLN)
		held := func(v accounts.BalanceView) int64 {
			view, err := o.service.Balance(o.ctx, o.actor, v.ID)
			o.must(err)
			return view.Held
		}
		for _, first := range allTargets {
			for _, second := range allTargets {
				one := o.block(v, first, bank.BlockByCourt, bank.BlockCredits, time.Time{}, time.Time{})
				two := o.block(v, second, bank.BlockSanctions, bank.BlockBoth, time.Time{}, time.Time{})
				debits := o.block(v, bank.BlockBalance, bank.BlockByCustomer, bank.BlockDebits, time.Time{}, time.Time{})
				o.pay(v.No, 100, true)
				o.lift(one)
				if got := held(v); got != 100 {
					o.t.Errorf("%s lifted, %s stands: %d held", first, second, got)
				}
				o.lift(two)
				if got := held(v); got != 0 {
					o.t.Errorf("%s and %s lifted: %d held", first, second, got)
				}
				o.lift(debits)
			}
		}
		court := o.block(neighbour, bank.BlockBalance, bank.BlockByCourt, bank.BlockCredits, time.Time{}, time.Time{})
		o.pay(neighbour.No, 7, true)
		owner := o.block(v, bank.BlockUser, bank.BlockFraud, bank.BlockBoth, time.Time{}, time.Time{})
		o.pay(v.No, 5, true)
		o.lift(owner)
		if held(v) != 0 || held(neighbour) != 7 {
			o.t.Errorf("the owner's block is lifted: %d held, %d under a block of its own", held(v), held(neighbour))
		}
		o.lift(court)
		if held(neighbour) != 0 {
			o.t.Errorf("%d held", held(neighbour))
		}
		o.proven()
	})
}

// TestEndBlocks: what a block froze is set free when its time is over, though nobody lifts it.
func TestEndBlocks(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v := o.open(money.PLN)
		o.block(v, bank.BlockIBAN, bank.BlockByCourt, bank.BlockCredits, time.Time{}, o.now().Add(time.Hour))
		forEver := o.block(v, bank.BlockUser, bank.BlockFraud, bank.BlockDebits, time.Time{}, time.Time{})
		o.pay(v.No, 100, true)
		end := func(want int) int64 {
			n, err := o.service.EndBlocks(o.ctx, o.actor.Customer)
			o.must(err)
			if n != want {
				o.t.Errorf("at %s: %d blocks lifted, want %d", o.now(), n, want)
			}
			view, err := o.service.Balance(o.ctx, o.actor, v.ID)
			o.must(err)
			return view.Held
		}
		if got := end(0); got != 100 {
			o.t.Errorf("before its end: %d held", got)
		}
		o.pass(time.Hour)
		if got := end(1); got != 0 {
			o.t.Errorf("at its end: %d held", got)
		}
		end(0)
		o.lift(forEver)
		o.proven()
	})
}

// TestBlockOnce: what is asked again with the same key gets the first answer, also after the block was lifted.
func TestBlockOnce(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v := o.open(money.PLN)
		n := accounts.NewBlock{Target: bank.BlockBalance, TargetKey: v.ID.String(), Kind: bank.BlockFraud, Direction: bank.BlockBoth}
		first, err := o.service.Block(o.with("once", 1), o.actor, n)
		o.must(err)
		o.lift(first)
		_, err = o.service.Block(o.with("once", 1), o.actor, n)
		o.replayed(err, first.ID.String())
		_, err = o.service.Block(o.with("once", 2), o.actor, n)
		o.want("another body", err, bank.ErrKeyReused)
		if got := o.numbers("SELECT COUNT(*) FROM blocks"); got[0] != 1 {
			o.t.Errorf("%d blocks", got[0])
		}
	})
}
