package files

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// SuggestionKind says what speaks for a home.
type SuggestionKind string

// The kinds of suggestions.
const (
	SuggestedByIBAN SuggestionKind = "IBAN" // the IBAN that was written is one slip away from a live one
	SuggestedByName SuggestionKind = "NAME" // the payee's name, or one in the title, is an end user's

	SuggestedByTransfer SuggestionKind = "TRANSFER" // it brings back what the end user had ordered
)

// Suggestion is where an item's money may have been meant to go. A person decides.
type Suggestion struct {
	Kind    SuggestionKind
	Balance bank.ID   // open one; zero where the end user has none, or several in the place of the one that paid
	IBAN    iban.IBAN // live one of the balance; zero where it has none
	User    bank.ID
	Name    string // of the end user

	Transfer bank.ID // that came back; zero: none
}

// mostSuggestions is for how many items suggestions are looked for at once.
const mostSuggestions = 100

// Suggestions looks for a home for each open posted item of a page of at most 100: the payer of the transfer that it brings
// back; or else where exactly one live IBAN in its currency is one wrong digit, or one exchange of neighbours, away from the one
// that was written; or else where a name beside it is exactly one end user's who has one open balance in the currency. Items
// without are not in the answer. It makes up the numbers and looks them up, so it costs the same whatever the number of end users. It needs bank.PermFundsRead and
// bank.PermUsersRead.
func (s *Service) Suggestions(ctx context.Context, actor bank.Actor, items []bank.Item) (map[bank.ID]Suggestion, error) {
	for _, p := range []bank.Permission{bank.PermFundsRead, bank.PermUsersRead} {
		if err := actor.May(p); err != nil {
			return nil, err
		}
	}
	all := map[bank.ID]Suggestion{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		clear(all)
		for _, i := range items[:min(len(items), mostSuggestions)] {
			if i.Status != bank.ItemOpen || i.State != bank.ItemPosted || i.Customer != actor.Customer {
				continue
			}
			found, err := suggest(tx, i)
			if err != nil {
				return err
			}
			if found != nil {
				all[i.ID] = *found
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("suggest homes for items: %w", err)
	}
	return all, nil
}

func suggest(tx *store.Tx, i bank.Item) (*Suggestion, error) {
	s, err := suggestTransfer(tx, i)
	if s == nil && err == nil {
		s, err = suggestIBAN(tx, i)
	}
	if s == nil && err == nil {
		s, err = suggestName(tx, i)
	}
	if s == nil || err != nil {
		return nil, err
	}
	u, err := tx.User(i.Customer, s.User)
	s.Name = u.Name()
	return s, err
}

func suggestIBAN(tx *store.Tx, i bank.Item) (*Suggestion, error) {
	near := nearIBANs(i.Details.PayeeAccount)
	if len(near) == 0 {
		return nil, nil
	}
	states, err := tx.States(i.Customer, near)
	if err != nil {
		return nil, fmt.Errorf("look up IBANs: %w", err)
	}
	live := slices.DeleteFunc(states, func(s store.State) bool {
		return s.IBANClosed || s.Balance.Closed || s.Balance.Kind != bank.KindUser || s.Balance.Currency.Code() != i.Currency
	})
	if len(live) != 1 {
		return nil, nil
	}
	number, err := iban.ParseISO(live[0].IBAN)
	return &Suggestion{Kind: SuggestedByIBAN, Balance: live[0].Balance.ID, IBAN: number, User: live[0].Balance.User}, err
}

// nearIBANs are the valid numbers one slip away from what was written: a digit of the national part replaced, or two
// neighbours exchanged, each with the check digits that it needs, as programs reckon those anew; and the number itself where
// only its check digits are wrong.
func nearIBANs(written string) []string {
	text := strings.ToUpper(strings.Join(strings.FieldsFunc(written, func(r rune) bool { return r == ' ' || r == '-' }), ""))
	if len(text) == 26 && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		text = "PL" + text // an account as Polish banks write it
	}
	if len(text) < 15 || len(text) > 34 {
		return nil
	}
	country, bban := text[:2], []byte(text[4:])
	var near []string
	try := func() {
		if number, err := iban.FromBBAN(country, string(bban)); err == nil && number.String() != text {
			near = append(near, number.String())
		}
	}
	try()
	for at, was := range bban {
		for digit := byte('0'); digit <= '9' && was >= '0' && was <= '9'; digit++ {
			if bban[at] = digit; digit != was {
				try()
			}
		}
		bban[at] = was
		if at+1 < len(bban) && bban[at+1] != was {
			bban[at], bban[at+1] = bban[at+1], was
			try()
			bban[at], bban[at+1] = was, bban[at]
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}

func suggestName(tx *store.Tx, i bank.Item) (*Suggestion, error) {
	names := namesBeside(i.Details)
	if len(names) == 0 {
		return nil, nil
	}
	found, err := tx.UsersNamed(i.Customer, i.Currency, names, 2)
	if err != nil {
		return nil, fmt.Errorf("look up names: %w", err)
	}
	if len(found) != 1 {
		return nil, nil
	}
	s := &Suggestion{Kind: SuggestedByName, Balance: found[0].Balance.ID, User: found[0].User}
	accounts, err := tx.BankAccountsOf(i.Customer, found[0].Balance.No)
	s.IBAN = liveOf(accounts)
	return s, err
}

const (
	mostNameWords  = 5 // of a name in a title
	mostTitleWords = 40
)

// namesBeside are the names that may stand in the payee's name and in the title, folded: the whole payee's name, and each
// run of two to five words; two words also the other way round.
func namesBeside(d bank.Details) []string {
	payee := nameWords(d.PayeeName)
	names := []string{strings.Join(payee, " ")}
	for _, words := range [][]string{payee, nameWords(d.Title)} {
		words = words[:min(len(words), mostTitleWords)]
		for from := range words {
			for n := 2; n <= mostNameWords && from+n <= len(words); n++ {
				names = append(names, strings.Join(words[from:from+n], " "))
			}
			if from+1 < len(words) {
				names = append(names, words[from+1]+" "+words[from])
			}
		}
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	slices.Sort(names)
	return slices.Compact(names)
}

// nameWords are the folded words of a text without the signs around them.
func nameWords(text string) []string {
	words := strings.Fields(store.Fold(text))
	for i, w := range words {
		words[i] = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// suggestTransfer looks for the transfer that an item brings back: whose balance was closed when it came, or that the bank
// had not booked.
func suggestTransfer(tx *store.Tx, i bank.Item) (*Suggestion, error) {
	t, err := tx.TransferReturnedBy(i.Customer, i.Posting)
	if errors.Is(err, bank.ErrNotFound) && i.Reason == bank.ReasonReturnEarly {
		t, err = namedBy(tx, i)
	}
	if errors.Is(err, bank.ErrNotFound) || err == nil && t.User.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up transfers: %w", err)
	}
	s := &Suggestion{Kind: SuggestedByTransfer, User: t.User, Transfer: t.ID}
	balances, err := tx.UserBalances(i.Customer, t.User)
	if err != nil {
		return nil, fmt.Errorf("balances of the payer: %w", err)
	}
	open := slices.DeleteFunc(balances, func(b bank.Balance) bool { return b.Closed || b.Currency.Code() != i.Currency })
	if own := slices.IndexFunc(open, func(b bank.Balance) bool { return b.No == t.Payer }); own >= 0 {
		open = open[own : own+1]
	}
	if len(open) != 1 {
		return s, nil
	}
	s.Balance = open[0].ID
	accounts, err := tx.BankAccountsOf(i.Customer, open[0].No)
	s.IBAN = liveOf(accounts)
	return s, err
}

// namedBy returns the transfer that the words beside an item name, or bank.ErrNotFound.
func namedBy(tx *store.Tx, i bank.Item) (bank.Transfer, error) {
	var id bank.TransactionID
	err := tx.EachLineDetails(i.Customer, i.Origin.File, []int64{i.Origin.Line}, func(d bank.Details) error {
		id, _ = ordered(d, true)
		return nil
	})
	if err != nil {
		return bank.Transfer{}, err
	}
	return tx.TransferOf(i.Customer, id)
}

// liveOf is the open IBAN among those of a balance; zero where there is none.
func liveOf(accounts []bank.BankAccount) (live iban.IBAN) {
	for _, a := range accounts {
		if a.ClosedAt.IsZero() {
			live = a.IBAN
		}
	}
	return live
}
