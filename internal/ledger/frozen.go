package ledger

import (
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Frozen tells whether money that comes to a balance must be held: a block on the balance, its owner or one of its IBANs stops
// credits, or the owner is not active. Asked under the balance's lock the answer holds until the commit, for whoever lifts a
// block then waits for the lock to set free what was held.
func Frozen(tx *store.Tx, b bank.Balance, now time.Time) (bool, error) {
	if b.Kind != bank.KindUser {
		return false, nil
	}
	u, err := tx.User(b.Customer, b.User)
	if err != nil || u.Status != bank.UserActive {
		return true, err
	}
	accounts, err := tx.BankAccountsOf(b.Customer, b.No)
	if err != nil {
		return true, err
	}
	keys := []string{b.ID.String(), b.User.String()}
	for _, a := range accounts {
		keys = append(keys, a.IBAN.String())
	}
	blocks, err := tx.StandingBlocks(b.Customer, keys)
	return bank.AnyStops(blocks, true, now), err
}

// Thaw releases the credits of a locked balance that were held because it was frozen, and lets them first repay what the
// balance owes: until now they could not.
func (b *Batch) Thaw(no bank.BalanceNo) error {
	holds, err := b.tx.OpenHolds(b.customer, no)
	if err != nil {
		return err
	}
	released := false
	for _, h := range holds {
		if h.Reason != bank.HoldFrozen {
			continue
		}
		if err := b.Release(h); err != nil {
			return err
		}
		released = true
	}
	if !released {
		return nil
	}
	return b.Repay(no, NewPosting{BookingDate: bank.CivilDate(b.now)})
}
