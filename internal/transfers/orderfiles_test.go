package transfers_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/transfers"
	"ims/pli"
)

// held orders transfers of 100.00 PLN each from a holder who has enough, and returns them.
func (d *desk) held(h holder, n int) (list []bank.Transfer) {
	d.t.Helper()
	for range n {
		list = append(list, d.placed(d.system, order(h, outside)).Transfer)
	}
	return list
}

// collected gathers what is held into one file.
func (d *desk) collected() bank.OrderFile {
	d.t.Helper()
	made, err := d.service.CollectOrders(d.ctx, d.system, d.master.ID)
	d.must(err)
	if len(made) != 1 {
		d.t.Fatalf("%d files were made: %+v", len(made), made)
	}
	return made[0]
}

// content downloads a file and holds it against its digest and length.
func (d *desk) content(id bank.ID) []byte {
	d.t.Helper()
	f, r, err := d.service.OrderFileContent(d.ctx, d.system, id)
	d.must(err)
	data, err := io.ReadAll(r)
	d.must(err)
	if int64(len(data)) != f.Bytes {
		d.t.Errorf("%d bytes, want %d", len(data), f.Bytes)
	}
	return data
}

// fileLife is the statuses of a file's steps, without what was only noted.
func (d *desk) fileLife(id bank.ID) string {
	d.t.Helper()
	v, err := d.service.OrderFile(d.ctx, d.system, id)
	d.must(err)
	var all []string
	for _, s := range v.Steps {
		if len(all) == 0 || all[len(all)-1] != string(s.Status) {
			all = append(all, string(s.Status))
		}
	}
	if string(v.Status) != all[len(all)-1] {
		d.t.Errorf("the file is %s, its steps end with %v", v.Status, all)
	}
	return strings.Join(all, " ")
}

// read reads an order file with our own reader, without a finding.
func (d *desk) read(data []byte) (records int) {
	d.t.Helper()
	r, err := pli.Open(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, bankfile.Options{Today: "2026-11-20",
		Own: []bankfile.Own{{Prefix: ownBase}}})
	d.must(err)
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		d.must(err)
		for _, f := range rec.Findings {
			d.t.Errorf("line %d: %s %s", f.Line, f.Code, f.Message("en"))
		}
		records++
	}
	return records
}

// TestOrderFile leads orders from a collection to the bank: the file has each of them once, says what it holds, and is the same
// each time it is downloaded.
func TestOrderFile(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(100_000)
		list := d.held(h, 3)
		split := order(h, outside)
		split.Title = "/VAT/23,00/IDC/5261040828/INV/FV 1/2026/TXT/thanks"
		list = append(list, d.placed(d.system, split).Transfer)
		later := order(h, outside)
		later.RequestedOn = "2026-11-24"
		future := d.placed(d.system, later).Transfer
		f := d.collected()
		d.equal("file", fmt.Sprintf("%s %s %d %d %d %s %s", f.Status, f.Format, f.Orders, f.Amount, f.LeftOut, f.Day, f.Name), "GENERATED pli 4 40000 0 2026-11-20 IMS-2026-11-20-000001.pli")
		data := d.content(f.ID)
		if again := d.content(f.ID); !bytes.Equal(data, again) {
			d.t.Error("the content differs from one download to the next")
		}
		d.equal("records without a finding", d.read(data), 4)
		for i, line := range strings.Split(strings.TrimSpace(string(data)), "\r\n") {
			want := fmt.Sprintf(`"%s"`, transfers.Reference(list[i]))
			if !strings.HasSuffix(line, want) || !strings.Contains(line, h.iban.String()[2:]) {
				d.t.Errorf("record %d is %s, want it to end with %s", i+1, line, want)
			}
			if class := map[bool]string{true: `"53"`, false: `"51"`}[i == 3]; !strings.Contains(line, class) {
				d.t.Errorf("record %d is %s, want class %s", i+1, line, class)
			}
		}
		if _, err := d.service.Cancel(d.ctx, d.system, list[0].ID, ""); !errors.Is(err, bank.ErrConflict) {
			d.t.Errorf("cancelling an order of a file: %v", err)
		}
		_, err := d.service.HandOver(d.ctx, d.system, f.ID, "ACK-1")
		d.must(err)
		d.equal("life of the file", d.fileLife(f.ID), "PREPARING GENERATED HANDED_OVER")
		for _, o := range list {
			d.equal("life of an order", d.life(o.ID), "RECEIVED, HELD, SENT")
		}
		d.equal("life of one for later", d.life(future.ID), "RECEIVED, HELD")
		d.proven()
	})
}
