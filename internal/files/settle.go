package files

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/transfers"
)

// settlement finds the transfers that the debits of some entries book, and those that their credits bring back: what the bank
// was ordered to pay is paid from what is reserved for it, and never a second time.
type settlement struct {
	tx      *store.Tx
	file    bank.TransactionFile
	account bank.MasterAccount
	done    map[bank.ID]bool // booked by a record before
	gone    map[bank.ID]bool // brought back by a record before

	words   map[uint32]bank.Details // of the debits and of what comes back, by line
	back    map[uint32]bool         // which of these lines come back
	all     map[bank.ID]*bank.Transfer
	named   map[bank.TransactionID]*bank.Transfer // that the words name
	open    map[bank.BalanceNo][]*bank.Transfer   // that were sent and not answered, oldest first
	settled map[bank.BalanceNo][]*bank.Transfer   // that were booked, to accounts from which something comes back
}

func newSettlement(tx *store.Tx, file bank.TransactionFile, account bank.MasterAccount) *settlement {
	return &settlement{tx: tx, file: file, account: account, done: map[bank.ID]bool{}, gone: map[bank.ID]bool{}}
}

// pays tells whether a record may be what the bank has made of an order: from one of our IBANs, or from the master account.
func pays(d bankfile.Direction) bool { return d == bankfile.Debit || d == bankfile.Charges }

// read takes in what the debits among entries may settle and their credits bring back, as it is before anything is locked. A
// customer who never ordered a transfer costs one look.
func (s *settlement) read(entries []entry, sides []side) error {
	s.words, s.all, s.named = map[uint32]bank.Details{}, map[bank.ID]*bank.Transfer{}, map[bank.TransactionID]*bank.Transfer{}
	s.back, s.open, s.settled = map[uint32]bool{}, map[bank.BalanceNo][]*bank.Transfer{}, map[bank.BalanceNo][]*bank.Transfer{}
	var lines []int64
	var payers, payees []bank.BalanceNo
	for _, e := range entries {
		back := e.dates.mark() != unmarked
		if !pays(e.direction) && !back {
			continue
		}
		lines = append(lines, int64(e.line))
		s.back[e.line] = back
		if e.payer > 0 && sides[e.payer-1].known {
			payers = append(payers, sides[e.payer-1].balance)
		}
		if back && e.payee > 0 && sides[e.payee-1].known {
			payees = append(payees, sides[e.payee-1].balance)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if ever, err := s.tx.HasTransfers(s.file.Customer); err != nil || !ever {
		return err
	}
	slices.Sort(payers)
	slices.Sort(payees)
	return s.readTransfers(lines, slices.Compact(payers), slices.Compact(payees))
}

func (s *settlement) readTransfers(lines []int64, payers, payees []bank.BalanceNo) error {
	var named []bank.TransactionID
	var accounts []string
	err := s.tx.EachLineDetails(s.file.Customer, s.file.No, lines, func(d bank.Details) error {
		s.words[uint32(d.Origin.Line)] = d
		if id, ok := ordered(d, s.back[uint32(d.Origin.Line)]); ok {
			named = append(named, id)
		}
		if s.back[uint32(d.Origin.Line)] && d.PayerAccount != "" {
			accounts = append(accounts, d.PayerAccount)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("words of debits and returns: %w", err)
	}
	list, err := s.tx.TransfersOf(s.file.Customer, named)
	if err != nil {
		return fmt.Errorf("transfers that records name: %w", err)
	}
	for _, t := range list {
		if !t.Internal { // no bank was asked to pay it
			s.named[t.Transaction] = s.share(t)
		}
	}
	if list, err = transfers.Outstanding(s.tx, s.file.Customer, payers); err != nil {
		return err
	}
	for _, t := range list {
		s.open[t.Payer] = append(s.open[t.Payer], s.share(t))
	}
	if len(payees) == 0 || len(accounts) == 0 {
		return nil
	}
	list, err = s.tx.SettledTransfers(s.file.Customer, payees, accounts)
	for _, t := range list {
		s.settled[t.Payer] = append(s.settled[t.Payer], s.share(t))
	}
	return err
}

// share returns the one copy of a transfer that all lists share.
func (s *settlement) share(t bank.Transfer) *bank.Transfer {
	if s.all[t.ID] == nil {
		s.all[t.ID] = &t
	}
	return s.all[t.ID]
}

// lock locks the transfers behind their balances, and sees what became of them since they were read.
func (s *settlement) lock() error {
	if len(s.all) == 0 {
		return nil
	}
	locked, err := transfers.Locked(s.tx, s.file.Customer, slices.Collect(maps.Keys(s.all))...)
	for _, t := range locked {
		*s.all[t.ID] = t
	}
	return err
}

// status is that of a transfer behind the records before.
func (s *settlement) status(t *bank.Transfer) bank.TransferStatus {
	switch {
	case s.gone[t.ID]:
		return bank.TransferReturned
	case s.done[t.ID] && t.Status == bank.TransferSent:
		return bank.TransferSettled
	}
	return t.Status
}

// referencesOf are the texts of a record in which the bank may give the reference of an order back; title is empty where it
// does not count.
func referencesOf(reference, operation, title string) []string {
	return append([]string{reference, operation}, strings.FieldsFunc(title, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })...)
}

func isReference(text string) bool {
	_, ok := transfers.ParseReference(text)
	return ok
}

// ordered returns the transaction that a record names as our order: the bank gives back the reference it was given, a return
// perhaps within its title.
func ordered(d bank.Details, back bool) (bank.TransactionID, bool) {
	title := ""
	if back {
		title = d.Title
	}
	for _, text := range referencesOf(d.Reference, d.Operation, title) {
		if id, ok := transfers.ParseReference(text); ok {
			return id, true
		}
	}
	return 0, false
}

// match is the transfer that an entry books: by the reference of the order, or else the oldest of the payer's that was sent to
// the same account with the same amount. again tells that the order was booked before.
func (s *settlement) match(e entry, payer side) (t *bank.Transfer, found, again bool) {
	words, ok := s.words[e.line]
	if !ok {
		return nil, false, false
	}
	if id, named := ordered(words, false); named {
		t = s.named[id]
		if t == nil || t.Amount.Minor() != e.amount || !s.paidBy(t, e, payer) {
			return nil, false, false
		}
		status := s.status(t)
		again = status == bank.TransferSettled || status == bank.TransferReturned
		return t, status == bank.TransferSent, again
	}
	if e.direction != bankfile.Debit || !payer.known {
		return nil, false, false
	}
	for _, t := range s.open[payer.balance] {
		if s.status(t) == bank.TransferSent && t.Amount.Minor() == e.amount && t.Payee.String() == words.PayeeAccount {
			return t, true, false
		}
	}
	return nil, false, false
}

// paidBy tells whether an entry's account may have paid a transfer: the payer's own IBAN, or the master account for it.
func (s *settlement) paidBy(t *bank.Transfer, e entry, payer side) bool {
	if t.Amount.Currency() != s.account.Currency {
		return false
	}
	return e.direction == bankfile.Charges || payer.known && payer.balance == t.Payer
}

// orderPayers are the balances that pay by an order which a record names, to be locked with those of the chunk. Nothing on the
// technical balance is locked.
func (r *chunkRun) orderPayers() (list []bank.BalanceNo) {
	for _, t := range r.settlement.named {
		if t.Payer != r.special.technical.No {
			list = append(list, t.Payer)
		}
	}
	return list
}

// settle books a debit by the transfer that ordered it. done is false where none did, so that the rules of files decide.
func (r *chunkRun) settle() (outcome bank.Outcome, done bool, err error) {
	t, found, again := r.settlement.match(r.record.entry, r.record.payer)
	if again {
		r.claim(bank.ReasonDuplicate, r.record.amount)
		return bank.OutcomeDuplicate, true, nil
	}
	if !found {
		return 0, false, nil
	}
	cause := bank.CauseOutgoing
	if !t.Item.IsZero() {
		cause = bank.CauseReturn
	}
	posting := r.posting(t.Payer, r.special.bank.No, cause, bank.OutcomeDebited)
	if _, err := transfers.Settle(r.tx, r.batch, t, posting, r.told(r.record.line)); err != nil {
		return 0, false, err
	}
	r.settlement.done[t.ID] = true
	return bank.OutcomeDebited, true, nil
}

// told is what a step of a transfer tells of the record that caused it.
func (r *chunkRun) told(line uint32) transfers.Told {
	return transfers.Told{Actor: "file " + r.file.Name, Note: fmt.Sprintf("line %d", line), At: r.now}
}
