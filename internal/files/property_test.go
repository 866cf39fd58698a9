package files_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestAgainstOracle lets random files, API operations, blocks, locks, closures and decisions come in any order, and compares
// every amount with the oracle's after each. It ends in the ledger's own proof.
func TestAgainstOracle(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		must(t, flag.Set("rapid.checks", "12")) // a few seconds; more when asked
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			p := newPlay(rt, db)
			for range rapid.IntRange(8, 24).Draw(rt, "steps") {
				p.step()
				p.compare()
			}
			p.proven()
		})
	})
}

// play is a customer in the store and the same customer in the oracle.
type play struct {
	*scene
	rt            *rapid.T
	oracle        *oracle
	writer        *ledger.Writer
	master, never string
	files, keys   int
}

var sites atomic.Int64

// nrb puts the check digits before 24 digits of a Polish account.
func nrb(digits string) string {
	rest := 0
	for _, d := range digits + "252100" {
		rest = (rest*10 + int(d-'0')) % 97
	}
	return fmt.Sprintf("%02d%s", 98-rest, digits)
}

func newPlay(rt *rapid.T, db *store.DB) *play {
	site := sites.Add(1)
	p := &play{rt: rt, oracle: &oracle{byRecord: rapid.Bool().Draw(rt, "by record"), executed: map[sent]int{}, items: map[bank.Reason]int64{}}}
	acceptance := bank.Strict
	if p.oracle.byRecord {
		acceptance = bank.ByRecord
	}
	p.master = nrb(fmt.Sprintf("11111111%016d", 10+site))
	prefix := fmt.Sprintf("11111111%04d", 2_000+site)
	p.never = nrb(prefix + "999999999999")
	p.scene = newSceneAt(rt, db, acceptance, p.master, "PL"+prefix)
	p.scene.files = p.service(rapid.IntRange(1, 9).Draw(rt, "chunk"))
	euro, err := customers.New(db, clock).AddMasterAccount(context.Background(), p.actor,
		customers.NewMasterAccount{IBAN: nrb(fmt.Sprintf("11111111%016d", 1_000_000+site)), Currency: money.EUR})
	must(rt, err)
	_, err = customers.New(db, clock).AddBaseIBAN(context.Background(), p.actor,
		customers.NewBaseIBAN{Base: fmt.Sprintf("PL11111111%04d", 6_000+site), MasterAccount: euro.ID})
	must(rt, err)
	for _, currency := range []money.Currency{money.PLN, money.PLN, money.EUR, money.EUR} {
		p.enter(currency)
	}
	p.writer = ledger.NewWriter(db, clock)
	rt.Cleanup(p.writer.Close)
	return p
}

// enter creates an end user with a balance.
func (p *play) enter(currency money.Currency) {
	ctx := context.Background()
	u, err := p.accounts.CreateUser(ctx, p.actor, accounts.NewUser{Type: bank.Person, FirstName: "ANNA", LastName: "PROBNA"})
	must(p.t, err)
	v, err := p.accounts.CreateBalance(ctx, p.actor, u.ID, currency)
	must(p.t, err)
	p.oracle.people = append(p.oracle.people, person{view: v, user: u.ID, account: v.Accounts[0].IBAN.String()[2:], euro: currency == money.EUR})
}

// step does one thing, most often a file.
func (p *play) step() {
	steps := []func(){p.sendFile, p.sendFile, p.sendFile, p.single, p.single, p.toggleBlock, p.toggleLock, p.close, p.decide, p.decide}
	steps[rapid.IntRange(0, len(steps)-1).Draw(p.rt, "step")]()
}

func (p *play) account(party int) string {
	switch party {
	case atMaster:
		return p.master
	case atOutside:
		return outside
	case atNobody:
		return p.never
	}
	return p.oracle.people[party].account
}

// draw invents a record with a side of ours. Few titles and amounts, so that copies occur.
func (p *play) draw() sent {
	party := rapid.IntRange(atNobody, len(p.oracle.people)-1)
	r := sent{from: party.Draw(p.rt, "payer"), to: party.Draw(p.rt, "payee"), title: "T" + strconv.Itoa(rapid.IntRange(0, 1).Draw(p.rt, "title")),
		amount: rapid.Int64Range(1, 2).Draw(p.rt, "amount") * 100, bad: p.oracle.byRecord && rapid.IntRange(0, 9).Draw(p.rt, "bad") == 0}
	if r.from == r.to {
		r.from, r.to = atOutside, atMaster
	}
	return r
}

func (p *play) sendFile() {
	p.files++
	name := fmt.Sprintf("%d.pli", p.files)
	records := []sent{{from: atOutside, to: atMaster, amount: 1, title: name}} // no two files are equal
	for range rapid.IntRange(1, 8).Draw(p.rt, "records") {
		records = append(records, p.draw())
	}
	var content strings.Builder
	for _, r := range records {
		text := line(p.account(r.from), p.account(r.to), r.amount, r.title)
		if r.bad {
			text = strings.Replace(text, fmt.Sprintf(",%d,", r.amount), fmt.Sprintf(",%d.5,", r.amount), 1)
		}
		content.WriteString(text)
	}
	after := p.oracle.clone()
	if err := after.file(records); err != nil {
		if f := p.validated(name, content.String()); f.Status != bank.FileInvalid {
			p.rt.Fatalf("%s is %s, but %v", name, f.Status, err)
		}
		return
	}
	_, got := p.executed(name, content.String())
	delete(got, ledger.AllPostings)
	if diff := cmp.Diff(after.outcomes, got); diff != "" {
		p.rt.Fatalf("outcomes of %s (-want +got):\n%s\n%s", name, diff, content.String())
	}
	p.oracle = after
}

func (p *play) someone(label string) *person {
	return &p.oracle.people[rapid.IntRange(0, len(p.oracle.people)-1).Draw(p.rt, label)]
}

// single is a credit or debit through the API.
func (p *play) single() {
	who, debit, amount := p.someone("of"), rapid.Bool().Draw(p.rt, "debit"), rapid.Int64Range(1, 300).Draw(p.rt, "amount")
	p.keys++
	key := bank.Idempotency{Key: strconv.Itoa(p.keys), Digest: sha256.Sum256([]byte(strconv.Itoa(p.keys)))}
	op := ledger.Single{Actor: p.actor, Key: key, Debit: debit, Balance: who.view.ID, Amount: money.New(amount, money.PLN)}
	var want error
	switch {
	case who.euro:
		want = bank.ErrCurrencyMismatch
	case who.closed:
		want = bank.ErrBalanceClosed
	case who.blocks(!debit):
		want = bank.ErrBlocked
	case debit && who.free() < amount, !debit && p.oracle.own < amount:
		want = bank.ErrInsufficientFunds
	case debit:
		who.booked, p.oracle.own = who.booked-amount, p.oracle.own+amount
	default:
		who.booked, p.oracle.own = who.booked+amount, p.oracle.own-amount
		who.repay()
	}
	for range 2 { // the second is a repetition of the first
		if _, err := p.writer.Post(context.Background(), op); !errors.Is(err, want) {
			p.rt.Fatalf("debit %v of %d: %v, want %v", debit, amount, err, want)
		}
	}
}

func (p *play) toggleBlock() {
	who, ctx := p.someone("of"), context.Background()
	if who.block != "" {
		must(p.t, p.accounts.Lift(ctx, p.actor, who.view.ID.String(), who.blockID))
		who.block = ""
		who.thaw()
		return
	}
	var err error
	who.block = rapid.SampledFrom([]bank.BlockDirection{bank.BlockCredits, bank.BlockDebits, bank.BlockBoth}).Draw(p.rt, "direction")
	who.blockID, err = p.block(who.view.ID, who.block)
	must(p.t, err)
}

func (p *play) toggleLock() {
	who, status := p.someone("of"), bank.UserLocked
	if who.locked {
		status = bank.UserActive
	}
	_, err := p.accounts.UpdateUser(context.Background(), p.actor, who.user, func(u *bank.User) error { u.Status = status; return nil })
	must(p.t, err)
	who.locked = !who.locked
	who.thaw()
}

func (p *play) close() {
	who := p.someone("of")
	var want error
	switch {
	case who.closed:
		want = bank.ErrBalanceClosed
	case who.booked != 0 || who.owed != 0:
		want = bank.ErrBalanceNotEmpty
	}
	if _, err := p.accounts.CloseBalance(context.Background(), p.actor, who.view.ID); !errors.Is(err, want) {
		p.rt.Fatalf("close: %v, want %v", err, want)
	}
	who.closed = true
	if want != nil && !errors.Is(want, bank.ErrBalanceClosed) {
		who.closed = false
	}
}

// decide assigns or settles an open item.
func (p *play) decide() {
	ctx := context.Background()
	list, err := p.scene.files.Items(ctx, p.actor, storeFilter())
	must(p.t, err)
	if len(list) == 0 {
		return
	}
	item := list[rapid.IntRange(0, len(list)-1).Draw(p.rt, "item")]
	if item.State == bank.ItemClaimed {
		_, _, err := p.scene.files.Settle(ctx, p.actor, item.ID, "looked at")
		must(p.t, err)
		p.take(item)
		return
	}
	if rapid.Bool().Draw(p.rt, "to own funds") {
		_, _, err := p.scene.files.Assign(ctx, p.actor, item.ID, files.Target{OwnFunds: true}, "ours")
		must(p.t, err)
		p.take(item)
		p.oracle.own += item.Amount
		return
	}
	who := p.someone("to")
	var want error
	switch {
	case who.closed:
		want = bank.ErrBalanceClosed
	case who.euro:
		want = bank.ErrCurrencyMismatch
	default:
		p.take(item)
		who.arrive(item.Amount)
	}
	if _, _, err := p.scene.files.Assign(ctx, p.actor, item.ID, files.Target{Balance: who.view.ID}, "theirs"); !errors.Is(err, want) {
		p.rt.Fatalf("assign: %v, want %v", err, want)
	}
}

// take removes an item that was decided.
func (p *play) take(item bank.Item) {
	p.oracle.items[item.Reason] -= item.Amount
	if item.State == bank.ItemPosted {
		p.oracle.technical -= item.Amount
	}
}

// compare holds every amount against the oracle's.
func (p *play) compare() {
	want, got := map[string]int64{}, map[string]int64{}
	for i := range p.oracle.people {
		who := &p.oracle.people[i]
		b, owed := p.stored(who.view.No)
		name := strconv.Itoa(i)
		want[name+" booked"], want[name+" held"], want[name+" owes"] = who.booked, who.held+who.reserved, who.owed
		got[name+" booked"], got[name+" held"], got[name+" owes"] = b.Booked, b.Held, owed
	}
	want["own"], want["technical"], want["receivable"] = p.oracle.own, p.oracle.technical, p.oracle.receivable
	list, err := p.accounts.Funds(context.Background(), p.actor)
	must(p.t, err)
	names := map[bank.BalanceKind]string{bank.KindOwn: "own", bank.KindTechnical: "technical", bank.KindReceivable: "receivable"}
	for _, f := range list {
		if name := names[f.Kind]; name != "" && f.Currency == money.PLN {
			got[name] = f.Amount
		}
	}
	for reason, amount := range p.oracle.items {
		if amount != 0 {
			want[string(reason)] = amount
		}
	}
	for reason, amount := range p.items() {
		if amount != 0 {
			got[string(reason)] = amount
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.rt.Fatalf("amounts (-want +got):\n%s", diff)
	}
}

// stored reads a balance and what its receivable is owed.
func (p *play) stored(no bank.BalanceNo) (b bank.Balance, owed int64) {
	must(p.t, p.db.Read(context.Background(), func(tx *store.Tx) error {
		list, err := tx.BalancesByNo(p.actor.Customer, []bank.BalanceNo{no, no.Companion()})
		for _, row := range list {
			if row.No == no {
				b = row
			} else {
				owed = -row.Booked
			}
		}
		return err
	}))
	return b, owed
}
