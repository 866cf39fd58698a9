package transfers_test

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/transfers"
	"ims/pain"
)

var errKilled = errors.New("killed")

// killed is the service of a process that dies behind so many transactions of a task.
func (d *desk) killed(after int) *transfers.Service {
	return d.service.Chunked(2, func() error {
		if after--; after < 0 {
			return errKilled
		}
		return nil
	})
}

// worked lets a worker do everything that is left to do.
func (d *desk) worked() {
	d.t.Helper()
	s := d.service.Chunked(2, func() error { return nil })
	for range 200 {
		did, err := s.RunOrders(d.ctx, "worker")
		d.must(err)
		if !did {
			return
		}
	}
	d.t.Fatal("the worker finds no end")
}

// revive lets no lease and no pause behind a failure stand in the way.
func (d *desk) revive() {
	d.t.Helper()
	d.must(d.db.Write(d.ctx, func(tx *store.Tx) error { return tx.ReleaseAllLeases() }))
}

// TestOrderFilesSurviveCrashes kills the process behind every transaction in turn, while orders are gathered, written, handed
// over, taken out and rejected; a worker then goes on, and no order is lost or doubled.
func TestOrderFilesSurviveCrashes(t *testing.T) {
	each(t, func(d *desk) {
		for kill := range 9 {
			h := d.holder(100_000)
			list := d.held(h, 5)
			made, err := d.killed(kill).CollectOrders(d.ctx, d.system, d.master.ID)
			d.must(err)
			d.revive()
			d.worked()
			v, err := d.service.OrderFile(d.ctx, d.system, made[0].ID)
			d.must(err)
			d.equal(fmt.Sprintf("collected, killed behind %d", kill), fmt.Sprintf("%s %d %d %q", v.Status, v.Orders, v.Amount, v.StopReason), `GENERATED 5 50000 ""`)
			d.equal("records", d.read(d.content(v.ID)), 5)
			_, err = d.killed(kill).HandOver(d.ctx, d.system, v.ID, "ACK")
			d.must(err)
			d.revive()
			d.worked()
			for _, o := range list {
				d.equal("sent", d.life(o.ID), "RECEIVED, HELD, SENT")
			}
			_, err = d.killed(kill).RejectOrderFile(d.ctx, d.system, v.ID, "BANK-1", "wrong day")
			d.must(err)
			d.revive()
			d.worked()
			for _, o := range list {
				d.equal("rejected", d.life(o.ID), "RECEIVED, HELD, SENT, REJECTED REJECTED")
			}
			d.equal("the money is free", d.amounts(h), "100000 held 0")
		}
		d.proven()
	})
}

// TestDiscardedOrdersWait: orders of a file that is discarded wait for another, also where the process dies meanwhile.
func TestDiscardedOrdersWait(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(100_000)
		list := d.held(h, 5)
		first := d.collected()
		_, err := d.killed(1).DiscardOrderFile(d.ctx, d.system, first.ID, "wrong day")
		d.must(err)
		d.revive()
		d.worked()
		_, _, err = d.service.OrderFileContent(d.ctx, d.system, first.ID)
		d.want("content of a discarded file", err, bank.ErrConflict)
		_, err = d.service.HandOver(d.ctx, d.system, first.ID, "ACK")
		d.want("handing it over", err, bank.ErrConflict)
		_, err = d.service.Cancel(d.ctx, d.system, list[0].ID, "")
		d.must(err)
		second := d.collected()
		d.equal("second file", fmt.Sprint(second.Orders, second.No), "4 2")
		d.equal("life", d.fileLife(first.ID), "PREPARING GENERATED DISCARDED")
		_, err = d.service.CollectOrders(d.ctx, d.system, d.master.ID)
		d.want("nothing waits", err, bank.ErrConflict)
		d.proven()
	})
}

// TestTwoCollectors: several collect at once, and each order stands in one file.
func TestTwoCollectors(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(1_000_000)
		list := d.held(h, 20)
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				_, err := d.service.Chunked(3, func() error { return nil }).CollectOrders(d.ctx, d.system, d.master.ID)
				if err != nil && !errors.Is(err, bank.ErrConflict) {
					d.t.Error(err)
				}
			})
			wait.Go(func() {
				if _, err := d.service.RunOrders(d.ctx, bank.NewID().String()); err != nil {
					d.t.Error(err)
				}
			})
		}
		wait.Wait()
		d.worked()
		files, err := d.service.OrderFiles(d.ctx, d.system, transfers.OrderFileFilter{})
		d.must(err)
		orders, seen := int64(0), map[string]int{}
		for _, f := range files {
			orders += f.Orders
			if f.Orders == 0 {
				continue
			}
			for line := range strings.Lines(string(d.content(f.ID))) {
				seen[line[strings.LastIndex(line, ",")+1:]]++
			}
		}
		for reference, n := range seen {
			if n != 1 {
				t.Errorf("%s stands in files %d times", reference, n)
			}
		}
		d.equal("orders in files", fmt.Sprint(orders, len(seen)), fmt.Sprint(len(list), len(list)))
	})
}

// TestOrderFileNeedsTwo: where four eyes bind, a file leaves only once somebody else has agreed to its very content; what sets
// money free without the bank's own word always needs two.
func TestOrderFileNeedsTwo(t *testing.T) {
	each(t, func(d *desk) {
		ada, bob := d.operators()
		h := d.holder(100_000)
		list := d.held(h, 2)
		made, err := d.service.CollectOrders(d.ctx, ada, d.master.ID)
		d.must(err)
		f := made[0]
		agree := func(err error) {
			d.t.Helper()
			d.want("a second person", err, bank.ErrFourEyes)
			e, _ := bank.AsError(err)
			_, text, _ := strings.Cut(e.Message, "approval ")
			id, err := bank.ParseID(text)
			d.must(err)
			_, err = d.people.Decide(d.ctx, ada, d.system.Customer, id, true, "")
			d.want("who asked", err, bank.ErrFourEyes)
			_, err = d.people.Decide(d.ctx, bob, d.system.Customer, id, true, "")
			d.must(err)
		}
		_, _, err = d.service.OrderFileContent(d.ctx, ada, f.ID)
		agree(err)
		data := d.content(f.ID)
		if v, err := d.service.OrderFile(d.ctx, ada, f.ID); err != nil || v.ApprovedBy != bob.Name {
			t.Errorf("approved by %q, error %v", v.ApprovedBy, err)
		}
		_, err = d.service.HandOver(d.ctx, ada, f.ID, "")
		agree(err)
		_, err = d.service.HandOver(d.ctx, ada, f.ID, "")
		d.must(err)
		_, err = d.service.DiscardOrderFile(d.ctx, ada, f.ID, "")
		d.want("discarding what the bank has", err, bank.ErrConflict)
		_, err = d.service.RejectTransfer(d.ctx, ada, list[0].ID, "", "no reference")
		d.want("rejecting without the bank's reference", err, bank.ErrInvalid, "/reference")
		_, err = d.service.RejectTransfer(d.ctx, ada, list[0].ID, "BANK-9", "closed")
		agree(err)
		d.equal("still reserved", d.amounts(h), "100000 held 20000")
		got, err := d.service.RejectTransfer(d.ctx, ada, list[0].ID, "BANK-9", "closed")
		d.must(err)
		d.equal("rejected", got.Status, bank.TransferRejected)
		d.equal("one is free", d.amounts(h), "100000 held 10000")
		_, err = d.service.RejectOrderFile(d.ctx, ada, f.ID, "BANK-10", "")
		agree(err)
		_, err = d.service.RejectOrderFile(d.ctx, ada, f.ID, "BANK-10", "")
		d.must(err)
		d.equal("all is free", d.amounts(h), "100000 held 0")
		if !bytes.Equal(data, d.content(f.ID)) {
			t.Error("the content has changed")
		}
		d.equal("life", d.fileLife(f.ID), "PREPARING GENERATED HANDED_OVER REJECTED")
		d.proven()
	})
}

// bankReport is a pain.002 about a file; status is of the whole, orders are by reference.
func bankReport(id, about, status string, orders map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>%s</MsgId><CreDtTm>2026-11-20T12:00:00Z</CreDtTm></GrpHdr>`+
		`<OrgnlGrpInfAndSts><OrgnlMsgId>%s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>`, id, about)
	if status != "" {
		fmt.Fprintf(&b, "<GrpSts>%s</GrpSts>", status)
	}
	b.WriteString("</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>IMS-SEPA</OrgnlPmtInfId>")
	for reference, status := range orders {
		fmt.Fprintf(&b, "<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>%s</TxSts>", reference, status)
		if status == "RJCT" {
			b.WriteString("<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>")
		}
		b.WriteString("</TxInfAndSts>")
	}
	b.WriteString("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")
	return b.String()
}

// euroAccount gives the customer an account in EUR, and a holder of it.
func (d *desk) euroAccount(amount int64) (bank.MasterAccount, holder) {
	d.t.Helper()
	m, err := d.onboard.AddMasterAccount(d.ctx, bank.System(d.system.Customer, "test"), customers.NewMasterAccount{IBAN: "DE75512108001245126199", Currency: money.EUR})
	d.must(err)
	_, err = d.onboard.AddBaseIBAN(d.ctx, bank.System(d.system.Customer, "test"), customers.NewBaseIBAN{Base: "DE512108007", MasterAccount: m.ID})
	d.must(err)
	h := d.holder(0)
	return m, d.opens(h.user, money.EUR, amount)
}

// TestPainOrderFile: orders in EUR go out as pain.001 that xmllint accepts, and the bank's report refuses some of them and works
// on others; one that refuses the whole sets all free.
func TestPainOrderFile(t *testing.T) {
	each(t, func(d *desk) {
		m, h := d.euroAccount(100_000)
		euro := func(payee string) bank.Transfer {
			o := order(h, payee)
			o.Amount = money.New(10_000, money.EUR)
			return d.placed(d.system, o).Transfer
		}
		refused, taken, far := euro("FR1420041010050500013M02606"), euro("ES9121000418450200051332"), euro("AE070331234567890123456")
		made, err := d.service.CollectOrders(d.ctx, d.system, m.ID)
		d.must(err)
		f := made[0]
		data := d.content(f.ID)
		d.lint(data)
		if text := string(data); strings.Count(text, "<PmtInf>") != 2 || !strings.Contains(text, f.Message) || strings.Count(text, "<CdtTrfTxInf>") != 3 {
			t.Errorf("message: %s", text)
		}
		report := func(text string) (bank.OrderReport, error) {
			return d.service.ReportOrders(d.ctx, d.system, f.ID, "status.xml", strings.NewReader(text))
		}
		_, err = report(bankReport("B0", "another message", "RJCT", nil))
		d.want("a report about something else", err, bank.ErrInvalid)
		_, err = report("no xml")
		if !errors.Is(err, bank.ErrInvalid) {
			t.Errorf("what is no report: %v", err)
		}
		first := bankReport("B1", f.Message, "PART", map[string]string{transfers.Reference(refused): "RJCT", transfers.Reference(taken): "ACSC", "IMS999": "RJCT"})
		r, err := report(first)
		d.must(err)
		d.equal("report", fmt.Sprint(r.Rejected, r.Settled, r.Unknown, !r.FinishedAt.IsZero()), "1 1 1 true")
		_, err = report(first)
		d.want("the same report again", err, bank.ErrConflict)
		d.equal("refused", d.life(refused.ID), "RECEIVED, HELD, SENT, REJECTED REJECTED")
		d.equal("taken", d.life(taken.ID), "RECEIVED, HELD, SENT, SENT")
		d.equal("life", d.fileLife(f.ID), "PREPARING GENERATED HANDED_OVER ACCEPTED")
		d.equal("what is reserved", d.amounts(h), "100000 held 20000")
		_, err = report(bankReport("B2", f.Message, "RJCT", nil))
		d.must(err)
		d.equal("far", d.life(far.ID), "RECEIVED, HELD, SENT, REJECTED REJECTED")
		d.equal("all is free", d.amounts(h), "100000 held 0")
		d.equal("life", d.fileLife(f.ID), "PREPARING GENERATED HANDED_OVER ACCEPTED REJECTED")
		d.proven()
	})
}

// lint holds a message against the schema that is made from the documents.
func (d *desk) lint(data []byte) {
	d.t.Helper()
	if _, _, err := pain.ReadOrders(bytes.NewReader(data), bankfile.Limits{}, func(*pain.Section, pain.Order) error { return nil }); err != nil {
		d.t.Errorf("our own reader: %v", err)
	}
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		d.t.Log("there is no xmllint here")
		return
	}
	cmd := exec.Command(lint, "--noout", "--schema", filepath.Join("..", "..", "pain", "testdata", "pain.001.001.09.xsd"), "-")
	cmd.Stdin = bytes.NewReader(data)
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Errorf("xmllint: %v: %s", err, out)
	}
}

// TestCutOffs: orders are gathered once at each cut-off on days on which the bank works; the first time nothing is.
func TestCutOffs(t *testing.T) {
	each(t, func(d *desk) {
		_, err := d.onboard.UpdateMasterAccount(d.ctx, bank.System(d.system.Customer, "test"), d.master.ID, func(f *customers.Feed) error {
			f.Ordering.CutOffs = []string{"10:00", "14:30"}
			return nil
		})
		d.must(err)
		h := d.holder(1_000_000)
		d.held(h, 1)
		due := func(at string, want int) {
			d.t.Helper()
			now, err := time.Parse(time.RFC3339, at)
			d.must(err)
			d.pass(now.Sub(d.now()))
			n, err := d.service.CollectDue(d.ctx, d.system.Customer)
			d.must(err)
			d.worked()
			d.equal(at, n, want)
		}
		due("2026-11-20T12:00:00Z", 0) // Friday, 13:00 in Warsaw: the first look
		due("2026-11-20T13:29:00Z", 0)
		due("2026-11-20T13:31:00Z", 1)
		due("2026-11-20T13:31:00Z", 0)
		d.held(h, 1)
		due("2026-11-22T20:00:00Z", 0)
		due("2026-11-23T09:00:30Z", 1) // Monday
		files, err := d.service.OrderFiles(d.ctx, d.system, transfers.OrderFileFilter{})
		d.must(err)
		for i, want := range []string{"2026-11-23 1 GENERATED", "2026-11-20 1 GENERATED"} {
			d.equal("file", fmt.Sprint(files[i].Day, " ", files[i].Orders, " ", files[i].Status), want)
		}
		_, _, err = d.service.OrderFileContent(d.ctx, bank.Actor{Customer: d.system.Customer, Name: "nobody"}, files[0].ID)
		d.want("without a permission", err, bank.ErrForbidden)
	})
}

// TestLeftOut: what no file can carry does not hold up the others, and is told.
func TestLeftOut(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(100_000)
		bad := order(h, outside)
		bad.Title = "/VAT/23/IDC/"
		stuck := d.placed(d.system, bad).Transfer
		d.held(h, 2)
		f := d.collected()
		v, err := d.service.OrderFile(d.ctx, d.system, f.ID)
		d.must(err)
		if f.Orders != 2 || f.LeftOut != 1 || len(v.Left) != 1 || v.Left[0].Transfer != stuck.ID || !strings.Contains(v.Left[0].Reason, "split payment") {
			t.Errorf("file %+v, left out %+v", f, v.Left)
		}
		_, err = d.service.Cancel(d.ctx, d.system, stuck.ID, "cannot be sent")
		d.must(err)
	})
}

// TestOrderFileLimit: what has no room goes into the next file.
func TestOrderFileLimit(t *testing.T) {
	each(t, func(d *desk) {
		_, err := d.onboard.UpdateMasterAccount(d.ctx, bank.System(d.system.Customer, "test"), d.master.ID, func(f *customers.Feed) error {
			f.Ordering.MaxOrders = 2
			return nil
		})
		d.must(err)
		d.held(d.holder(100_000), 5)
		made, err := d.service.CollectOrders(d.ctx, d.system, d.master.ID)
		d.must(err)
		var sizes []int64
		for _, f := range made {
			sizes = append(sizes, f.Orders)
		}
		d.equal("orders of files", sizes, []int64{2, 2, 1})
	})
}
