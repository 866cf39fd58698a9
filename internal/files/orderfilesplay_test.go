package files_test

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/transfers"
)

// finish lets workers do what is left to do with order files, which ends those that are answered.
func (p *orderPlay) finish() {
	p.killed(func(ctx context.Context) { _, _ = p.service.RunOrders(ctx, "killed") })
	for {
		for worked, err := true, error(nil); worked; {
			worked, err = p.service.RunOrders(context.Background(), "w")
			must(p.t, err)
		}
		list, err := p.service.OrderFiles(context.Background(), p.backend, transfers.OrderFileFilter{})
		must(p.t, err)
		left := false
		for _, f := range list {
			left = left || f.Task != bank.TaskNone
		}
		if !left { // otherwise whoever was killed still has the lease
			break
		}
	}
	for id, status := range p.files {
		if status == bank.OrderFileHandedOver && len(p.oracle.in(id, bank.TransferSent)) == 0 {
			p.files[id] = bank.OrderFileBooked
		}
	}
}

// collect gathers what waits into an order file, which has each order once.
func (p *orderPlay) collect() {
	waiting := p.oracle.in(bank.ID{}, bank.TransferHeld)
	id, err := p.ask("collect", func(ctx context.Context) error {
		_, err := p.service.CollectOrders(ctx, p.backend, p.scene.master.ID)
		return err
	})
	if len(waiting) == 0 {
		p.want("collect", err, bank.ErrConflict)
		return
	}
	p.want("collect", err, nil)
	p.finish()
	p.files[id] = bank.OrderFileGenerated
	var sum bank.Sum
	want, got := map[string]int{}, map[string]int{}
	for _, t := range waiting {
		t.file, sum = id, sum.Plus(t.amount)
		want[t.reference()] = 1
	}
	f, data := p.content(id)
	if made := (bank.Sum{Count: f.Orders, Amount: f.Amount}); made != sum {
		p.rt.Fatalf("the order file has %v, want %v", made, sum)
	}
	p.written(data, got)
	if diff := cmp.Diff(want, got); diff != "" {
		p.rt.Fatalf("references in the order file (-want +got):\n%s", diff)
	}
	if _, again := p.content(id); !bytes.Equal(data, again) {
		p.rt.Fatal("the order file differs from one download to the next")
	}
}

func (p *orderPlay) content(id bank.ID) (bank.OrderFile, []byte) {
	f, r, err := p.service.OrderFileContent(context.Background(), p.backend, id)
	must(p.t, err)
	data, err := io.ReadAll(r)
	must(p.t, err)
	return f, data
}

// pickFile draws an order file; the zero ID if there is none.
func (p *orderPlay) pickFile() bank.ID {
	var list []bank.ID
	for _, t := range p.oracle.orders { // in an order that is the same each time
		if _, ok := p.files[t.file]; ok {
			list = append(list, t.file)
		}
	}
	if len(list) == 0 {
		return bank.ID{}
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(p.rt, "file")]
}

// change moves an order file on, if the oracle says that it may be, and then does to its orders what follows.
func (p *orderPlay) change(what string, from, to bank.OrderFileStatus, do func(context.Context, bank.ID) error, then func(bank.ID)) {
	id := p.pickFile()
	if id.IsZero() {
		return
	}
	var want *bank.Error
	if p.files[id] != from {
		want = bank.ErrConflict
	}
	_, err := p.ask(what, func(ctx context.Context) error { return do(ctx, id) })
	p.want(fmt.Sprintf("%s of a file that is %s", what, p.files[id]), err, want)
	if want == nil {
		p.files[id] = to
		then(id)
		p.finish()
	}
}

func (p *orderPlay) handOver() {
	p.change("hand over", bank.OrderFileGenerated, bank.OrderFileHandedOver, func(ctx context.Context, id bank.ID) error {
		_, err := p.service.HandOver(ctx, p.backend, id, "ACK-1")
		return err
	}, func(id bank.ID) {
		for _, t := range p.oracle.in(id, bank.TransferHeld) {
			t.status = bank.TransferSent
		}
	})
}

func (p *orderPlay) discard() {
	p.change("discard", bank.OrderFileGenerated, bank.OrderFileDiscarded, func(ctx context.Context, id bank.ID) error {
		_, err := p.service.DiscardOrderFile(ctx, p.backend, id, "wrong day")
		return err
	}, func(id bank.ID) {
		for _, t := range p.oracle.in(id, bank.TransferHeld) {
			t.file = bank.ID{}
		}
	})
}

// refuseFile is the bank's refusal of a whole file.
func (p *orderPlay) refuseFile() {
	p.change("refuse file", bank.OrderFileHandedOver, bank.OrderFileRejected, func(ctx context.Context, id bank.ID) error {
		_, err := p.service.RejectOrderFile(ctx, p.backend, id, "NO-1", "unreadable")
		return err
	}, func(id bank.ID) {
		for _, t := range p.oracle.in(id, bank.TransferSent) {
			p.oracle.end(t, bank.TransferRejected)
		}
	})
}

// refuse is the bank's refusal of one order.
func (p *orderPlay) refuse() {
	t := p.pick(func(t *ordered) bool { return !t.internal() && !t.file.IsZero() })
	if t == nil {
		return
	}
	var want *bank.Error
	if t.status != bank.TransferSent {
		want = bank.ErrConflict
	}
	_, err := p.ask("refuse", func(ctx context.Context) error {
		_, err := p.service.RejectTransfer(ctx, p.backend, t.id, "AC04", "")
		return err
	})
	p.want("refuse", err, want)
	if want == nil {
		p.oracle.end(t, bank.TransferRejected)
		p.finish()
	}
}

// paper is a statement of a balance that was given: whatever is booked later, it stays as it is.
type paper struct {
	balance     bank.Balance
	first, next bank.TransactionID
	text        string
}

// give gives a statement of a balance since the last.
func (p *orderPlay) give() {
	who, last := p.someone("of"), bank.TransactionID(1)
	for _, old := range p.papers {
		if old.balance.No == who.view.No {
			last = old.next
		}
	}
	var next bank.TransactionID
	must(p.t, p.db.Read(context.Background(), func(tx *store.Tx) error {
		head, err := tx.ReadHead(p.actor.Customer)
		next = head.NextID
		return err
	}))
	paper := paper{balance: who.view.Balance, first: last, next: next}
	var closing int64
	if paper.text, closing = p.read(paper); closing != who.booked {
		p.rt.Fatalf("a statement closes with %d, want %d\n%s", closing, who.booked, paper.text)
	}
	p.papers = append(p.papers, paper)
}

// read writes a statement, which must add up, and returns what it closes with.
func (p *orderPlay) read(paper paper) (text string, closing int64) {
	must(p.t, p.db.Read(context.Background(), func(tx *store.Tx) error {
		c, no := p.actor.Customer, paper.balance.No
		opening, err := tx.BookedBefore(paper.balance, paper.first)
		if err != nil {
			return err
		}
		if closing, err = tx.BookedBefore(paper.balance, paper.next); err != nil {
			return err
		}
		in, out, err := tx.PostedSums(c, no, paper.first, paper.next-1)
		if err != nil {
			return err
		}
		lines, err := tx.Posted(c, no, paper.first-1, paper.next-1, 10_000)
		text = fmt.Sprintf("%d %v %v %d\n", opening, in, out, closing)
		running := opening
		for _, l := range lines {
			running += l.Amount
			text += fmt.Sprintf("%d %s %d %d\n", l.ID, l.Type, l.Amount, running)
		}
		if opening+in.Amount-out.Amount != closing || running != closing || int64(len(lines)) != in.Count+out.Count {
			p.rt.Fatalf("a statement does not add up:\n%s", text)
		}
		return err
	}))
	return text, closing
}

// wantPapers reads the statements again that were given.
func (p *orderPlay) wantPapers() {
	p.give()
	for _, old := range p.papers {
		if now, _ := p.read(old); now != old.text {
			p.rt.Fatalf("a statement was\n%sand is\n%s", old.text, now)
		}
	}
}

// wantHistory finds each transfer once in the history of who pays it.
func (p *orderPlay) wantHistory() {
	shown := map[string]int{}
	must(p.t, p.db.Read(context.Background(), func(tx *store.Tx) error {
		for i, who := range p.oracle.people {
			rows, err := tx.History(p.actor.Customer, store.HistoryFilter{BalanceNos: []bank.BalanceNo{who.view.No}, Ascending: true})
			if err != nil {
				return err
			}
			for _, r := range rows {
				shown[fmt.Sprintf("%d %d %s %d", i, r.ID, r.Status, r.Amount)]++
			}
		}
		return nil
	}))
	as := map[bank.TransferStatus]bank.TransactionStatus{bank.TransferHeld: bank.StatusAuthorized, bank.TransferSent: bank.StatusAuthorized,
		bank.TransferSettled: bank.StatusCleared, bank.TransferRejected: bank.StatusReversed, bank.TransferCancelled: bank.StatusReversed}
	for _, t := range p.oracle.orders {
		if t.transaction == 0 {
			continue
		}
		if text := fmt.Sprintf("%d %d %s %d", t.from, t.transaction, as[t.status], -t.amount); shown[text] != 1 {
			p.rt.Fatalf("history shows %q %d times\n%v", text, shown[text], shown)
		}
	}
}
