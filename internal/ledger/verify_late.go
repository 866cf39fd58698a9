package ledger

import (
	"maps"
	"slices"

	"ims/internal/bank"
	"ims/internal/store"
)

// cleared returns the authorised transactions of earlier links that the postings of this one cleared, by posting, and notes
// those of this link that are authorised, were cleared later or taken back. So the walk holds as many as were open at once.
func (w *walk) cleared(rows store.Rows) (list []bank.Transaction) {
	for i := range rows.Postings {
		p := &rows.Postings[i]
		t, ok := w.late[p.ID]
		if !ok {
			continue
		}
		delete(w.late, p.ID)
		w.authorised.Checked++
		if t.Balance != p.From || t.Amount != -p.Amount || t.Status != bank.StatusCleared || t.At.After(p.PostedAt) {
			w.authorised.violated("customer %d transaction %d: is not what posting %d cleared", w.customer, t.ID, p.ID)
		}
		list = append(list, t)
	}
	for i := range rows.Transactions {
		w.note(&rows.Transactions[i])
	}
	return list
}

// note remembers a transaction that was authorised first, until what it moved on to is seen.
func (w *walk) note(t *bank.Transaction) {
	switch {
	case t.Status == bank.StatusAuthorized && t.Posting == 0:
		w.authorised.Checked++
		if a := w.accounts[t.Balance]; a != nil {
			a.authorised -= t.Amount
		}
	case t.Status == bank.StatusReversed && t.Posting == 0:
		w.reversed[t.ID] = true
	case t.Status == bank.StatusAuthorized || t.Status == bank.StatusReversed:
		w.authorised.violated("customer %d transaction %d: is %s and has posting %d", w.customer, t.ID, t.Status, t.Posting)
	case t.Posting > t.ID:
		if other, ok := w.late[t.Posting]; ok {
			w.authorised.violated("customer %d transactions %d and %d: posting %d cleared both", w.customer, other.ID, t.ID, t.Posting)
		}
		w.late[t.Posting] = *t
	}
}

// addVoids holds the reasons for which authorised transactions were taken back against them.
func (w *walk) addVoids(voids []bank.Void) {
	for _, v := range voids {
		w.authorised.Checked++
		if !w.reversed[v.Transaction] || v.Reason.Audience() == 0 {
			w.authorised.violated("customer %d void %d: transaction %d was not taken back, or for no reason", w.customer, v.ID, v.Transaction)
		}
		delete(w.reversed, v.Transaction)
	}
}

// unresolved tells of transactions whose posting or void never came.
func (w *walk) unresolved() {
	for _, posting := range slices.Sorted(maps.Keys(w.late)) {
		w.authorised.violated("customer %d transaction %d: posting %d, which cleared it, is missing", w.customer, w.late[posting].ID, posting)
	}
	for _, id := range slices.Sorted(maps.Keys(w.reversed)) {
		w.authorised.violated("customer %d transaction %d: was taken back for no reason", w.customer, id)
	}
}
