package transfers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// transferObject begins what an idempotency key remembers of a transfer; one of a declined transaction is a number.
const transferObject = "transfer "

// keyOf is the idempotency key of a context. End users have keys of their own: none meets another's, nor the customer's.
func keyOf(ctx context.Context, actor bank.Actor) bank.Idempotency {
	key := bank.IdempotencyOf(ctx)
	if key.Given() && actor.Kind == bank.ActorEndUser {
		key.Key = actor.User.String() + " " + key.Key
	}
	return key
}

// keyed is the context with the key as keyOf tells it.
func keyed(ctx context.Context, actor bank.Actor) context.Context {
	key := keyOf(ctx, actor)
	return bank.WithIdempotency(ctx, &key)
}

// answered returns the answer to a request that came before, as store.DB.Once does: what a request proves is good for once, so
// that a repeated one must be answered before it is asked for its proof.
func (s *Service) answered(ctx context.Context, actor bank.Actor) error {
	key := keyOf(ctx, actor)
	if !key.Given() {
		return nil
	}
	var answers []store.Answer
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		answers, err = tx.Answers(actor.Customer, []string{key.Key})
		return err
	})
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	if len(answers) == 0 {
		return nil
	}
	return answers[0].Replay(key.Digest)
}

// earlier answers a request that came before.
func (p *placing) earlier(tx *store.Tx) (done bool, err error) {
	answers, err := tx.Answers(p.actor.Customer, []string{p.key.Key})
	if err != nil {
		return false, fmt.Errorf("answers: %w", err)
	}
	if len(answers) == 1 {
		return true, answers[0].Replay(p.key.Digest)
	}
	uses, err := tx.KeyUses(p.actor.Customer, []string{p.key.Key})
	if err != nil || len(uses) == 0 {
		return false, err
	}
	if uses[0].Digest != p.key.Digest {
		return true, bank.ErrKeyReused
	}
	return true, p.replay(tx, uses[0].Object)
}

// replay answers from what a key was used for: a transfer as it is now, or a refusal made anew from its reason.
func (p *placing) replay(tx *store.Tx, object string) error {
	if text, ok := strings.CutPrefix(object, transferObject); ok {
		id, err := bank.ParseID(text)
		if err != nil {
			return bank.ErrKeyReused
		}
		t, err := tx.Transfer(p.actor.Customer, id)
		if err != nil {
			return noTransfer(err)
		}
		p.placed = Placed{Transfer: t, Replayed: true}
		return nil
	}
	n, err := strconv.ParseInt(object, 10, 64)
	if err != nil {
		return bank.ErrKeyReused
	}
	declines, err := tx.Declines(p.actor.Customer, bank.TransactionID(n), bank.TransactionID(n))
	if err != nil {
		return fmt.Errorf("declined transaction: %w", err)
	}
	if len(declines) == 0 {
		return bank.ErrKeyReused
	}
	return &bank.RepeatedError{Err: declines[0].Reason.Refusal()}
}

// keep remembers the key for ever, and the answer for as long as answers are kept. Should another replica have used the key
// meanwhile, the whole transaction is given up.
func (p *placing) keep(tx *store.Tx, object string, answered bool) error {
	fresh, err := tx.UseKeys(p.actor.Customer, []store.Key{{Key: p.key.Key, Digest: p.key.Digest, Object: object, At: p.now}})
	if err == nil && fresh && answered && p.key.Answer != nil {
		answer, failed := p.key.Answer(p.placed)
		if failed != nil {
			return errors.Join(errors.New("answer"), failed)
		}
		fresh, err = tx.AddAnswer(p.actor.Customer, store.Answer{Key: p.key.Key, Digest: p.key.Digest, Answer: answer, At: p.now})
	}
	if err == nil && !fresh {
		err = errKeyRace
	}
	return err
}
