package files

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/transfers"
)

// settlement finds the transfers that the debits of some entries book: what the bank was ordered to pay is paid from what is
// reserved for it, and never a second time.
type settlement struct {
	tx      *store.Tx
	file    bank.TransactionFile
	account bank.MasterAccount
	done    map[bank.ID]bool // booked by a record before

	words map[uint32]bank.Details              // of the debits, by line
	named map[bank.TransactionID]bank.Transfer // that the debits name
	open  map[bank.BalanceNo][]bank.Transfer   // that were sent and not answered, oldest first
}

func newSettlement(tx *store.Tx, file bank.TransactionFile, account bank.MasterAccount) *settlement {
	return &settlement{tx: tx, file: file, account: account, done: map[bank.ID]bool{}}
}

// pays tells whether a record may be what the bank has made of an order: from one of our IBANs, or from the master account.
func pays(d bankfile.Direction) bool { return d == bankfile.Debit || d == bankfile.Charges }

// read takes in what the debits among entries may settle, as it is before anything is locked. A customer who never ordered a
// transfer costs one look.
func (s *settlement) read(entries []entry, sides []side) error {
	s.words, s.named, s.open = map[uint32]bank.Details{}, map[bank.TransactionID]bank.Transfer{}, map[bank.BalanceNo][]bank.Transfer{}
	var lines []int64
	var payers []bank.BalanceNo
	for _, e := range entries {
		if !pays(e.direction) {
			continue
		}
		lines = append(lines, int64(e.line))
		if e.payer > 0 && sides[e.payer-1].known {
			payers = append(payers, sides[e.payer-1].balance)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if ever, err := s.tx.HasTransfers(s.file.Customer); err != nil || !ever {
		return err
	}
	slices.Sort(payers)
	return s.readTransfers(lines, slices.Compact(payers))
}

func (s *settlement) readTransfers(lines []int64, payers []bank.BalanceNo) error {
	var named []bank.TransactionID
	err := s.tx.EachLineDetails(s.file.Customer, s.file.No, lines, func(d bank.Details) error {
		s.words[uint32(d.Origin.Line)] = d
		if id, ok := ordered(d); ok {
			named = append(named, id)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("words of debits: %w", err)
	}
	list, err := s.tx.TransfersOf(s.file.Customer, named)
	if err != nil {
		return fmt.Errorf("transfers that debits name: %w", err)
	}
	for _, t := range list {
		s.named[t.Transaction] = t
	}
	open, err := transfers.Outstanding(s.tx, s.file.Customer, payers)
	for _, t := range open {
		s.open[t.Payer] = append(s.open[t.Payer], t)
	}
	return err
}

// lock locks the transfers behind their balances, and sees what became of them since they were read.
func (s *settlement) lock() error {
	ids := map[bank.ID]bool{}
	for _, t := range s.named {
		ids[t.ID] = true
	}
	for _, list := range s.open {
		for _, t := range list {
			ids[t.ID] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	locked, err := transfers.Locked(s.tx, s.file.Customer, slices.Collect(maps.Keys(ids))...)
	if err != nil {
		return err
	}
	now := map[bank.ID]bank.Transfer{}
	for _, t := range locked {
		now[t.ID] = t
	}
	for id, t := range s.named {
		s.named[id] = now[t.ID]
	}
	for _, list := range s.open {
		for i := range list {
			list[i] = now[list[i].ID]
		}
	}
	return nil
}

// ordered returns the transaction that a debit names as our order: the bank gives back the reference it was given.
func ordered(d bank.Details) (bank.TransactionID, bool) {
	for _, text := range []string{d.Reference, d.Operation} {
		digits, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), transfers.ReferencePrefix)
		if id, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && id > 0 {
			return bank.TransactionID(id), true
		}
	}
	return 0, false
}

// match is the transfer that an entry books: by the reference of the order, or else the oldest of the payer's that was sent to
// the same account with the same amount. again tells that the order was booked before.
func (s *settlement) match(e entry, payer side) (t bank.Transfer, found, again bool) {
	words, ok := s.words[e.line]
	if !ok {
		return t, false, false
	}
	if id, named := ordered(words); named {
		t, found = s.named[id]
		if !found || t.Amount.Minor() != e.amount || !s.paidBy(t, e, payer) {
			return t, false, false
		}
		again = s.done[t.ID] || t.Status == bank.TransferSettled || t.Status == bank.TransferReturned
		return t, !again && t.Status == bank.TransferSent, again
	}
	if e.direction != bankfile.Debit || !payer.known {
		return t, false, false
	}
	for _, t := range s.open[payer.balance] {
		if !s.done[t.ID] && t.Status == bank.TransferSent && t.Amount.Minor() == e.amount && t.Payee.String() == words.PayeeAccount {
			return t, true, false
		}
	}
	return t, false, false
}

// paidBy tells whether an entry's account may have paid a transfer: the payer's own IBAN, or the master account for it.
func (s *settlement) paidBy(t bank.Transfer, e entry, payer side) bool {
	if t.Amount.Currency() != s.account.Currency {
		return false
	}
	return e.direction == bankfile.Charges || payer.known && payer.balance == t.Payer
}

// orderPayers are the balances that pay by an order which a debit names, to be locked with those of the chunk. Nothing on the
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
	told := transfers.Told{Actor: "file " + r.file.Name, Note: fmt.Sprintf("line %d", r.record.line), At: r.now}
	if _, err := transfers.Settle(r.tx, r.batch, &t, posting, told); err != nil {
		return 0, false, err
	}
	r.settlement.done[t.ID] = true
	return bank.OutcomeDebited, true, nil
}
