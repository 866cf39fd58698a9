package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
)

// TestTransfersAgainstOracle lets random orders, order files, files of the bank, refusals, API operations and decisions come in
// any order, each of them killed on its way now and then and asked for again, and compares every amount and every transfer
// with the oracle's after each. It ends in the ledger's own proof, in statements and in what history shows.
func TestTransfersAgainstOracle(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		must(t, flag.Set("rapid.checks", "12")) // a few seconds; more when asked
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			p := newOrderPlay(rt, db)
			for range rapid.IntRange(10, 40).Draw(rt, "steps") {
				p.step()
				p.compare()
			}
			p.wantPapers()
			p.wantHistory()
			p.proven()
		})
	})
}

// orderPlay is a play of a customer whose end users order transfers.
type orderPlay struct {
	*play
	service *transfers.Service
	backend bank.Actor
	files   map[bank.ID]bank.OrderFileStatus // as the oracle believes
	repeats []func()                         // requests that were answered before
	papers  []paper
}

func newOrderPlay(rt *rapid.T, db *store.DB) *orderPlay {
	p := &orderPlay{play: newPlay(rt, db), files: map[bank.ID]bank.OrderFileStatus{}}
	p.service = transfers.New(db, nobody{}, transfers.WithClock(clock), transfers.WithSignatures(signer{}), transfers.WithLease(100*time.Millisecond))
	p.backend = bank.Actor{Customer: p.actor.Customer, Kind: bank.ActorCertificate, Name: "V-Demo-App", Permissions: bank.AllPermissions()}
	must(rt, customers.New(db, clock).UpdateSettings(context.Background(), p.actor, p.actor.Customer, func(s *customers.Settings) error {
		s.TransferLimits = []bank.TransferLimit{{Currency: "PLN", Order: mostOfOrder, BalanceDay: mostOfDay}}
		return nil
	}))
	p.statement([]sent{{from: atOutside, to: 0, amount: 900, title: "IN"}, {from: atOutside, to: 1, amount: 600, title: "IN"}})
	return p
}

// signer takes the signature "yes".
type signer struct{}

func (signer) VerifyOrder(_ context.Context, _ bank.Actor, _ bank.Transfer, _ [32]byte, s bank.TransferSignature) (func(*store.Tx) error, error) {
	if s.JWS != "yes" {
		return nil, bank.ErrSignatureRefused
	}
	return func(*store.Tx) error { return nil }, nil
}

// fuse is a context that ends the n-th time that somebody looks at it, as a process that is killed there.
type fuse struct {
	context.Context
	left *atomic.Int64
	burn context.CancelFunc
}

func newFuse(looks int) fuse {
	ctx, burn := context.WithCancel(context.Background())
	f := fuse{Context: ctx, left: &atomic.Int64{}, burn: burn}
	f.left.Store(int64(looks))
	return f
}

func (f fuse) look() {
	if f.left.Add(-1) == 0 {
		f.burn()
	}
}

// Done implements context.Context.
func (f fuse) Done() <-chan struct{} { f.look(); return f.Context.Done() }

// Err implements context.Context.
func (f fuse) Err() error { f.look(); return f.Context.Err() }

// Value implements context.Context.
func (f fuse) Value(key any) any { f.look(); return f.Context.Value(key) }

// killed runs something that is killed on its way, most often; what it says is of no interest.
func (p *orderPlay) killed(do func(context.Context)) {
	if !rapid.Bool().Draw(p.rt, "killed") {
		return
	}
	f := newFuse(rapid.IntRange(1, 150).Draw(p.rt, "looks"))
	defer f.burn()
	do(f)
}

// answerID is what answers are made of here: the identifier of what was made.
func answerID(made any) (bank.Answer, error) {
	var id bank.ID
	switch made := made.(type) {
	case transfers.Placed:
		id = made.Transfer.ID
	case bank.Transfer:
		id = made.ID
	case bank.OrderFile:
		id = made.ID
	default:
		return bank.Answer{}, fmt.Errorf("an answer of %T", made)
	}
	return bank.Answer{Status: 200, Body: []byte(id.String())}, nil
}

var errKilled = errors.New("killed before the commit")

// ask sends a request with a key of its own: killed on its way now and then, and then until it is answered; both times it is
// one request. It returns what was made, and the refusal.
func (p *orderPlay) ask(what string, do func(context.Context) error) (made bank.ID, err error) {
	p.keys++
	name := what + " " + strconv.Itoa(p.keys)
	keyed := func(ctx context.Context, answer func(any) (bank.Answer, error)) context.Context {
		return bank.WithIdempotency(ctx, &bank.Idempotency{Key: name, Digest: sha256.Sum256([]byte(name)), Answer: answer})
	}
	p.killed(func(ctx context.Context) { _ = do(keyed(ctx, answerID)) })
	if rapid.IntRange(0, 9).Draw(p.rt, "fails") == 0 {
		_ = do(keyed(context.Background(), func(any) (bank.Answer, error) { return bank.Answer{}, errKilled }))
	}
	again := func() (bank.ID, error) {
		var id bank.ID
		err := do(keyed(context.Background(), func(v any) (bank.Answer, error) {
			a, err := answerID(v)
			if err == nil {
				id, err = bank.ParseID(string(a.Body))
			}
			return a, err
		}))
		if replay, ok := errors.AsType[*bank.ReplayError](err); ok {
			return bank.ParseID(string(replay.Body))
		}
		return id, err
	}
	made, err = again()
	if err == nil {
		p.repeats = append(p.repeats, func() {
			if id, err := again(); err != nil || id != made {
				p.rt.Fatalf("%s again: %s, %v, want %s", name, id, err, made)
			}
		})
	}
	return made, err
}

// repeat sends a request again that was answered some time ago.
func (p *orderPlay) repeat() {
	if len(p.repeats) > 0 {
		p.repeats[rapid.IntRange(0, len(p.repeats)-1).Draw(p.rt, "repeat")]()
	}
}

// step does one thing.
func (p *orderPlay) step() {
	steps := []func(){p.order, p.order, p.order, p.order, p.order, p.confirm, p.confirm, p.cancel, p.collect, p.collect, p.handOver, p.handOver, p.discard,
		p.refuse, p.refuseFile, p.book, p.book, p.book, p.book, p.single, p.single, p.toggleBlock, p.toggleLock, p.close, p.decide, p.decide, p.repeat,
		p.repeat, p.give}
	steps[rapid.IntRange(0, len(steps)-1).Draw(p.rt, "step")]()
}

// want fails unless an answer is as the oracle's.
func (p *orderPlay) want(what string, err error, want *bank.Error) {
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		p.rt.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// order orders a transfer, by the customer's backend or by an end user.
func (p *orderPlay) order() {
	t := ordered{from: rapid.IntRange(0, len(p.oracle.people)-1).Draw(p.rt, "payer"), to: atOutside, elsewhere: rapid.Bool().Draw(p.rt, "elsewhere"),
		amount: rapid.SampledFrom([]int64{100, 100, 100, 200, 200, 300, 700, 2_000}).Draw(p.rt, "amount"), status: bank.TransferReceived}
	if rapid.IntRange(0, 3).Draw(p.rt, "to one of ours") == 0 {
		t.to, t.elsewhere = rapid.IntRange(0, len(p.oracle.people)-1).Draw(p.rt, "payee"), false
	}
	payer, actor := p.oracle.people[t.from], p.backend
	if rapid.Bool().Draw(p.rt, "by the end user") {
		actor = p.endUser(t.from)
	}
	var err error
	want := p.oracle.refusal(&t)
	t.id, err = p.ask("order", func(ctx context.Context) error {
		_, err := p.service.Order(ctx, actor, transfers.Order{Payer: payer.view.ID, Amount: money.New(t.amount, money.PLN),
			Payee: "PL" + p.payee(&t), PayeeName: "ANNA PROBNA", Title: "CZYNSZ"})
		return err
	})
	p.want("order", err, want)
	if want != nil {
		return
	}
	if actor.Kind != bank.ActorEndUser {
		p.oracle.carry(&t)
	}
	p.oracle.orders = append(p.oracle.orders, t)
	p.learn(len(p.oracle.orders) - 1)
}

func (p *orderPlay) endUser(i int) bank.Actor {
	user := p.oracle.people[i].user
	return bank.Actor{Customer: p.actor.Customer, Kind: bank.ActorEndUser, Name: "end user " + user.String(), User: user}
}

func (p *orderPlay) payee(t *ordered) string {
	switch {
	case t.internal():
		return p.oracle.people[t.to].account
	case t.elsewhere:
		return elsewhere
	}
	return outside
}

// elsewhere is another invented account at the bank of the first.
var elsewhere = nrb("222222220000000087654321")

// learn takes in the transaction that the bank is to name.
func (p *orderPlay) learn(i int) {
	t := &p.oracle.orders[i]
	now, _, err := p.service.Transfer(context.Background(), p.backend, t.id)
	must(p.t, err)
	t.transaction = now.Transaction
}

// pick draws one of the orders that fit; nil if there is none.
func (p *orderPlay) pick(fits func(*ordered) bool) *ordered {
	var list []*ordered
	for i := range p.oracle.orders {
		if t := &p.oracle.orders[i]; fits(t) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(p.rt, "which")]
}

func (p *orderPlay) confirm() {
	t := p.pick(func(t *ordered) bool { return t.status == bank.TransferReceived })
	if t == nil {
		return
	}
	want := p.oracle.refusal(t)
	_, err := p.ask("confirm", func(ctx context.Context) error {
		_, err := p.service.Confirm(ctx, p.endUser(t.from), t.id, bank.TransferSignature{JWS: "yes"})
		return err
	})
	switch {
	case want != nil && errors.Is(err, bank.ErrConflict): // the request before has refused and ended it
	default:
		p.want("confirm", err, want)
	}
	switch {
	case want == nil:
		p.oracle.carry(t)
	case !errors.Is(want, bank.ErrUserLocked): // that may pass
		t.status = bank.TransferCancelled
	}
	for i := range p.oracle.orders {
		p.learn(i)
	}
}

func (p *orderPlay) cancel() {
	t := p.pick(func(*ordered) bool { return true })
	if t == nil {
		return
	}
	var want *bank.Error
	if t.status != bank.TransferReceived && (t.status != bank.TransferHeld || !t.file.IsZero()) {
		want = bank.ErrConflict
	}
	_, err := p.ask("cancel", func(ctx context.Context) error {
		_, err := p.service.Cancel(ctx, p.backend, t.id, "")
		return err
	})
	p.want("cancel", err, want)
	if want == nil {
		p.oracle.end(t, bank.TransferCancelled)
	}
}

// book sends a file of the bank: with debits of orders as the bank may tell of them, and with others.
func (p *orderPlay) book() {
	var records []sent
	for range rapid.IntRange(1, 8).Draw(p.rt, "records") {
		r := p.draw()
		switch t := p.pick(func(t *ordered) bool { return t.transaction > 0 && !t.internal() }); {
		case t != nil && rapid.IntRange(0, 3).Draw(p.rt, "of an order") > 0:
			r = p.debitOf(t)
		case len(records) > 0 && rapid.IntRange(0, 3).Draw(p.rt, "copy") == 0:
			r = records[len(records)-1]
		}
		records = append(records, r)
	}
	p.statement(records)
}

// debitOf is what the bank may make of an order: most often the right one, with its reference or without.
func (p *orderPlay) debitOf(t *ordered) sent {
	r := sent{from: t.from, to: atOutside, elsewhere: t.elsewhere, amount: t.amount, title: "T" + strconv.Itoa(rapid.IntRange(0, 2).Draw(p.rt, "title"))}
	switch rapid.IntRange(0, 9).Draw(p.rt, "way") {
	case 0:
		r.from, r.reference = atMaster, t.reference()
	case 1:
		r.amount, r.reference = r.amount+1, t.reference()
	case 2:
		r.from, r.reference = rapid.IntRange(0, len(p.oracle.people)-1).Draw(p.rt, "another"), t.reference()
	case 3:
		r.reference = strings.ToLower(t.reference())
	case 4:
		r.reference = "FV 1/26"
	case 5:
		r.reference = "IMS999999"
	case 6, 7:
		r.reference = t.reference()
	}
	return r
}

// statement sends a file through all its stages, killed on its way now and then.
func (p *orderPlay) statement(records []sent) {
	p.play.files++
	name := fmt.Sprintf("%d.pli", p.play.files)
	records = append([]sent{{from: atOutside, to: atMaster, amount: 1, title: name}}, records...) // no two files are equal
	var content strings.Builder
	for _, r := range records {
		content.WriteString(p.text(r))
	}
	after := p.oracle.clone()
	refused := after.file(records)
	f, err := p.upload(name, content.String())
	must(p.t, err)
	if f = p.run(f.ID); refused != nil {
		if f.Status != bank.FileInvalid {
			p.rt.Fatalf("%s is %s, but %v", name, f.Status, refused)
		}
		return
	}
	ctx := context.Background()
	if got := f.Totals.Forecast.Orders; f.Status != bank.FileValidated || got != after.booked {
		p.rt.Fatalf("%s is %s, and orders of %v are foreseen, want %v\n%s", name, f.Status, got, after.booked, content.String())
	}
	p.killed(func(ctx context.Context) { _, _, _ = p.scene.files.Execute(ctx, p.actor, f.ID) })
	if _, _, err := p.scene.files.Execute(ctx, p.actor, f.ID); err != nil && !errors.Is(err, bank.ErrFileNotExecutable) {
		p.rt.Fatalf("execute %s: %v", name, err)
	}
	if f = p.run(f.ID); f.Status != bank.FileExecuted {
		p.rt.Fatalf("%s is %s", name, f.Status)
	}
	got, err := p.scene.files.Outcomes(ctx, p.actor, f.ID)
	must(p.t, err)
	delete(got, ledger.AllPostings)
	if diff := cmp.Diff(after.outcomes, got); diff != "" {
		p.rt.Fatalf("outcomes of %s (-want +got):\n%s\n%s", name, diff, content.String())
	}
	p.oracle = after
	p.finish()
}

func (p *orderPlay) text(r sent) string {
	from, to := p.account(r.from), p.account(r.to)
	if r.elsewhere && r.to == atOutside {
		to = elsewhere
	}
	text := referring(from, to, r.amount, r.title, r.reference)
	if r.bad {
		text = strings.Replace(text, fmt.Sprintf(",%d,", r.amount), fmt.Sprintf(",%d.5,", r.amount), 1)
	}
	return text
}

// run leads a file to where only people can go on.
func (p *orderPlay) run(id bank.ID) bank.TransactionFile {
	p.killed(func(ctx context.Context) { _ = p.scene.files.RunFile(ctx, "killed", p.actor.Customer, id) })
	must(p.t, p.scene.files.RunFile(context.Background(), "w", p.actor.Customer, id))
	f, err := p.scene.files.File(context.Background(), p.actor, id)
	must(p.t, err)
	return f
}

// compare holds everything against the oracle's.
func (p *orderPlay) compare() {
	p.play.compare()
	want, got := map[string]string{}, map[string]string{}
	for _, t := range p.oracle.orders {
		want[t.id.String()] = fmt.Sprintf("%s %d in %s", t.status, t.amount, t.file)
	}
	list, err := p.service.Transfers(context.Background(), p.backend, transfers.Filter{})
	must(p.t, err)
	for _, t := range list {
		got[t.ID.String()] = fmt.Sprintf("%s %d in %s", t.Status, t.Amount.Minor(), t.OrderFile)
	}
	for id, status := range p.files {
		want["file "+id.String()] = string(status)
	}
	made, err := p.service.OrderFiles(context.Background(), p.backend, transfers.OrderFileFilter{})
	must(p.t, err)
	for _, f := range made {
		got["file "+f.ID.String()] = string(f.Status)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.rt.Fatalf("transfers and order files (-want +got):\n%s", diff)
	}
}

// written counts how often each order stands in what the bank was or may be given.
func (p *orderPlay) written(data []byte, into map[string]int) {
	for line := range bytes.SplitSeq(bytes.TrimSpace(data), []byte("\r\n")) {
		fields := strings.Split(string(line), `"`)
		into[fields[len(fields)-2]]++
	}
}
