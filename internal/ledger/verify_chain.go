package ledger

import (
	"errors"
	"math"

	"ims/internal/bank"
	"ims/internal/store"
)

// windowIDs is how many ids are held in memory at once while the chain is walked.
const windowIDs = 40_000

// walkChain follows the links, gathers the rows of each and recomputes its digest; on the way every posting is held against
// the chart of accounts and added to its balances, and every transaction against the balance before it.
func (v *verification) walkChain() error {
	head, err := v.tx.ReadHead(v.customer)
	if err != nil {
		return err
	}
	w := &walk{verification: v, next: 1, late: map[bank.TransactionID]bank.Transaction{}, reversed: map[bank.TransactionID]bool{}}
	for link := int64(1); link < head.NextLink; {
		links, err := v.links(link)
		if err != nil {
			return err
		}
		if len(links) == 0 {
			v.chain.violated("customer %d: link %d is missing", v.customer, link)
			return nil
		}
		if err := w.window(links); err != nil {
			return err
		}
		link = links[len(links)-1].No + 1
	}
	if w.next != head.NextID || w.last.No != head.NextLink-1 {
		v.chain.violated("customer %d: the chain ends at link %d, id %d, the head at link %d, id %d", v.customer, w.last.No, w.next-1, head.NextLink-1, head.NextID-1)
	}
	if w.last.Hash != head.LastHash {
		v.chain.violated("customer %d: the head does not know the last link", v.customer)
	}
	w.unresolved()
	return errors.Join(v.outside(math.MinInt64, 0), v.outside(head.NextID, math.MaxInt64))
}

// outside tells of rows with ids that no link covers, because they were never given: one of each kind is enough.
func (v *verification) outside(first, last bank.TransactionID) error {
	stray := func(what string, id bank.TransactionID) error {
		v.chain.violated("customer %d: %s %d is in no link", v.customer, what, id)
		return errSkip
	}
	postings := v.tx.EachPosting(v.customer, first, last, func(p store.PostingRow) error { return stray("posting", p.ID) })
	if postings != nil && !errors.Is(postings, errSkip) {
		return postings
	}
	transactions := v.tx.EachTransaction(v.customer, first, last, func(t bank.Transaction) error { return stray("transaction", t.ID) })
	if transactions != nil && !errors.Is(transactions, errSkip) {
		return transactions
	}
	declines, err := v.tx.Declines(v.customer, first, last)
	if err != nil {
		return err
	}
	if len(declines) > 0 {
		v.chain.violated("customer %d: the reason of transaction %d is in no link", v.customer, declines[0].ID)
	}
	voids, err := v.tx.Voids(v.customer, first, last)
	if err != nil {
		return err
	}
	if len(voids) > 0 {
		v.chain.violated("customer %d: void %d is in no link", v.customer, voids[0].ID)
	}
	audits, err := v.tx.AuditEvents(v.customer, first, last)
	if len(audits) > 0 {
		v.chain.violated("customer %d: audit event %d is in no link", v.customer, audits[0].ID)
	}
	if err != nil {
		return err
	}
	authors, err := v.tx.Authors(v.customer, first, last)
	if len(authors) > 0 {
		v.chain.violated("customer %d: the author of posting %d is in no link", v.customer, authors[0].Posting)
	}
	return err
}

// links reads the links from one on until they cover a window of ids.
func (v *verification) links(from int64) (list []store.Link, err error) {
	err = v.tx.EachLink(v.customer, from, func(l store.Link) error {
		list = append(list, l)
		if l.LastID-list[0].FirstID >= windowIDs || len(list) >= windowIDs {
			return errSkip
		}
		return nil
	})
	if errors.Is(err, errSkip) {
		err = nil
	}
	return list, err
}

// walk is where the chain has been followed to.
type walk struct {
	*verification
	next bank.TransactionID
	last store.Link

	late     map[bank.TransactionID]bank.Transaction // authorised transactions by the postings that cleared them, which come later
	reversed map[bank.TransactionID]bool             // authorised transactions that were taken back, whose reasons come later
}

// window checks some links with all their rows.
func (w *walk) window(links []store.Link) error {
	rows, err := w.rows(links[0].FirstID, links[len(links)-1].LastID)
	if err != nil {
		return err
	}
	for _, l := range links {
		w.chain.Checked++
		if l.No != w.last.No+1 || l.FirstID != w.next || l.LastID < l.FirstID-1 || l.At.Before(w.last.At) {
			w.chain.violated("customer %d link %d: does not continue link %d", w.customer, l.No, w.last.No)
		}
		part := rows.take(l.LastID)
		if part.Digest() != l.Digest {
			w.chain.violated("customer %d link %d: its rows (ids %d to %d) were changed", w.customer, l.No, l.FirstID, l.LastID)
		}
		if l.HashAfter(w.last.Hash, w.customer) != l.Hash {
			w.chain.violated("customer %d link %d: its hash is wrong", w.customer, l.No)
		}
		cleared := w.cleared(part)
		if ids := countIDs(part) + int64(len(cleared)); ids != int64(l.LastID-l.FirstID+1) {
			w.chain.violated("customer %d link %d: %d of %d ids are there", w.customer, l.No, ids, l.LastID-l.FirstID+1)
		}
		w.add(part, cleared)
		w.next, w.last = l.LastID+1, l
	}
	return nil
}

// countIDs counts the ids that rows account for: their own, and those that were taken away when the store came back. The
// posting that clears an authorised transaction has one of its own.
func countIDs(rows store.Rows) int64 {
	n := int64(len(rows.Transactions) + len(rows.Voids) + len(rows.Audits))
	for _, e := range rows.Audits {
		n += store.SkippedIDs(e)
	}
	return n
}

// rows reads everything with ids in a window.
func (w *walk) rows(first, last bank.TransactionID) (*window, error) {
	r := &window{}
	if last < first {
		return r, nil
	}
	var err error
	if r.Audits, err = w.tx.AuditEvents(w.customer, first, last); err != nil {
		return nil, err
	}
	err = w.tx.EachPosting(w.customer, first, last, func(p store.PostingRow) error {
		r.Postings = append(r.Postings, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = w.tx.EachTransaction(w.customer, first, last, func(t bank.Transaction) error {
		r.Transactions = append(r.Transactions, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.Authors, err = w.tx.Authors(w.customer, first, last); err != nil {
		return nil, err
	}
	if r.Declines, err = w.tx.Declines(w.customer, first, last); err != nil {
		return nil, err
	}
	if r.Voids, err = w.tx.Voids(w.customer, first, last); err != nil {
		return nil, err
	}
	// Operations without a file keep their words under their own id.
	err = w.tx.EachDetails(w.customer, 0, int64(first), int(last-first)+1, func(d bank.Details) error {
		if d.Origin.Line <= int64(last) {
			r.Details = append(r.Details, d)
		}
		return nil
	})
	return r, err
}

// window is the rows that were not yet taken by a link.
type window struct{ store.Rows }

// take removes and returns the rows with ids up to last.
func (r *window) take(last bank.TransactionID) (part store.Rows) {
	part.Postings, r.Postings = cut(r.Postings, func(p *store.PostingRow) bool { return p.ID <= last })
	part.Transactions, r.Transactions = cut(r.Transactions, func(t *bank.Transaction) bool { return t.ID <= last })
	part.Declines, r.Declines = cut(r.Declines, func(d *bank.Decline) bool { return d.ID <= last })
	part.Voids, r.Voids = cut(r.Voids, func(v *bank.Void) bool { return v.ID <= last })
	part.Details, r.Details = cut(r.Details, func(d *bank.Details) bool { return d.Origin.Line <= int64(last) })
	part.Authors, r.Authors = cut(r.Authors, func(a *bank.Author) bool { return a.Posting <= last })
	part.Audits, r.Audits = cut(r.Audits, func(e *bank.AuditEvent) bool { return e.ID <= last })
	return part
}

// cut splits a list before the first element that does not belong.
func cut[T any](list []T, belongs func(*T) bool) (head, tail []T) {
	n := 0
	for n < len(list) && belongs(&list[n]) {
		n++
	}
	return list[:n], list[n:]
}

// add counts the postings and transactions of one link, and the authorised transactions that its postings cleared.
func (w *walk) add(rows store.Rows, cleared []bank.Transaction) {
	for i := range rows.Postings {
		w.addPosting(&rows.Postings[i])
	}
	postings, declines := rows.Postings, rows.Declines
	for i := range rows.Transactions {
		t := &rows.Transactions[i]
		declines = w.addDecline(t, declines)
		for len(cleared) > 0 && cleared[0].Posting < t.ID {
			w.addTransaction(&cleared[0])
			cleared = cleared[1:]
		}
		for len(postings) > 1 && postings[1].ID <= t.ID {
			postings = postings[1:]
		}
		if t.Posting > t.ID {
			continue // stands where its posting does
		}
		if !sideOf(t, postings) {
			w.running.violated("customer %d transaction %d: is no side of its posting %d", w.customer, t.ID, t.Posting)
		}
		w.addTransaction(t)
	}
	for i := range cleared {
		w.addTransaction(&cleared[i])
	}
	w.addVoids(rows.Voids)
	for i := range rows.Audits {
		w.addAudit(&rows.Audits[i])
	}
}

// addDecline holds a transaction against the first of the reasons for which some were declined: one that was declined has a
// reason, which declines, and no posting; any other has no reason, and a posting once it is no longer only authorised.
func (w *walk) addDecline(t *bank.Transaction, declines []bank.Decline) (rest []bank.Decline) {
	w.declined.Checked++
	var reason bank.Reason
	if len(declines) > 0 && declines[0].ID == t.ID {
		reason, declines = declines[0].Reason, declines[1:]
	}
	switch declined := t.Status == bank.StatusDeclined; {
	case declined && t.Posting != 0:
		w.declined.violated("customer %d transaction %d: was declined and has posting %d", w.customer, t.ID, t.Posting)
	case declined && reason.Refusal() == nil:
		w.declined.violated("customer %d transaction %d: was declined for no reason", w.customer, t.ID)
	case !declined && reason != "":
		w.declined.violated("customer %d transaction %d: is %s and has a reason to be declined", w.customer, t.ID, t.Status)
	case t.Status == bank.StatusCleared && t.Posting == 0:
		w.declined.violated("customer %d transaction %d: is %s and has no posting", w.customer, t.ID, t.Status)
	}
	return declines
}

// sideOf tells whether a transaction is what one holder sees of the first of the postings. Whether one without a posting may
// be is for addDecline.
func sideOf(t *bank.Transaction, postings []store.PostingRow) bool {
	if t.Posting == 0 {
		return true
	}
	if len(postings) == 0 {
		return false
	}
	p := &postings[0]
	paid := t.Balance == p.To && t.Amount == p.Amount
	pays := t.Balance == p.From && t.Amount == -p.Amount
	return (paid || pays) && t.Posting == p.ID && t.At.Equal(p.PostedAt) && t.Origin.File == p.Origin.File && t.Origin.Line == p.Origin.Line
}

func (w *walk) addPosting(p *store.PostingRow) {
	w.chart.Checked++
	from, to := w.accounts[p.From], w.accounts[p.To]
	if from == nil || to == nil {
		w.chart.violated("customer %d posting %d: a balance is missing", w.customer, p.ID)
		return
	}
	if p.Amount <= 0 || from.Currency != to.Currency || !bank.PostingAllowed(from.Kind, to.Kind, p.Cause) {
		w.chart.violated("customer %d posting %d: %s to %s, %s, amount %d", w.customer, p.ID, from.Kind, to.Kind, p.Cause, p.Amount)
	}
	from.posted -= p.Amount
	to.posted += p.Amount
	if file := p.Origin.File; file > 0 {
		w.byFile[file] = w.byFile[file].Plus(p.Amount)
		if p.Outcome != 0 {
			if w.outcomes[file] == nil {
				w.outcomes[file] = map[bank.Outcome]int64{}
			}
			w.outcomes[file][p.Outcome]++
		}
	}
}

// addTransaction holds what a transaction left on its balance against those before it, in the order of their positions.
func (w *walk) addTransaction(t *bank.Transaction) {
	w.running.Checked++
	a := w.accounts[t.Balance]
	if a == nil {
		w.running.violated("customer %d transaction %d: its balance is missing", w.customer, t.ID)
		return
	}
	if !a.Kind.HasRow() {
		return
	}
	after := a.after
	if t.Posting != 0 {
		after += t.Amount
	}
	if t.BalanceAfter != after {
		w.running.violated("customer %d transaction %d: balance after %d, expected %d", w.customer, t.ID, t.BalanceAfter, after)
	}
	a.after = t.BalanceAfter
}
