package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
)

// Invented accounts of invented banks.
const (
	outside     = "39222222220000000012345678"
	master      = "83111111110000000000000010"
	neverIssued = "PL111111117700"
)

// The checks of Verify by their names, which operators read.
const (
	trial     = "trial balance is zero"
	balances  = "every balance equals its postings"
	funds     = "available is never below zero"
	technical = "technical balance equals its open posted items"
	chart     = "no posting breaks the chart of accounts"
	running   = "transactions continue each balance"
	unmoved   = "declined transactions moved nothing, all others have their posting"
	open      = "held of each balance equals its open holds"
	moved     = "authorised transactions have their money reserved, and those taken back a reason"
	agreeing  = "transfers agree with their transactions, holds, steps and order files"
	once      = "no line was posted twice"
	whole     = "executed files equal their postings"
	chain     = "ids and chain are unbroken"
	words     = "words of files are what was validated"
)

// onboarded is a customer as the rooms above make one, who has received a file with every kind of outcome and some API
// operations.
func onboarded(t *testing.T, db *store.DB) *books {
	t.Helper()
	ctx := context.Background()
	onboard, people := customers.New(db, clock), accounts.New(db, clock)
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c, err := onboard.Create(ctx, bank.System(0, "test"), "Demo Pay", settings)
	must(t, err)
	actor := bank.System(c.ID, "test")
	m, err := onboard.AddMasterAccount(ctx, actor, customers.NewMasterAccount{IBAN: master, Currency: money.PLN, Acceptance: bank.ByRecord})
	must(t, err)
	_, err = onboard.AddBaseIBAN(ctx, actor, customers.NewBaseIBAN{Base: neverIssued, MasterAccount: m.ID})
	must(t, err)
	u, err := people.CreateUser(ctx, actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	must(t, err)
	k := &books{db: db, customer: c.ID, bank: m.BankBalance}
	var numbers []string
	for range 3 {
		v, err := people.CreateBalance(ctx, actor, u.ID, money.PLN)
		must(t, err)
		k.users, k.all, numbers = append(k.users, v.Balance), append(k.all, v.No), append(numbers, v.Accounts[0].IBAN.String()[2:])
	}
	k.special(t)
	_, err = people.Block(ctx, actor, accounts.NewBlock{Target: bank.BlockBalance, TargetKey: k.users[2].ID.String(), Kind: bank.BlockByCourt, Direction: bank.BlockBoth})
	must(t, err)
	k.execute(t, actor, m.ID, record(outside, numbers[0], 10_000, "CREDIT")+record(outside, numbers[2], 500, "FROZEN")+
		record(numbers[0], numbers[1], 300, "INTERNAL")+record(numbers[0], outside, 200, "DEBIT")+record(numbers[1], outside, 1_000, "SHORTFALL")+
		record(outside, master, 700, "UNASSIGNED"))
	k.fund(t, 5_000)
	w := newWriter(t, db)
	for i := range 3 {
		_, err := w.Post(ctx, k.credit(k.users[0], int64(100+i), fmt.Sprint(i)))
		must(t, err)
	}
	_, err = w.Post(ctx, k.debit(k.users[0], 1_000_000, "short"))
	wantError(t, "a short debit", err, bank.ErrInsufficientFunds)
	k.authorise(t, k.users[0].No, 11)
	cleared, voided := k.authorise(t, k.users[0].No, 22), k.authorise(t, k.users[0].No, 33)
	_, err = k.clear(cleared)
	must(t, err)
	must(t, k.void(voided, bank.ReasonRejected))
	k.order(t, k.users[0].ID, 44)
	return k
}

// order is a transfer that waits to be sent.
func (k *books) order(t *testing.T, payer bank.ID, amount int64) {
	t.Helper()
	ctx := bank.WithIdempotency(context.Background(), &bank.Idempotency{Key: "order"})
	program := bank.Actor{Customer: k.customer, Kind: bank.ActorCertificate, Name: "V-Demo-App", Permissions: bank.AllPermissions()}
	_, err := transfers.New(k.db, nil, transfers.WithClock(clock)).Order(ctx, program, transfers.Order{Payer: payer, Amount: money.New(amount, money.PLN),
		Payee: "PL" + outside, PayeeName: "ANNA PROBNA", Title: "ORDER"})
	must(t, err)
}

// special finds the customer's own balances.
func (k *books) special(t *testing.T) {
	t.Helper()
	for no, b := range k.balances(t) {
		switch b.Kind {
		case bank.KindOwn:
			k.own = no
		case bank.KindTechnical:
			k.technical = no
		}
	}
	k.all = append(k.all, k.own, k.technical, k.bank)
}

func record(payer, payee string, amount int64, title string) string {
	return fmt.Sprintf("110,20261120,%d,%s,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", amount, payer[2:10], payer, payee, "JAN TESTOWY",
		"ANNA PROBNA", payee[2:10], title)
}

// execute takes a file from upload to Executed, in chunks of two records.
func (k *books) execute(t *testing.T, actor bank.Actor, m bank.ID, content string) {
	t.Helper()
	ctx := context.Background()
	service := files.New(files.Config{DB: k.db, Now: clock, Lease: 300 * time.Millisecond, Chunk: 2})
	f, err := service.Receive(ctx, actor, files.Upload{Name: "day.pli", MasterAccount: m, Body: strings.NewReader(content)})
	must(t, err)
	must(t, service.RunFile(ctx, "w", k.customer, f.ID))
	_, _, err = service.Execute(ctx, actor, f.ID)
	must(t, err)
	must(t, service.RunFile(ctx, "w", k.customer, f.ID))
	if f, err = service.File(ctx, actor, f.ID); err != nil || f.Status != bank.FileExecuted {
		t.Fatalf("the file is %s, %v", f.Status, err)
	}
}

// tamper is one change behind the ledger's back and what Verify must say about it.
type tamper struct {
	name   string
	tables []string // that it changes
	sql    []string
	undo   []string // beside putting the rows back
	want   []string // checks that must fail; others may as well
}

func change(name, table, statement string, want ...string) tamper {
	return tamper{name: name, tables: []string{table}, sql: []string{statement}, want: want}
}

const (
	anyUser    = "customer_id = 1 AND no = (SELECT MIN(no) FROM balances WHERE customer_id = 1 AND kind = 1)"
	firstID    = "customer_id = 1 AND id = (SELECT MIN(id) FROM %[1]s WHERE customer_id = 1)"
	middleLink = "customer_id = 1 AND no = (SELECT MAX(no) / 2 FROM links WHERE customer_id = 1)"
	lastLink   = "customer_id = 1 AND no = (SELECT MAX(no) FROM links WHERE customer_id = 1)"
	inserted   = "INSERT INTO postings (customer_id, id, from_no, to_no, amount, cause, outcome, booking_date, value_date, posted_at, file_no, line, leg) SELECT 1, %s, from_no, to_no, amount, cause, 0, booking_date, value_date, posted_at, 0, 999999, 0 FROM postings WHERE " + oneIncoming
	oneSide    = "customer_id = 1 AND id = (SELECT MIN(t.id) FROM transactions t JOIN balances b ON b.customer_id = t.customer_id AND b.no = t.balance_no WHERE t.customer_id = 1 AND b.kind = 1)"
	// A credit of the file; ids are the customer's.
	oneIncoming = "customer_id = 1 AND id = (SELECT MIN(id) FROM postings WHERE customer_id = 1 AND cause = 1 AND file_no = 1)"
)

var moneyTampers = []tamper{
	change("more money on a balance", "balances", "UPDATE balances SET booked = booked + 1 WHERE "+anyUser, balances, trial),
	change("money moved between balances", "balances", "UPDATE balances SET booked = booked + CASE WHEN "+anyUser+" THEN 5 ELSE -5 END WHERE customer_id = 1 AND kind IN (1, 2) AND no IN (SELECT MIN(no) FROM balances WHERE customer_id = 1 AND kind IN (1, 2) GROUP BY kind)", balances),
	change("more held", "balances", "UPDATE balances SET held = held + 1 WHERE "+anyUser, open),
	change("an order that is thought to be sent", "transfers", "UPDATE transfers SET status = 'SENT' WHERE customer_id = 1", agreeing),
	change("an order of another amount", "transfers", "UPDATE transfers SET amount = amount + 1 WHERE customer_id = 1", agreeing),
	change("a step is gone", "transfer_steps", "DELETE FROM transfer_steps WHERE customer_id = 1", agreeing),
	change("a hold released by hand", "holds", "UPDATE holds SET released_at = 1 WHERE customer_id = 1", open, moved),
	{"more held than there is", []string{"balances", "holds"}, []string{"UPDATE balances SET held = booked + 1 WHERE customer_id = 1 AND held > 0",
		"UPDATE holds SET amount = (SELECT b.held FROM balances b WHERE b.customer_id = 1 AND b.no = balance_no) WHERE customer_id = 1"}, nil, []string{funds}},
	change("a balance is gone", "balances", "DELETE FROM balances WHERE "+anyUser, chart, trial),
	change("another kind of balance", "balances", "UPDATE balances SET kind = 3 WHERE "+anyUser, chart),
	change("another currency", "balances", "UPDATE balances SET currency = 'EUR' WHERE "+anyUser, chart, trial),
	change("another delta of the bank", "balance_deltas", "UPDATE balance_deltas SET amount = amount - 1 WHERE customer_id = 1 AND balance_no IN (SELECT no FROM balances WHERE customer_id = 1 AND kind = 5)", balances, trial),
	change("a delta of the technical balance is gone", "balance_deltas", "DELETE FROM balance_deltas WHERE customer_id = 1 AND balance_no IN (SELECT no FROM balances WHERE customer_id = 1 AND kind = 3)", balances, technical),
	change("an item is gone", "items", "DELETE FROM items WHERE customer_id = 1 AND state = 'POSTED'", technical),
	change("an item of another amount", "items", "UPDATE items SET amount = amount + 1 WHERE customer_id = 1 AND state = 'POSTED'", technical),
	change("an item closed by hand", "items", "UPDATE items SET status = 'ASSIGNED' WHERE customer_id = 1 AND state = 'POSTED'", technical),
	change("a claimed item made posted", "items", "UPDATE items SET state = 'POSTED' WHERE customer_id = 1 AND state = 'CLAIMED'", technical),
}

var postingTampers = []tamper{
	change("a posting of another amount", "postings", "UPDATE postings SET amount = amount + 1 WHERE "+oneIncoming, chain, balances, whole),
	change("a posting to somebody else", "postings", "UPDATE postings SET to_no = (SELECT MAX(no) FROM balances WHERE customer_id = 1 AND kind = 1) WHERE "+oneIncoming, chain, balances),
	change("a posting is gone", "postings", "DELETE FROM postings WHERE "+oneIncoming, chain, balances, whole),
	change("a posting outside the chart", "postings", "UPDATE postings SET cause = 4 WHERE "+oneIncoming, chart, chain),
	change("a posting the other way", "postings", "UPDATE postings SET from_no = to_no, to_no = from_no WHERE "+oneIncoming, chart, chain, balances),
	change("another booking date", "postings", "UPDATE postings SET booking_date = '2026-11-19' WHERE "+oneIncoming, chain),
	change("another value date", "postings", "UPDATE postings SET value_date = '2026-11-19' WHERE "+oneIncoming, chain),
	change("another instant", "postings", "UPDATE postings SET posted_at = posted_at + 1 WHERE "+oneIncoming, chain),
	change("another outcome", "postings", "UPDATE postings SET outcome = 8 WHERE "+oneIncoming, chain, whole),
	change("a posting that was put in behind the end", "postings", fmt.Sprintf(inserted, "1000000"), chain),
	change("a posting that was put in before the beginning", "postings", fmt.Sprintf(inserted, "-5"), chain),
	{"a line posted twice", []string{"postings"}, []string{"DROP INDEX postings_origin", "UPDATE postings SET line = 1 WHERE customer_id = 1 AND file_no = 1 AND leg = 0"},
		[]string{"CREATE UNIQUE INDEX postings_origin ON postings (customer_id, file_no, line, leg)"}, []string{once, chain}},
	change("a transaction is gone", "transactions", "DELETE FROM transactions WHERE "+oneSide, chain, running),
	change("a transaction of another amount", "transactions", "UPDATE transactions SET amount = amount + 1 WHERE "+oneSide, chain, running),
	change("a transaction of somebody else", "transactions", "UPDATE transactions SET balance_no = (SELECT MAX(no) FROM balances WHERE customer_id = 1 AND kind = 1) WHERE "+oneSide, chain, running),
	change("another balance after", "transactions", "UPDATE transactions SET balance_after = balance_after + 1 WHERE "+oneSide, running, chain),
	change("another type", "transactions", "UPDATE transactions SET type = 5 WHERE "+oneSide, chain),
	change("a transaction of another posting", "transactions", "UPDATE transactions SET posting_id = (SELECT MAX(id) FROM postings WHERE customer_id = 1) WHERE "+oneSide, running, chain),
	change("a transaction of no posting", "transactions", "UPDATE transactions SET posting_id = NULL WHERE "+oneSide, running, chain),
	change("a transaction at another time", "transactions", "UPDATE transactions SET at = at - 1 WHERE "+oneSide, running, chain),
	change("a transaction that was put in behind the end", "transactions", "INSERT INTO transactions (customer_id, id, balance_no, posting_id, type, status, amount, balance_after, at, file_no, line) SELECT 1, 1000000, balance_no, posting_id, type, status, amount, balance_after, at, 0, 1 FROM transactions WHERE "+oneSide, chain),
}

const oneDeclined = "customer_id = 1 AND id = (SELECT MIN(id) FROM declines WHERE customer_id = 1)"

var declineTampers = []tamper{
	change("a reason is gone", "declines", "DELETE FROM declines", unmoved, chain),
	change("another reason", "declines", "UPDATE declines SET reason = 'BALANCE_CLOSED'", chain),
	change("a reason that declines nothing", "declines", "UPDATE declines SET reason = 'REFUSED'", unmoved, chain),
	change("a reason of somebody else", "declines", "UPDATE declines SET id = id - 1", unmoved, chain),
	change("a reason behind the end", "declines", "UPDATE declines SET id = 1000000", unmoved, chain),
	change("one more reason behind the end", "declines", "INSERT INTO declines (customer_id, id, reason) VALUES (1, 1000000, 'INSUFFICIENT_FUNDS')", chain),
	change("what was declined is cleared", "transactions", "UPDATE transactions SET status = 2 WHERE "+oneDeclined, unmoved),
	change("what was declined is authorised", "transactions", "UPDATE transactions SET status = 1 WHERE "+oneDeclined, unmoved),
	change("what was declined has a posting", "transactions", "UPDATE transactions SET posting_id = (SELECT MIN(id) FROM postings WHERE customer_id = 1) WHERE "+oneDeclined, unmoved, running, chain),
	change("what was declined has a posting with no number", "transactions", "UPDATE transactions SET posting_id = -1 WHERE "+oneDeclined, unmoved),
	change("what was declined moved the balance", "transactions", "UPDATE transactions SET balance_after = balance_after + amount WHERE "+oneDeclined, running),
	change("what was declined is of another amount", "transactions", "UPDATE transactions SET amount = amount - 1 WHERE "+oneDeclined, chain),
	change("what was cleared is declined", "transactions", "UPDATE transactions SET status = 4 WHERE "+oneSide, unmoved),
	change("what was cleared has no posting", "transactions", "UPDATE transactions SET posting_id = NULL WHERE "+oneSide, unmoved, chain),
}

const (
	oneWaiting = "customer_id = 1 AND status = 1 AND type = 2"
	oneCleared = "customer_id = 1 AND posting_id > id"
	oneVoided  = "customer_id = 1 AND status = 3 AND posting_id IS NULL"
)

var transferTampers = []tamper{
	change("what waits was taken back by hand", "transactions", "UPDATE transactions SET status = 3 WHERE "+oneWaiting, moved),
	change("what waits was cleared by hand", "transactions", "UPDATE transactions SET status = 2 WHERE "+oneWaiting, unmoved, moved),
	change("what waits has a posting", "transactions", "UPDATE transactions SET posting_id = (SELECT MAX(id) FROM postings WHERE customer_id = 1) WHERE "+oneWaiting, moved),
	change("what was cleared waits again", "transactions", "UPDATE transactions SET status = 1, posting_id = NULL WHERE "+oneCleared, moved, chain),
	change("what was cleared belongs to no posting", "transactions", "UPDATE transactions SET posting_id = posting_id + 1 WHERE "+oneCleared, moved, chain),
	change("what was cleared left another balance", "transactions", "UPDATE transactions SET balance_after = balance_after + 1 WHERE "+oneCleared, running),
	change("what was cleared is of another amount", "transactions", "UPDATE transactions SET amount = amount - 1 WHERE "+oneCleared, moved, chain),
	change("what was cleared is of somebody else", "transactions", "UPDATE transactions SET balance_no = (SELECT MAX(no) FROM balances WHERE customer_id = 1 AND kind = 1) WHERE "+oneCleared, moved, chain),
	change("what was taken back waits again", "transactions", "UPDATE transactions SET status = 1 WHERE "+oneVoided, moved),
	change("why it was taken back is gone", "voids", "DELETE FROM voids", moved, chain),
	change("it was taken back for another reason", "voids", "UPDATE voids SET reason = 'WITHDRAWN'", chain),
	change("another was taken back", "voids", "UPDATE voids SET transaction_id = transaction_id - 1", moved, chain),
	change("a void that was put in behind the end", "voids", "INSERT INTO voids (customer_id, id, transaction_id, reason, at) VALUES (1, 1000000, 1000000, 'REJECTED', 1)", chain),
	change("what is reserved for it is another amount", "holds", "UPDATE holds SET amount = amount + 1 WHERE customer_id = 1 AND reason = 'TRANSFER' AND released_at IS NULL", open, moved),
}

var wordTampers = []tamper{
	change("the words of a file's record", "details", "UPDATE details SET title = title || '.' WHERE customer_id = 1 AND file_no = 1 AND line = 2", words),
	change("the payer of a file's record", "details", "UPDATE details SET payer_name = 'SOMEBODY' WHERE customer_id = 1 AND file_no = 1 AND line = 1", words),
	change("the words of a record are gone", "details", "DELETE FROM details WHERE customer_id = 1 AND file_no = 1 AND line = 2", words),
	change("the words of an API operation", "details", "UPDATE details SET title = 'OTHER' WHERE customer_id = 1 AND file_no = 0", chain),
	change("the reference of an API operation", "details", "UPDATE details SET reference = '' WHERE customer_id = 1 AND file_no = 0", chain),
	change("the words of an API operation are gone", "details", "DELETE FROM details WHERE customer_id = 1 AND file_no = 0", chain),
	change("who did it", "audit_events", "UPDATE audit_events SET actor = 'somebody' WHERE "+fmt.Sprintf(firstID, "audit_events"), chain),
	change("what was done", "audit_events", "UPDATE audit_events SET after = '{}' WHERE customer_id = 1 AND action = '"+ledger.FileValidated+"'", chain, words),
	change("an event is gone", "audit_events", "DELETE FROM audit_events WHERE "+fmt.Sprintf(firstID, "audit_events"), chain),
	change("an event that was put in behind the end", "audit_events", "INSERT INTO audit_events (customer_id, id, at, actor, action, object, before, after) SELECT 1, 1000000, at, actor, action, object, before, after FROM audit_events WHERE "+fmt.Sprintf(firstID, "audit_events"), chain),
	change("a link is gone", "links", "DELETE FROM links WHERE "+middleLink, chain),
	change("the first link is gone", "links", "DELETE FROM links WHERE customer_id = 1 AND no = 1", chain),
	change("the last link is gone", "links", "DELETE FROM links WHERE "+lastLink, chain),
	change("all links are gone", "links", "DELETE FROM links WHERE customer_id = 1", chain),
	change("a link of another time", "links", "UPDATE links SET at = at + 1 WHERE "+middleLink, chain),
	change("a link of other rows", "links", "UPDATE links SET last_id = last_id + 1 WHERE "+middleLink, chain),
	change("another hash", "links", "UPDATE links SET hash = digest WHERE "+middleLink, chain),
	change("another digest", "links", "UPDATE links SET digest = hash WHERE "+middleLink, chain),
	change("the head forgot ids", "heads", "UPDATE heads SET next_id = next_id - 1 WHERE customer_id = 1", chain),
	change("the head skips ids", "heads", "UPDATE heads SET next_id = next_id + 1 WHERE customer_id = 1", chain),
	change("the head forgot a link", "heads", "UPDATE heads SET next_link = next_link - 1 WHERE customer_id = 1", chain),
	change("the head expects a link", "heads", "UPDATE heads SET next_link = next_link + 1 WHERE customer_id = 1", chain),
	change("the head knows another hash", "heads", "UPDATE heads SET last_hash = (SELECT digest FROM links WHERE customer_id = 1 AND no = 1) WHERE customer_id = 1", chain),
	change("a chunk counts other outcomes", "file_chunks", `UPDATE file_chunks SET outcomes = replace(outcomes, '"CREDITED"', '"OWN"') WHERE customer_id = 1`, whole),
	change("a chunk counts no postings", "file_chunks", `UPDATE file_chunks SET outcomes = replace(outcomes, '"POSTINGS"', '"OWN"') WHERE customer_id = 1`, whole),
	change("a chunk is gone", "file_chunks", "DELETE FROM file_chunks WHERE customer_id = 1 AND chunk = (SELECT MIN(chunk) FROM file_chunks)", whole),
	change("the file has more records", "transaction_files", `UPDATE transaction_files SET totals = replace(totals, '"records":6', '"records":7') WHERE customer_id = 1`, whole),
	change("the file has more chunks", "transaction_files", `UPDATE transaction_files SET chunks = chunks + 1 WHERE customer_id = 1`, whole),
	change("the file is gone", "transaction_files", "DELETE FROM transaction_files WHERE customer_id = 1", whole),
}

// TestVerifySeesEveryTamper changes the store behind the ledger's back in every way there is, one at a time, and puts it
// back.
func TestVerifySeesEveryTamper(t *testing.T) {
	t.Parallel()
	storetest.EachSite(t, func(t *testing.T, site storetest.Site) {
		db, raw := site.Open(t), site.Raw(t)
		onboarded(t, db)
		proven(t, db)
		disarm(t, db.EngineName(), raw)
		for _, list := range [][]tamper{moneyTampers, postingTampers, declineTampers, transferTampers, wordTampers} {
			for _, c := range list {
				c.check(t, db, raw)
			}
		}
		proven(t, db)
	})
}

// disarm takes away the triggers that make tables append-only, as somebody with the rights of an administrator can.
func disarm(t *testing.T, engine string, raw *sql.DB) {
	t.Helper()
	if engine == "postgres" {
		for _, table := range []string{"postings", "transactions", "links", "audit_events", "declines", "voids", "transfers", "transfer_steps"} {
			exec(t, raw, "ALTER TABLE "+table+" DISABLE TRIGGER USER")
		}
		return
	}
	for _, name := range []string{"postings_no_update", "postings_no_delete", "transactions_no_delete", "transactions_forward", "links_no_update",
		"links_no_delete", "audit_no_update", "audit_no_delete", "declines_no_update", "declines_no_delete", "voids_no_update", "voids_no_delete",
		"transfers_no_delete", "transfers_forward", "transfer_steps_no_update", "transfer_steps_no_delete"} {
		exec(t, raw, "DROP TRIGGER "+name)
	}
}

func exec(t *testing.T, raw *sql.DB, statement string) int64 {
	t.Helper()
	result, err := raw.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	n, err := result.RowsAffected()
	must(t, err)
	return n
}

func (c tamper) check(t *testing.T, db *store.DB, raw *sql.DB) {
	t.Helper()
	for _, table := range c.tables {
		exec(t, raw, "CREATE TABLE saved_"+table+" AS SELECT * FROM "+table)
	}
	for _, statement := range c.sql {
		if n := exec(t, raw, statement); n == 0 && !strings.HasPrefix(statement, "DROP") {
			t.Errorf("%s: nothing was changed", c.name)
		}
	}
	failed := violated(t, db, 1)
	for _, name := range c.want {
		if len(failed[name]) == 0 {
			t.Errorf("%s: Verify does not say that %q is violated; it says %v", c.name, name, failed)
		}
	}
	for _, table := range c.tables {
		exec(t, raw, "DELETE FROM "+table)
		exec(t, raw, "INSERT INTO "+table+" SELECT * FROM saved_"+table)
		exec(t, raw, "DROP TABLE saved_"+table)
	}
	for _, statement := range c.undo {
		exec(t, raw, statement)
	}
}

// TestVerifyCounts: a proof over nothing would be one too.
func TestVerifyCounts(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	k := onboarded(t, db)
	other := newBooks(t, db, 1)
	other.pay(t, other.users[0].No, 1)
	proof, err := ledger.Verify(context.Background(), db)
	must(t, err)
	if len(proof.Checks) != 14 {
		t.Errorf("%d checks", len(proof.Checks))
	}
	for _, c := range proof.Checks {
		if c.Checked == 0 {
			t.Errorf("%s: nothing was checked", c.Name)
		}
		if c.Name == chart && c.Checked != int64(len(k.postings(t))+1) {
			t.Errorf("%d postings were checked, there are %d", c.Checked, len(k.postings(t))+1)
		}
	}
}

// TestVerifyUnderLoad proves a store that is being written to.
func TestVerifyUnderLoad(t *testing.T) {
	each(t, 4, func(t *testing.T, k *books) {
		k.fund(t, 100_000)
		w := newWriter(t, k.db)
		posted := make(chan error, 1)
		go func() {
			var err error
			for i := 0; err == nil && i < 40; i++ {
				_, err = w.Post(context.Background(), k.credit(k.users[i%4], 1, fmt.Sprint(i)))
			}
			posted <- err
		}()
		for {
			proven(t, k.db, k.customer)
			select {
			case err := <-posted:
				must(t, err)
				return
			default:
			}
		}
	})
}
