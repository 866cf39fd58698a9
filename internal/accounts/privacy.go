package accounts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Everything is all that is kept about one end user.
type Everything struct {
	User         bank.User
	Balances     []bank.Balance // their receivables as well
	BankAccounts []bank.BankAccount
	Blocks       []bank.Block
	Holds        []bank.Hold
	Transactions []store.HistoryRow // by id
}

// exportPage is how many transactions are read at once.
const exportPage = 1000

// Export gathers everything about one end user, in one snapshot. It needs bank.PermUsersRead and bank.PermHistoryRead.
func (s *Service) Export(ctx context.Context, actor bank.Actor, id bank.ID) (all Everything, err error) {
	for _, p := range []bank.Permission{bank.PermUsersRead, bank.PermHistoryRead} {
		if err := actor.May(p); err != nil {
			return all, err
		}
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		all = Everything{}
		if all.User, err = tx.User(actor.Customer, id); err != nil {
			return notFound(err, "end user")
		}
		if all.Balances, err = tx.UserBalances(actor.Customer, id); err != nil || len(all.Balances) == 0 {
			return err
		}
		if err := all.stops(tx); err != nil {
			return err
		}
		return all.history(tx)
	})
	return all, err
}

// stops adds IBANs, blocks and holds.
func (all *Everything) stops(tx *store.Tx) (err error) {
	customer := all.User.Customer
	targets := []string{all.User.ID.String()}
	for _, b := range all.Balances {
		targets = append(targets, b.ID.String())
		holds, err := tx.OpenHolds(customer, b.No)
		if err != nil {
			return err
		}
		all.Holds = append(all.Holds, holds...)
	}
	if all.BankAccounts, err = tx.BankAccountsOf(customer, numbersOf(all.Balances)...); err != nil {
		return err
	}
	for _, a := range all.BankAccounts {
		targets = append(targets, a.IBAN.String())
	}
	all.Blocks, err = tx.StandingBlocks(customer, targets)
	return err
}

func (all *Everything) history(tx *store.Tx) error {
	f := store.HistoryFilter{BalanceNos: numbersOf(all.Balances), Ascending: true, Limit: exportPage}
	for {
		page, err := tx.History(all.User.Customer, f)
		if err != nil {
			return err
		}
		all.Transactions = append(all.Transactions, page...)
		if len(page) < exportPage {
			return nil
		}
		f.After = page[len(page)-1].ID
	}
}

func numbersOf(balances []bank.Balance) []bank.BalanceNo {
	numbers := make([]bank.BalanceNo, len(balances))
	for i, b := range balances {
		numbers[i] = b.No
	}
	return numbers
}

// maxReference bounds the reference of a legal hold, in characters.
const maxReference = 140

// SetLegalHold keeps an end user from being erased until it is lifted with an empty reference. It needs
// bank.PermCustomerWrite. The audit trail says who did it and when, not the reference, which is erased with the end user.
func (s *Service) SetLegalHold(ctx context.Context, actor bank.Actor, id bank.ID, reference string) error {
	if err := actor.May(bank.PermCustomerWrite); err != nil {
		return err
	}
	if reason := bank.CheckText(reference, false, maxReference); reason != "" {
		return bank.ErrInvalid.With("the reference %s", reason).Field("/reference", "invalid", "reference "+reason)
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.LockUser(actor.Customer, id)
		if err != nil {
			return notFound(err, "end user")
		}
		if !u.ErasedAt.IsZero() {
			return bank.ErrConflict.With("the end user is erased")
		}
		if err := tx.SetLegalHold(actor.Customer, id, reference); err != nil {
			return err
		}
		action := "user.hold"
		if reference == "" {
			action = "user.release"
		}
		return tx.Audit(actor.Customer, s.now(), auditEvent(actor, action, id.String(), "", ""))
	})
}

// erasePage is how many operations lose their words in one transaction.
const erasePage = 100

// Erase takes out who an end user is, and the words of their operations: names, accounts, titles and references. Postings,
// transactions, balances and IBANs stay, and the chain still proves. Where another end user, who is not erased, is part of
// an operation, theirs and the title stay. It needs bank.PermCustomerWrite. What is interrupted is finished by erasing again.
//
// bank.ErrConflict says what keeps the end user: a legal hold, an open balance, a retention period that is not over or that
// the customer has not set.
func (s *Service) Erase(ctx context.Context, actor bank.Actor, id bank.ID) error {
	if err := actor.May(bank.PermCustomerWrite); err != nil {
		return err
	}
	var after bank.TransactionID
	for done := false; !done; {
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			u, balances, err := s.erasable(tx, actor.Customer, id)
			if err != nil {
				return err
			}
			next, err := eraseWords(tx, u, balances, after)
			if err != nil {
				return fmt.Errorf("erase words: %w", err)
			}
			if done = next == 0; !done {
				after = next
				return nil
			}
			if err := eraseBeside(tx, u, balances); err != nil {
				return err
			}
			now := s.now().UTC()
			if err := tx.EraseUser(u.Customer, u.ID, now); err != nil {
				return err
			}
			return tx.Audit(u.Customer, now, auditEvent(actor, "user.erased", id.String(), "", ""))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseBeside takes out what is kept of an end user beside the ledger: sessions, passkeys, the words of transfers.
func eraseBeside(tx *store.Tx, u bank.User, balances []bank.Balance) error {
	if _, err := tx.EndUserSessions(u.Customer, u.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if _, err := tx.DropUserPasskeys(u.Customer, u.ID); err != nil {
		return fmt.Errorf("drop passkeys: %w", err)
	}
	own, err := ibansOf(tx, u, balances)
	if err != nil {
		return err
	}
	if err := tx.EraseTransferWords(u.Customer, numbersOf(balances), own); err != nil {
		return fmt.Errorf("erase words of transfers: %w", err)
	}
	return nil
}

// ibansOf are the electronic IBANs that an end user's balances ever had.
func ibansOf(tx *store.Tx, u bank.User, balances []bank.Balance) ([]string, error) {
	numbers, err := tx.BankAccountsOf(u.Customer, numbersOf(balances)...)
	own := make([]string, len(numbers))
	for i, n := range numbers {
		own[i] = n.IBAN.String()
	}
	return own, err
}

// erasable locks an end user whom nothing keeps.
func (s *Service) erasable(tx *store.Tx, customer bank.CustomerID, id bank.ID) (u bank.User, balances []bank.Balance, err error) {
	c, err := tx.Customer(customer)
	if err != nil {
		return u, nil, err
	}
	if u, err = tx.LockUser(customer, id); err != nil {
		return u, nil, notFound(err, "end user")
	}
	switch {
	case !u.ErasedAt.IsZero():
		return u, nil, bank.ErrConflict.With("the end user is erased already")
	case u.LegalHold != "":
		return u, nil, bank.ErrConflict.With("a legal hold keeps the end user")
	case c.Settings.RetentionYears == 0:
		return u, nil, bank.ErrConflict.With("the customer has no retention period: ims customer set --retention-years")
	}
	if balances, err = tx.UserBalances(customer, id); err != nil {
		return u, nil, err
	}
	ended, err := endOf(tx, u, balances)
	if err != nil {
		return u, nil, err
	}
	if due := ended.AddDate(c.Settings.RetentionYears, 0, 0); s.now().Before(due) {
		return u, nil, bank.ErrConflict.With("the retention period ends on %s", bank.CivilDate(due))
	}
	return u, balances, nil
}

// endOf is when the last thing happened between the customer and an end user: they came, money moved, an IBAN was closed.
func endOf(tx *store.Tx, u bank.User, balances []bank.Balance) (time.Time, error) {
	ended := u.CreatedAt
	for _, b := range balances {
		if b.Kind == bank.KindUser && !b.Closed {
			return ended, bank.ErrConflict.With("balance %s is open", b.ID)
		}
		last, err := tx.LastTransactionAt(u.Customer, b.No)
		if err != nil {
			return ended, err
		}
		ended = later(ended, last)
	}
	numbers, err := tx.BankAccountsOf(u.Customer, numbersOf(balances)...)
	for _, n := range numbers {
		ended = later(ended, n.ClosedAt)
	}
	return ended, err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// eraseWords erases a page of words behind a transaction and returns the last of them; 0 when there are no more.
func eraseWords(tx *store.Tx, u bank.User, balances []bank.Balance, after bank.TransactionID) (bank.TransactionID, error) {
	if len(balances) == 0 {
		return 0, nil
	}
	own, err := ibansOf(tx, u, balances)
	if err != nil {
		return 0, err
	}
	page, err := tx.UserWordsAfter(u.Customer, u.ID, numbersOf(balances), after, erasePage)
	if err != nil || len(page) == 0 {
		return 0, err
	}
	list := make([]bank.Details, len(page))
	for i, w := range page {
		list[i] = withoutWords(w, own)
	}
	return page[len(page)-1].ID, tx.EraseWords(u.Customer, list)
}

// withoutWords takes out all words, or only those of the end user with the given IBANs where others share them.
func withoutWords(w store.UserWords, own []string) bank.Details {
	d := w.Details
	digest := store.DetailsDigest(&d)
	if !w.Shared {
		return bank.Details{Origin: d.Origin, Class: d.Class, Erased: digest}
	}
	if slices.Contains(own, d.PayerAccount) {
		d.PayerName, d.PayerAccount = "", ""
	}
	if slices.Contains(own, d.PayeeAccount) {
		d.PayeeName, d.PayeeAccount = "", ""
	}
	d.Erased, d.Salt = digest, [16]byte{}
	return d
}

// EraseDue erases the end users of a customer whose retention period is over, and the bytes of files as old. It tells how
// many end users. Without a retention period it does nothing.
func (s *Service) EraseDue(ctx context.Context, customer bank.CustomerID) (erased int, err error) {
	actor := bank.System(customer, "retention")
	var before time.Time
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.Customer(customer)
		if years := c.Settings.RetentionYears; err == nil && years > 0 {
			before = s.now().AddDate(-years, 0, 0)
		}
		return err
	})
	if err != nil || before.IsZero() {
		return 0, err
	}
	if err := s.dropContents(ctx, customer, before); err != nil {
		return 0, fmt.Errorf("bytes of old files: %w", err)
	}
	var last bank.ID
	for {
		var page []bank.User
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			page, err = tx.ErasableUsers(customer, before, last, erasePage)
			return err
		})
		if err != nil || len(page) == 0 {
			return erased, err
		}
		for _, u := range page {
			last = u.ID
			err := s.Erase(ctx, actor, u.ID)
			if _, kept := bank.AsError(err); err != nil && !kept {
				return erased, fmt.Errorf("erase end user %s: %w", u.ID, err)
			}
			if err == nil {
				erased++
			}
		}
	}
}

// dropContents removes the bytes of old files, a few in each transaction.
func (s *Service) dropContents(ctx context.Context, customer bank.CustomerID, before time.Time) error {
	for dropped := int64(1); dropped > 0; {
		err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
			dropped, err = tx.DropFileContents(customer, before, 10)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
