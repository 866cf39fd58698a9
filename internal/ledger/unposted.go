package ledger

import (
	"ims/internal/bank"
	"ims/internal/store"
)

// unposted is a transaction without a posting: it was declined, or is only authorised.
type unposted struct {
	status  bank.TransactionStatus
	balance bank.BalanceNo
	amount  int64 // > 0
	cause   bank.Cause
	reason  bank.Reason // why it was declined
	by      *bank.Actor
	words   *bank.Details
	behind  int // how many postings of the batch came before it
	id      bank.TransactionID
	kind    bank.BalanceKind
	after   int64
	hold    int // the index of what is reserved for it, -1: nothing
}

// addUnposted notes a transaction without a posting in the place that it has among the postings.
func (b *Batch) addUnposted(a *account, u unposted) int {
	u.behind, u.kind, u.after = len(b.moves), a.Kind, after(a)
	b.unposted = append(b.unposted, u)
	return len(b.unposted) - 1
}

// numberUnposted gives ids to the transactions without a posting from one on that came behind n postings of the batch, so
// that the balance of each is what the transactions before it left. It returns the first that came later.
func (b *Batch) numberUnposted(from, n int, head *store.Head, rows *store.Rows) int {
	for ; from < len(b.unposted) && b.unposted[from].behind == n; from++ {
		u := &b.unposted[from]
		u.id = head.NextID
		head.NextID++
		origin := bank.Origin{Line: int64(u.id)}
		rows.Transactions = append(rows.Transactions, bank.Transaction{ID: u.id, Balance: u.balance, Type: bank.TypeOf(u.cause, u.kind, true),
			Status: u.status, Amount: -u.amount, BalanceAfter: u.after, At: b.at, Origin: origin})
		if u.reason != "" {
			rows.Declines = append(rows.Declines, bank.Decline{ID: u.id, Reason: u.reason})
		}
		if u.hold >= 0 {
			b.holds[u.hold].Origin = origin
		}
		if u.by != nil {
			rows.Authors = append(rows.Authors, bank.Author{Posting: u.id, Actor: u.by.Name, Origin: u.by.Origin})
		}
		if u.words != nil {
			words := *u.words
			words.Origin = origin
			rows.Details = append(rows.Details, words)
		}
	}
	return from
}
