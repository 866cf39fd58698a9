package customers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// NewBaseIBAN is a base IBAN as the issuing institution gives it.
type NewBaseIBAN struct {
	// Base is the country code and the leading characters of the BBAN, without check digits after the country code; spaces
	// and small letters are forgiven. It must hold the whole bank identifier and leave 1 to 18 digits to number.
	Base string
	// Suffix is the end of all its numbers where the country gives that a meaning: the owner's id in Iceland, the currency in
	// Mauritius and the Seychelles, account type and owner in Brazil. Elsewhere it may be left empty.
	Suffix        string
	MasterAccount bank.ID // on which the money of its IBANs lies; it tells the currency
	NotIssuing    bool    // a range that is ours but from which no new IBANs come
}

// AddBaseIBAN registers a base IBAN of the actor's customer under a secret key of its own. Unless it is NotIssuing, new IBANs of
// the currency come from it from now on; the one before stays ours. Where four eyes bind it waits for a second person
// (bank.ErrFourEyes).
//
// Errors: bank.ErrInvalid for the base, bank.ErrNotFound for the master account, bank.ErrBaseIBANOverlap if it equals,
// contains or lies in a registered one, whoever's, or if another customer's master account lies in it.
func (s *Service) AddBaseIBAN(ctx context.Context, actor bank.Actor, n NewBaseIBAN) (bank.BaseIBAN, error) {
	if err := authorise(&actor, actor.Customer); err != nil {
		return bank.BaseIBAN{}, err
	}
	n.Base, n.Suffix = bare(n.Base), bare(n.Suffix)
	key := s.db.RangeKey(n.Base, n.Suffix)
	numbers, err := rangeOf(n, key)
	if err != nil {
		return bank.BaseIBAN{}, badBase(err)
	}
	b := bank.BaseIBAN{Customer: actor.Customer, Base: numbers.Base(), Suffix: numbers.Suffix(), MasterAccount: n.MasterAccount, Issuing: !n.NotIssuing,
		Capacity: numbers.Capacity(), Key: key, CreatedAt: s.instant()}
	err = s.change(ctx, b.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		return s.addBaseIBAN(ctx, tx, actor, &b, numbers)
	})
	if err != nil {
		return bank.BaseIBAN{}, err
	}
	return b, nil
}

// bare is what a person typed, without spaces and in capitals.
func bare(text string) string { return strings.ToUpper(strings.ReplaceAll(text, " ", "")) }

// rangeOf reads a base. Countries outside the SWIFT registry have ranges too, but their numbers are
// nothing that a bank must accept: the first one is held against Parse.
func rangeOf(n NewBaseIBAN, key []byte) (*iban.Range, error) {
	numbers, err := iban.NewRange(n.Base, key, iban.WithSuffix(n.Suffix))
	if err != nil {
		return nil, err
	}
	first, err := numbers.Plain(0)
	if err == nil {
		_, err = iban.Parse(first.String())
	}
	if err != nil {
		return nil, fmt.Errorf("numbers of the base: %w", err)
	}
	return numbers, nil
}

// badBase says what is wrong without the base itself, which the outermost error repeats.
func badBase(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	code := "not-a-base"
	switch {
	case errors.Is(err, iban.ErrCountry), errors.Is(err, iban.KindUnregistered):
		code = "unknown-country"
	case errors.Is(err, iban.ErrNoRoom):
		code = "no-room"
	case errors.Is(err, iban.ErrNationalDigits):
		code = "wrong-national-digits"
	}
	return bank.ErrInvalid.With("the base IBAN is wrong: %s", reasonOf(err)).Field("/base", code, reasonOf(err))
}

func (s *Service) addBaseIBAN(ctx context.Context, tx *store.Tx, actor bank.Actor, b *bank.BaseIBAN, numbers *iban.Range) (*bank.Approval, error) {
	m, err := tx.MasterAccount(b.Customer, b.MasterAccount)
	if err != nil {
		return nil, fmt.Errorf("add base IBAN: master account: %w", err)
	}
	b.Currency = m.Currency
	pending, err := s.second.Require(ctx, tx, actor, baseRequest(*b, m))
	if err != nil || pending != nil {
		return pending, err
	}
	if err := lockRegistry(tx); err != nil {
		return nil, fmt.Errorf("add base IBAN: %w", err)
	}
	if err := freeForBase(tx, *b, numbers); err != nil {
		return nil, fmt.Errorf("add base IBAN: %w", err)
	}
	if err := tx.RegisterBase(b.Base, b.Customer); err != nil {
		return nil, fmt.Errorf("add base IBAN: %w", err)
	}
	if err := tx.AddBaseIBAN(*b); err != nil {
		return nil, fmt.Errorf("add base IBAN: %w", err)
	}
	return nil, s.audit(tx, actor, b.Customer, "base-iban.added", b.Base, nil, map[string]any{"masterAccount": b.MasterAccount.String(),
		"suffix": b.Suffix, "currency": b.Currency.Code(), "issuing": b.Issuing, "capacity": b.Capacity})
}

// BaseIBANContent is what exactly is approved with a base IBAN.
type BaseIBANContent struct {
	Base          string  `json:"base"`
	Suffix        string  `json:"suffix,omitempty"`
	MasterAccount bank.ID `json:"masterAccount"`
	MasterIBAN    string  `json:"masterIban"`
	Currency      string  `json:"currency"`
	Issuing       bool    `json:"issuing"`
}

func baseRequest(b bank.BaseIBAN, m bank.MasterAccount) store.ApprovalRequest {
	verb := "no new IBANs come from it"
	if b.Issuing {
		verb = "new IBANs come from it"
	}
	numbers := b.Base
	if b.Suffix != "" {
		numbers += " with the suffix " + b.Suffix
	}
	summary := fmt.Sprintf("base IBAN %s in %s on master account %s; %s", numbers, b.Currency, m.IBAN.Format(), verb)
	return store.ApprovalRequest{Action: "base-ibans.add", Object: b.Base, Digest: sha256.Sum256([]byte(summary)), Summary: summary,
		Content: bank.ApprovalContent(BaseIBANContent{b.Base, b.Suffix, m.ID, m.IBAN.String(), b.Currency.Code(), b.Issuing})}
}

// freeForBase refuses a base that shares numbers with a registered one, or that could issue another customer's master
// account. It does not say whose.
func freeForBase(tx *store.Tx, b bank.BaseIBAN, numbers *iban.Range) error {
	overlapping, err := tx.Overlapping(b.Base)
	if err != nil {
		return fmt.Errorf("overlapping base IBANs: %w", err)
	}
	if len(overlapping) > 0 {
		return bank.ErrBaseIBANOverlap.With("the base IBAN equals, contains or lies in a registered one").
			Field("/base", "overlap", "shares numbers with a registered base IBAN")
	}
	all, err := masterAccounts(tx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Customer != b.Customer && numbers.Contains(m.IBAN) {
			return bank.ErrBaseIBANOverlap.With("a registered master account lies in the base IBAN").
				Field("/base", "overlap", "holds a registered master account")
		}
	}
	return nil
}

// BaseIBANs lists a customer's base IBANs, issuing or not, by base. Their keys are left out.
func (s *Service) BaseIBANs(ctx context.Context, customer bank.CustomerID) (list []bank.BaseIBAN, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { list, err = tx.BaseIBANs(customer); return err })
	if err != nil {
		return nil, fmt.Errorf("list base IBANs: %w", err)
	}
	for i := range list {
		list[i].Key = nil
	}
	return list, nil
}
