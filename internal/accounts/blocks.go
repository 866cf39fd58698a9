package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// NewBlock describes a block to set. From zero means now, To zero until lifted.
type NewBlock struct {
	Target    bank.BlockTarget
	TargetKey string // an IBAN, or the identifier of a balance or end user
	Kind      bank.BlockKind
	Direction bank.BlockDirection
	Reference string
	From, To  time.Time
}

// Block sets a block, once per idempotency key of the context. Several may stand on one target at once, so a caller who may
// have to repeat the request gives a key.
func (s *Service) Block(ctx context.Context, actor bank.Actor, n NewBlock) (b bank.Block, err error) {
	if err := actor.May(bank.PermBlocksWrite); err != nil {
		return b, err
	}
	now := s.now().UTC()
	if n.From.IsZero() {
		n.From = now
	}
	if err := checkBlock(n); err != nil {
		return b, err
	}
	b = bank.Block{Customer: actor.Customer, ID: bank.NewID(), Target: n.Target, Kind: n.Kind, Direction: n.Direction,
		Reference: n.Reference, From: n.From, To: n.To, CreatedAt: now}
	err = s.db.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		if b.TargetKey, err = targetKey(tx, actor.Customer, n); err != nil {
			return nil, err
		}
		return b, setBlock(tx, actor, b)
	})
	if err != nil {
		return bank.Block{}, err
	}
	s.cache.drop("")
	return b, nil
}

func setBlock(tx *store.Tx, actor bank.Actor, b bank.Block) error {
	if err := tx.AddBlock(b); err != nil {
		return err
	}
	if err := tx.Publish(""); err != nil {
		return err
	}
	return tx.Audit(b.Customer, b.CreatedAt, auditEvent(actor, "block.set", b.TargetKey, "", blockFacts(b)))
}

func blockFacts(b bank.Block) string {
	text, _ := json.Marshal(map[string]string{"id": b.ID.String(), "kind": string(b.Kind), "direction": string(b.Direction)})
	return string(text) // a map of strings always marshals
}

func checkBlock(n NewBlock) error {
	e := bank.ErrInvalid.With("the block has invalid fields")
	if n.Target != bank.BlockIBAN && n.Target != bank.BlockBalance && n.Target != bank.BlockUser {
		e = e.Field("/target", "invalid", "target must be IBAN, BALANCE or USER")
	}
	if !n.Kind.Known() {
		e = e.Field("/kind", "invalid", "kind must be CUSTOMER, COURT, SANCTIONS, FRAUD or DEATH")
	}
	if !n.Direction.Known() {
		e = e.Field("/direction", "invalid", "direction must be DEBITS, CREDITS or BOTH")
	}
	if reason := bank.CheckText(n.Reference, false, maxName); reason != "" {
		e = e.Field("/reference", "invalid", "reference "+reason)
	}
	if !n.To.IsZero() && !n.To.After(n.From) {
		e = e.Field("/to", "invalid", "to must be after from")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// targetKey checks that the target is the customer's and returns its canonical key.
func targetKey(tx *store.Tx, customer bank.CustomerID, n NewBlock) (string, error) {
	if n.Target == bank.BlockIBAN {
		number, err := iban.ParseLenient(n.TargetKey)
		if err != nil {
			return "", bank.ErrNotFound.With("there is no such IBAN")
		}
		_, err = tx.BankAccount(customer, number)
		return number.String(), notFound(err, "IBAN")
	}
	id, err := bank.ParseID(n.TargetKey)
	if err != nil {
		return "", err
	}
	if n.Target == bank.BlockUser {
		_, err = tx.User(customer, id)
		return id.String(), notFound(err, "end user")
	}
	_, err = tx.Balance(customer, id)
	return id.String(), notFound(err, "balance")
}

// Blocks lists the blocks on a target that were not lifted.
func (s *Service) Blocks(ctx context.Context, actor bank.Actor, key string) (list []bank.Block, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.StandingBlocks(actor.Customer, []string{key})
		return err
	})
	return list, err
}

// Lift ends a block on a target. Credits that were frozen are set free once no block on the IBAN, the balance or its owner
// stops credits any more and the owner is active; they first repay what the balance owes.
func (s *Service) Lift(ctx context.Context, actor bank.Actor, key string, id bank.ID) error {
	if err := actor.May(bank.PermBlocksWrite); err != nil {
		return err
	}
	now := s.now().UTC()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		block, err := standing(tx, actor.Customer, key, id)
		if err != nil {
			return err
		}
		if err := tx.LiftBlock(actor.Customer, id, now); err != nil {
			return err
		}
		batch := ledger.NewBatch(tx, actor.Customer, now)
		balances, err := balancesUnder(tx, block)
		if err != nil {
			return err
		}
		if err := thaw(tx, batch, balances, now); err != nil {
			return err
		}
		batch.Audit(actor, "block.lift", block.TargetKey, blockFacts(block), "")
		if err := tx.Publish(""); err != nil {
			return err
		}
		return batch.Commit()
	})
	if err == nil {
		s.cache.drop("")
	}
	return err
}

// EndBlocks lifts the blocks of a customer whose time is over, so that what they froze is set free without anybody's doing. A
// worker calls it every few seconds. It returns how many it lifted.
func (s *Service) EndBlocks(ctx context.Context, customer bank.CustomerID) (lifted int, err error) {
	const step = 100
	var ended []bank.Block
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		ended, err = tx.EndedBlocks(customer, s.now(), step)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, b := range ended {
		err := s.Lift(ctx, bank.System(customer, "worker"), b.TargetKey, b.ID)
		if err != nil && !errors.Is(err, bank.ErrNotFound) { // somebody else has lifted it
			return lifted, fmt.Errorf("end block %s: %w", b.ID, err)
		}
		lifted++
	}
	return lifted, nil
}

func standing(tx *store.Tx, customer bank.CustomerID, key string, id bank.ID) (bank.Block, error) {
	blocks, err := tx.StandingBlocks(customer, []string{key})
	if err != nil {
		return bank.Block{}, err
	}
	for _, b := range blocks {
		if b.ID == id {
			return b, nil
		}
	}
	return bank.Block{}, bank.ErrNotFound.With("there is no such block")
}

// thaw locks balances and sets their frozen credits free, unless something still stops credits.
func thaw(tx *store.Tx, batch *ledger.Batch, balances []bank.Balance, now time.Time) error {
	balances = userKind(balances)
	numbers := make([]bank.BalanceNo, len(balances))
	for i, b := range balances {
		numbers[i] = b.No
	}
	if err := batch.Lock(numbers...); err != nil {
		return err
	}
	for _, b := range balances {
		frozen, err := ledger.Frozen(tx, b, now)
		if err != nil {
			return err
		}
		if frozen {
			continue
		}
		if err := batch.Thaw(b.No); err != nil {
			return err
		}
	}
	return nil
}

// userKind leaves out the receivables that accompany an end user's balances.
func userKind(balances []bank.Balance) []bank.Balance {
	return slices.DeleteFunc(balances, func(b bank.Balance) bool { return b.Kind != bank.KindUser })
}

// balancesUnder are the balances that a block reaches.
func balancesUnder(tx *store.Tx, b bank.Block) ([]bank.Balance, error) {
	if b.Target == bank.BlockIBAN {
		number, err := iban.ParseISO(b.TargetKey)
		if err != nil {
			return nil, err
		}
		a, err := tx.BankAccount(b.Customer, number)
		if err != nil {
			return nil, err
		}
		return tx.BalancesByNo(b.Customer, []bank.BalanceNo{a.Balance})
	}
	id, err := bank.ParseID(b.TargetKey)
	if err != nil {
		return nil, err
	}
	if b.Target == bank.BlockUser {
		return tx.UserBalances(b.Customer, id)
	}
	return tx.BalancesByID(b.Customer, []bank.ID{id})
}
