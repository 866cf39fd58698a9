package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func newWriter(t testing.TB, db *store.DB) *ledger.Writer {
	t.Helper()
	w := ledger.NewWriter(db, clock)
	t.Cleanup(w.Close)
	return w
}

// postAll posts operations at once and returns their results in the order of the operations.
func postAll(w *ledger.Writer, ops []ledger.Single) ([]ledger.Done, []error) {
	done, errs := make([]ledger.Done, len(ops)), make([]error, len(ops))
	atOnce(len(ops), func(i int) { done[i], errs[i] = w.Post(context.Background(), ops[i]) })
	return done, errs
}

// TestWriter runs its checks on one store of each engine, each for customers of its own.
func TestWriter(t *testing.T) {
	t.Parallel()
	checks := []struct {
		name  string
		users int
		check func(t *testing.T, k *books)
	}{
		{"ManyCallers", 64, checkManyCallers},
		{"SameKeyAgain", 2, checkSameKeyAgain},
		{"KeyOfAnotherObject", 1, checkKeyOfAnotherObject},
		{"SameKeyAtOnce", 1, checkSameKeyAtOnce},
		{"RefusedAmongOthers", 3, checkRefusedAmongOthers},
		{"OwnFundsNeverBelowZero", 8, checkOwnFundsNeverBelowZero},
		{"DebitsGoBackToOwnFunds", 1, checkDebitsGoBackToOwnFunds},
		{"Reversals", 2, checkReversals},
		{"ReversedOnce", 1, checkReversedOnce},
		{"FullQueue", 1, checkFullQueue},
		{"CloseAnswersAll", 1, checkCloseAnswersAll},
		{"CallerWhoLeaves", 1, checkCallerWhoLeaves},
		{"CustomersTakeTurns", 1, checkCustomersTakeTurns},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range checks {
			t.Run(c.name, func(t *testing.T) { c.check(t, newBooks(t, db, c.users)) })
		}
	})
}

// checkManyCallers: 64 at once to different balances and 64 to the same one, all right and none lost.
func checkManyCallers(t *testing.T, k *books) {
	const n = 64
	k.fund(t, 1_000_000)
	w := newWriter(t, k.db)
	var ops []ledger.Single
	for i := range n {
		ops = append(ops, k.credit(k.users[i], int64(100+i), fmt.Sprintf("each %d", i)), k.credit(k.users[0], 1, fmt.Sprintf("same %d", i)))
	}
	done, errs := postAll(w, ops)
	must(t, errors.Join(errs...))
	all := k.balances(t)
	for i, u := range k.users {
		want := int64(100 + i)
		if i == 0 {
			want += n
		}
		if all[u.No].Booked != want {
			t.Errorf("balance %d: booked %d, want %d", u.No, all[u.No].Booked, want)
		}
	}
	if want := int64(1_000_000 - 100*n - n*(n-1)/2 - n); all[k.own].Booked != want {
		t.Errorf("own funds %d, want %d", all[k.own].Booked, want)
	}
	told := map[bank.TransactionID]ledger.Single{}
	for i, d := range done {
		told[d.Transaction] = ops[i]
	}
	if len(told) != len(ops) {
		t.Errorf("%d operations have %d transactions", len(ops), len(told))
	}
	for _, x := range k.transactions(t) {
		if op, ok := told[x.ID]; ok && (x.Amount != op.Amount.Minor() || all[x.Balance].ID != op.Balance) {
			t.Errorf("transaction %d is not what its caller was told: %+v", x.ID, x)
		}
	}
	proven(t, k.db)
}

func checkSameKeyAgain(t *testing.T, k *books) {
	ctx := context.Background()
	k.fund(t, 1_000)
	w := newWriter(t, k.db)
	op := k.credit(k.users[0], 100, "one")
	first, err := w.Post(ctx, op)
	must(t, err)
	again, err := w.Post(ctx, op)
	must(t, err)
	if first.Replayed || !again.Replayed || again.Transaction != first.Transaction {
		t.Errorf("first %+v, again %+v", first, again)
	}
	_, err = w.Post(ctx, k.credit(k.users[0], 101, "one"))
	wantError(t, "another amount", err, bank.ErrKeyReused)
	_, err = w.Post(ctx, k.credit(k.users[1], 100, "one"))
	wantError(t, "another balance", err, bank.ErrKeyReused)
	spent := k.credit(k.users[0], 1_000_000, "refused")
	_, err = w.Post(ctx, spent)
	wantError(t, "beyond own funds", err, bank.ErrInsufficientFunds)
	k.fund(t, 1_000_000)
	if d, err := w.Post(ctx, spent); err != nil || d.Replayed {
		t.Errorf("what was refused may be tried again: %+v, %v", d, err)
	}
	other := newBooks(t, k.db, 1)
	other.fund(t, 100)
	if d, err := w.Post(ctx, other.credit(other.users[0], 100, "one")); err != nil || d.Replayed {
		t.Errorf("another customer's key: %+v, %v", d, err)
	}
	if got := k.balances(t)[k.users[0].No].Booked; got != 1_000_100 {
		t.Errorf("booked %d", got)
	}
	proven(t, k.db)
}

// checkKeyOfAnotherObject: a key that made an end user or a balance says nothing about a transaction, even should the
// digests be equal.
func checkKeyOfAnotherObject(t *testing.T, k *books) {
	k.fund(t, 1_000)
	op := k.credit(k.users[0], 100, "made a user")
	must(t, k.db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.UseKeys(k.customer, []store.Key{{Key: op.Key.Key, Digest: op.Key.Digest, Object: "0190b6c4-1234-7abc-8def-0123456789ab", At: noon}})
		return err
	}))
	d, err := newWriter(t, k.db).Post(context.Background(), op)
	if !errors.Is(err, bank.ErrKeyReused) {
		t.Errorf("%+v, %v", d, err)
	}
}

// checkSameKeyAtOnce: one effect, whoever else comes is told to wait or what happened.
func checkSameKeyAtOnce(t *testing.T, k *books) {
	k.fund(t, 1_000)
	w := newWriter(t, k.db)
	ops := slices.Repeat([]ledger.Single{k.credit(k.users[0], 10, "one")}, 32)
	done, errs := postAll(w, ops)
	fresh := 0
	for i, err := range errs {
		if err == nil && !done[i].Replayed {
			fresh++
		}
		if err != nil && !errors.Is(err, bank.ErrKeyRunning) {
			t.Error(err)
		}
	}
	if got := k.balances(t)[k.users[0].No].Booked; fresh != 1 || got != 10 {
		t.Errorf("%d effects, booked %d", fresh, got)
	}
}

// checkRefusedAmongOthers: in one batch with good operations, each refused one gets its own reason and takes nothing along.
func checkRefusedAmongOthers(t *testing.T, k *books) {
	ctx := context.Background()
	k.fund(t, 10_000)
	closed, blocked := k.users[1], k.users[2]
	must(t, k.db.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.CloseBalance(k.customer, closed.No), tx.AddBlock(bank.Block{Customer: k.customer, ID: bank.NewID(),
			Target: bank.BlockUser, TargetKey: blocked.User.String(), Kind: bank.BlockByCourt, Direction: bank.BlockCredits, From: noon, CreatedAt: noon}))
	}))
	unknown := bank.Balance{ID: bank.NewID(), Currency: money.PLN}
	wrong := k.credit(k.users[0], 5, "currency")
	wrong.Amount = money.New(5, money.EUR)
	var special bank.Balance
	for _, b := range k.balances(t) {
		if b.Kind == bank.KindTechnical {
			special = b
		}
	}
	bad := map[string]struct {
		op   ledger.Single
		want error
	}{
		"unknown":   {k.credit(unknown, 5, "unknown"), bank.ErrNotFound},
		"currency":  {wrong, bank.ErrCurrencyMismatch},
		"closed":    {k.credit(closed, 5, "closed"), bank.ErrBalanceClosed},
		"blocked":   {k.credit(blocked, 5, "blocked"), bank.ErrBlocked},
		"no funds":  {k.credit(k.euro, 5, "no funds"), bank.ErrInsufficientFunds},
		"short":     {k.debit(k.users[0], 1_000_000, "short"), bank.ErrInsufficientFunds},
		"technical": {k.credit(special, 5, "technical"), bank.ErrNotFound},
	}
	var ops []ledger.Single
	for i := range 20 {
		ops = append(ops, k.credit(k.users[0], 1, fmt.Sprintf("good %d", i)))
	}
	for _, b := range bad {
		ops = append(ops, b.op)
	}
	_, errs := postAll(newWriter(t, k.db), ops)
	for i, op := range ops {
		var want error
		if b, ok := bad[op.Key.Key]; ok {
			want = b.want
		}
		wantError(t, op.Key.Key, errs[i], want)
	}
	if all := k.balances(t); all[k.users[0].No].Booked != 20 || all[k.own].Booked != 9_980 {
		t.Errorf("booked %d, own funds %d", all[k.users[0].No].Booked, all[k.own].Booked)
	}
	proven(t, k.db)
}

func TestRefusedBeforeTheStore(t *testing.T) {
	k := newBooks(t, storetest.Open(t), 1)
	good := k.credit(k.users[0], 5, "k")
	for name, c := range map[string]struct {
		change func(*ledger.Single)
		want   error
	}{
		"no permission":  {func(s *ledger.Single) { s.Actor.Kind = bank.ActorCertificate }, bank.ErrForbidden},
		"no key":         {func(s *ledger.Single) { s.Key = bank.Idempotency{} }, bank.ErrIdempotencyRequired},
		"nothing":        {func(s *ledger.Single) { s.Amount = money.New(0, money.PLN) }, bank.ErrAmountInvalid},
		"less":           {func(s *ledger.Single) { s.Amount = money.New(-5, money.PLN) }, bank.ErrAmountInvalid},
		"long title":     {func(s *ledger.Single) { s.Title = strings.Repeat("ż", 141) }, bank.ErrInvalid},
		"control":        {func(s *ledger.Single) { s.Title = "a\nb" }, bank.ErrInvalid},
		"long reference": {func(s *ledger.Single) { s.Reference = strings.Repeat("x", 36) }, bank.ErrInvalid},
	} {
		op := good
		c.change(&op)
		_, err := newWriter(t, k.db).Post(context.Background(), op)
		wantError(t, name, err, c.want)
	}
}

// checkOwnFundsNeverBelowZero: 200 credits at once want more than there is.
func checkOwnFundsNeverBelowZero(t *testing.T, k *books) {
	k.fund(t, 1_000)
	var ops []ledger.Single
	for i := range 200 {
		ops = append(ops, k.credit(k.users[i%8], 7, fmt.Sprint(i)))
	}
	_, errs := postAll(newWriter(t, k.db), ops)
	good := int64(0)
	for _, err := range errs {
		if err == nil {
			good++
		} else {
			wantError(t, "credit", err, bank.ErrInsufficientFunds)
		}
	}
	if own := k.balances(t)[k.own].Booked; good != 1_000/7 || own != 1_000-7*good {
		t.Errorf("%d credits, own funds %d", good, own)
	}
	proven(t, k.db)
}

// checkDebitsGoBackToOwnFunds, up to what is available, at once with credits.
func checkDebitsGoBackToOwnFunds(t *testing.T, k *books) {
	k.fund(t, 500)
	w := newWriter(t, k.db)
	_, err := w.Post(context.Background(), k.credit(k.users[0], 500, "in"))
	must(t, err)
	var ops []ledger.Single
	for i := range 60 {
		ops = append(ops, k.debit(k.users[0], 10, fmt.Sprint(i)))
	}
	_, errs := postAll(w, ops)
	short := 0
	for _, err := range errs {
		if err != nil {
			wantError(t, "debit", err, bank.ErrInsufficientFunds)
			short++
		}
	}
	if all := k.balances(t); short != 10 || all[k.users[0].No].Booked != 0 || all[k.own].Booked != 500 {
		t.Errorf("%d short, booked %d, own funds %d", short, all[k.users[0].No].Booked, all[k.own].Booked)
	}
	proven(t, k.db)
}

// slow holds the locks that every operation of some customers needs, until release is called.
func slow(t testing.TB, db *store.DB, customers ...*books) (release func()) {
	t.Helper()
	held, let, ended := make(chan error, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Write(context.Background(), func(tx *store.Tx) error {
			for _, k := range customers {
				if _, err := tx.LockBalances(k.customer, k.all); err != nil {
					return err
				}
			}
			held <- nil
			<-let
			return nil
		})
	}()
	must(t, <-held)
	return sync.OnceFunc(func() {
		close(let)
		must(t, <-ended)
	})
}

// checkFullQueue: with a store that does not move, the queue takes what it can hold and refuses the rest at once; when the
// store moves again everybody who waits is served.
func checkFullQueue(t *testing.T, k *books) {
	k.fund(t, 100_000)
	w := newWriter(t, k.db)
	release := slow(t, k.db, k)
	defer release()
	const n = 1_600 // a batch and the queue are 1,280
	var refused, good, other atomic.Int64
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			switch _, err := w.Post(context.Background(), k.credit(k.users[0], 1, fmt.Sprint(i))); {
			case err == nil:
				good.Add(1)
			case errors.Is(err, bank.ErrUnavailable):
				refused.Add(1)
			default:
				other.Add(1)
				t.Error(err)
			}
		})
	}
	await(t, "all but a batch and the queue are refused", func() bool { return refused.Load()+other.Load() >= n-1_280 })
	if good.Load() > 0 {
		t.Error("acknowledged what cannot be durable")
	}
	release()
	group.Wait()
	if refused.Load()+good.Load() != n || good.Load() < 1_024 {
		t.Errorf("%d refused, %d good", refused.Load(), good.Load())
	}
	if got := k.balances(t)[k.users[0].No].Booked; got != good.Load() {
		t.Errorf("booked %d of %d", got, good.Load())
	}
}

// checkCloseAnswersAll: who waits is served, who comes later is refused, nobody hangs.
func checkCloseAnswersAll(t *testing.T, k *books) {
	k.fund(t, 10_000)
	w := ledger.NewWriter(k.db, clock)
	release := slow(t, k.db, k)
	defer release()
	const n = 40
	results := make(chan error, n)
	for i := range n {
		go func() {
			_, err := w.Post(context.Background(), k.credit(k.users[0], 1, fmt.Sprint(i)))
			results <- err
		}()
	}
	waiting(t, w, n)
	closed := make(chan struct{})
	go func() { w.Close(); close(closed) }()
	await(t, "Close has begun", func() bool { _, closed := w.Waiting(); return closed })
	_, err := w.Post(context.Background(), k.credit(k.users[0], 1, "late"))
	wantError(t, "while closing", err, bank.ErrUnavailable)
	release()
	<-closed
	for range n {
		must(t, <-results)
	}
	if got := k.balances(t)[k.users[0].No].Booked; got != n {
		t.Errorf("booked %d", got)
	}
	_, err = w.Post(context.Background(), k.credit(k.users[0], 1, "late"))
	wantError(t, "after Close", err, bank.ErrUnavailable)
	w.Close() // again does no harm
}

// checkCallerWhoLeaves: the operation goes on, and its key tells what became of it.
func checkCallerWhoLeaves(t *testing.T, k *books) {
	k.fund(t, 100)
	w := newWriter(t, k.db)
	release := slow(t, k.db, k)
	defer release()
	op := k.credit(k.users[0], 10, "left")
	ctx, leave := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() { _, err := w.Post(ctx, op); left <- err }()
	waiting(t, w, 1)
	leave()
	wantError(t, "who left", <-left, context.Canceled)
	_, err := w.Post(context.Background(), op)
	wantError(t, "while it runs", err, bank.ErrKeyRunning)
	release()
	await(t, "it was done", func() bool { n, _ := w.Waiting(); return n == 0 })
	d, err := w.Post(context.Background(), op)
	must(t, err)
	if !d.Replayed {
		t.Error("done twice")
	}
	if got := k.balances(t)[k.users[0].No].Booked; got != 10 {
		t.Errorf("booked %d", got)
	}
}

// checkCustomersTakeTurns: behind a customer with many operations another waits for at most two batches, not for all.
func checkCustomersTakeTurns(t *testing.T, busy *books) {
	quiet := newBooks(t, busy.db, 1)
	busy.fund(t, 10_000)
	quiet.fund(t, 10)
	var turns atomic.Int64
	w := ledger.NewWriter(busy.db, func() time.Time { return noon.Add(time.Duration(turns.Add(1)) * time.Second) })
	t.Cleanup(w.Close)
	release := slow(t, busy.db, busy)
	defer release()
	const n = 1_000
	var group sync.WaitGroup
	post := func(op ledger.Single) {
		group.Go(func() {
			if _, err := w.Post(context.Background(), op); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range n {
		post(busy.credit(busy.users[0], 1, fmt.Sprint(i)))
	}
	waiting(t, w, n)
	post(quiet.credit(quiet.users[0], 1, "quiet"))
	waiting(t, w, n+1)
	release()
	group.Wait()
	served := quiet.batches(t)
	before := 0
	for _, at := range busy.batches(t) {
		if at.After(noon) && at.Before(served[len(served)-1]) {
			before++
		}
	}
	if before > 2 {
		t.Errorf("the quiet customer was served behind %d batches of the busy one", before)
	}
}

// TestReplicas: two writers with stores of their own race for the same keys; each key has one effect, wherever it is asked.
func TestReplicas(t *testing.T) {
	site := storetest.PostgresSite(t)
	one, other := site.Open(t), site.Open(t)
	k := newBooks(t, one, 4)
	k.fund(t, 1_000_000)
	writers := []*ledger.Writer{newWriter(t, one), newWriter(t, other)}
	const n = 100
	var mu sync.Mutex
	fresh, ids := map[string]int{}, map[string]map[bank.TransactionID]bool{}
	atOnce(2*n, func(i int) {
		op := k.credit(k.users[i/2%4], int64(1+i/2), fmt.Sprint(i/2))
		d, err := writers[i%2].Post(context.Background(), op)
		if errors.Is(err, bank.ErrKeyRunning) {
			return
		}
		if err != nil {
			t.Errorf("key %s: %v", op.Key.Key, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if !d.Replayed {
			fresh[op.Key.Key]++
		}
		if ids[op.Key.Key] == nil {
			ids[op.Key.Key] = map[bank.TransactionID]bool{}
		}
		ids[op.Key.Key][d.Transaction] = true
	})
	for i := range n {
		if name := fmt.Sprint(i); fresh[name] != 1 || len(ids[name]) != 1 {
			t.Errorf("key %s had %d effects, transactions %v", name, fresh[name], ids[name])
		}
	}
	if own := k.balances(t)[k.own].Booked; own != 1_000_000-n*(n+1)/2 {
		t.Errorf("own funds %d", own)
	}
	proven(t, one)
}

// TestNothingIsLeftRunning counts goroutines: a writer that was closed leaves none behind.
func TestNothingIsLeftRunning(t *testing.T) {
	k := newBooks(t, storetest.Open(t), 1)
	k.fund(t, 100)
	stacks := func() int {
		buf := make([]byte, 1<<20)
		return strings.Count(string(buf[:runtime.Stack(buf, true)]), "ledger.(*Writer).loop")
	}
	before := stacks()
	for i := range 20 {
		w := ledger.NewWriter(k.db, clock)
		if _, err := w.Post(context.Background(), k.credit(k.users[0], 1, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	if after := stacks(); after > before {
		t.Errorf("%d loops run, were %d", after, before)
	}
}
