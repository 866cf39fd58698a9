package history_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/store"
)

func (d *desk) reports(lease, keep time.Duration) *history.Reports {
	return history.NewReports(history.ReportsConfig{DB: d.db, Now: clock, Lease: lease, Keep: keep})
}

func (d *desk) written(s *history.Reports, n history.NewReport) (bank.Report, []byte) {
	d.t.Helper()
	r, err := s.Request(context.Background(), d.actor, n)
	d.must(err)
	r, err = s.Run(context.Background(), "here", d.actor.Customer, r.ID)
	d.must(err)
	if r.Status != bank.ReportReady || r.Percent() != 100 || r.FinishedAt.IsZero() || r.ExpiresAt.IsZero() {
		d.t.Fatalf("%+v", r)
	}
	var out bytes.Buffer
	d.must(s.WriteContent(context.Background(), d.actor, r.ID, &out))
	if int64(out.Len()) != r.Bytes {
		d.t.Errorf("%d bytes, the report says %d", out.Len(), r.Bytes)
	}
	return r, out.Bytes()
}

// tableOf cuts the facts off a CSV file.
func (d *desk) tableOf(file []byte) [][]string {
	d.t.Helper()
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	d.must(err)
	for i, record := range records {
		if len(record) > 5 {
			return records[i+1:]
		}
	}
	return nil
}

// TestReports: a report holds what the list shows under the same filter, oldest first, and nothing that came behind it.
func TestReports(t *testing.T) {
	eachDesk(t, func(d *desk) {
		f := fill(d)
		s := d.reports(0, 0)
		for name, c := range map[string]struct {
			filter history.Filter
			want   []bank.TransactionID
		}{
			"everything": {history.Filter{}, []bank.TransactionID{f.in0, f.in1, f.in2, f.out, f.inside, f.inside + 1}},
			"a balance":  {history.Filter{Balance: d.balances[0].ID}, []bank.TransactionID{f.in0, f.out, f.inside}},
			"several":    {history.Filter{User: d.users[0].ID, Types: []bank.TransactionType{bank.TypeTransferIn}, From: "2026-11-02"}, []bank.TransactionID{f.in1}},
			"behind":     {history.Filter{After: f.out}, []bank.TransactionID{f.inside, f.inside + 1}},
			"nothing":    {history.Filter{Title: "no such title"}, nil},
		} {
			r, file := d.written(s, history.NewReport{Filter: c.filter, Form: sheet.CSV, Lang: "en"})
			rows := d.tableOf(file)
			if len(rows) != len(c.want) || r.Rows != int64(len(c.want)) {
				d.t.Errorf("%s: %d rows, the report says %d, want %v", name, len(rows), r.Rows, c.want)
				continue
			}
			for i, id := range c.want {
				if rows[i][0] != strconv.FormatInt(int64(id), 10) {
					d.t.Errorf("%s: row %d is %v", name, i, rows[i])
				}
			}
		}
	})
}

// TestReportIsOfOneMoment: what is posted between the request and the work is not in it.
func TestReportIsOfOneMoment(t *testing.T) {
	eachDesk(t, func(d *desk) {
		fill(d)
		s := d.reports(0, 0)
		r, err := s.Request(context.Background(), d.actor, history.NewReport{Form: sheet.CSV})
		d.must(err)
		d.move(d.bank, d.balances[0].No, 1, bank.CauseIncoming, "2026-11-06", "too late", "ACME", "JAN")
		if r, err = s.Run(context.Background(), "here", d.actor.Customer, r.ID); err != nil || r.Rows != 6 {
			d.t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestReportTaken: a worker that is silent loses its report, and what it does then changes nothing.
func TestReportTaken(t *testing.T) {
	eachDesk(t, func(d *desk) {
		fill(d)
		ctx, s := context.Background(), d.reports(time.Hour, 0)
		r, err := s.Request(ctx, d.actor, history.NewReport{Form: sheet.CSV})
		d.must(err)
		due := store.DueReport{Customer: d.actor.Customer, ID: r.ID}
		d.must(d.db.Write(ctx, func(tx *store.Tx) error { // a worker that died in the midst of it
			now, err := tx.Now()
			if err != nil {
				return err
			}
			if _, err := tx.LeaseReport(due, "dead", now, now.Add(time.Hour)); err != nil {
				return err
			}
			half := r
			half.Seen, half.Rows, half.Bytes, half.Parts = 2, 2, 4, 1
			if err := tx.MoveReport(half, "dead", now.Add(time.Hour)); err != nil {
				return err
			}
			return tx.AddReportPart(r.Customer, r.ID, 0, []byte("half"))
		}))
		if worked, err := s.RunDue(ctx, "living"); worked || err != nil {
			d.t.Errorf("taken under a lease: %v, %v", worked, err)
		}
		d.must(d.db.Write(ctx, (*store.Tx).ReleaseAllLeases))
		if worked, err := s.RunDue(ctx, "living"); !worked || err != nil {
			d.t.Errorf("not taken: %v, %v", worked, err)
		}
		r, err = s.Get(ctx, d.actor, r.ID)
		d.must(err)
		var out bytes.Buffer
		d.must(s.WriteContent(ctx, d.actor, r.ID, &out))
		if r.Status != bank.ReportReady || r.Rows != 6 || len(d.tableOf(out.Bytes())) != 6 || strings.Contains(out.String(), "half") {
			d.t.Errorf("%+v\n%s", r, out.String())
		}
		err = d.db.Write(ctx, func(tx *store.Tx) error { return tx.MoveReport(r, "dead", clock()) })
		if !errors.Is(err, bank.ErrNotFound) {
			d.t.Errorf("the dead worker wrote: %v", err)
		}
	})
}

func TestReportRules(t *testing.T) {
	eachDesk(t, func(d *desk) {
		fill(d)
		ctx, s := context.Background(), d.reports(0, 0)
		other := newDesk(d.t, d.db, there)
		nobody := bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Permissions: []bank.Permission{bank.PermUsersRead}}
		for name, c := range map[string]struct {
			actor bank.Actor
			n     history.NewReport
			want  error
		}{
			"no permission":     {nobody, history.NewReport{Form: sheet.CSV}, bank.ErrForbidden},
			"no form":           {d.actor, history.NewReport{Form: "pdf"}, bank.ErrInvalid},
			"no date":           {d.actor, history.NewReport{Form: sheet.CSV, Filter: history.Filter{From: "yesterday"}}, bank.ErrInvalid},
			"another's balance": {d.actor, history.NewReport{Form: sheet.CSV, Filter: history.Filter{Balance: other.balances[0].ID}}, bank.ErrNotFound},
		} {
			if _, err := s.Request(ctx, c.actor, c.n); !errors.Is(err, c.want) {
				d.t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		r, err := s.Request(ctx, d.actor, history.NewReport{Form: sheet.XLSX})
		d.must(err)
		if err := s.WriteContent(ctx, d.actor, r.ID, &bytes.Buffer{}); !errors.Is(err, bank.ErrConflict) {
			d.t.Errorf("content before it is READY: %v", err)
		}
		if _, err := s.Get(ctx, other.actor, r.ID); !errors.Is(err, bank.ErrNotFound) {
			d.t.Errorf("another's report: %v", err)
		}
		var last error
		for range 30 {
			if _, last = s.Request(ctx, d.actor, history.NewReport{Form: sheet.CSV}); last != nil {
				break
			}
		}
		if !errors.Is(last, bank.ErrConflict) {
			d.t.Errorf("any number of reports may wait: %v", last)
		}
	})
}

// TestReportExpires: it is kept for its time and not a sweep longer.
func TestReportExpires(t *testing.T) {
	eachDesk(t, func(d *desk) {
		fill(d)
		ctx := context.Background()
		kept, _ := d.written(d.reports(0, time.Hour), history.NewReport{Form: sheet.CSV})
		over, _ := d.written(d.reports(0, -time.Hour), history.NewReport{Form: sheet.CSV})
		s := d.reports(0, 0)
		d.must(s.Sweep(ctx, d.actor.Customer))
		list, err := s.List(ctx, d.actor, history.ReportFilter{})
		if err != nil || len(list) != 1 || list[0].ID != kept.ID {
			d.t.Errorf("%+v, %v", list, err)
		}
		if _, err := s.Get(ctx, d.actor, over.ID); !errors.Is(err, bank.ErrNotFound) {
			d.t.Errorf("it is still there: %v", err)
		}
	})
}

// TestReportXLSX: a workbook, through the parts of the store.
func TestReportXLSX(t *testing.T) {
	t.Parallel()
	d, rows := said(t)
	_, file := d.written(d.reports(0, 0), history.NewReport{Filter: history.Filter{Balance: d.balances[0].ID}, Form: sheet.XLSX, Lang: "pl"})
	book, err := excelize.OpenReader(bytes.NewReader(file))
	d.must(err)
	defer book.Close()
	lines, err := book.GetRows("Operacje")
	d.must(err)
	if len(lines) != len(rows)+1 || lines[2][10] != rows[1].Details.Title || lines[2][5] != "-0.05" || lines[2][15] != "CLEARED" {
		t.Errorf("lines: %v", lines)
	}
}

// TestReportOfWords: the index of words is far behind; a report does not miss what it has not reached.
func TestReportOfWords(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-01", "Zażółć", "ACME", "JAN")
		d.grow(20_000)
		d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-02", "zazolc again", "ACME", "JAN")
		if r, _ := d.written(d.reports(0, 0), history.NewReport{Filter: history.Filter{Title: "zażó"}, Form: sheet.CSV}); r.Rows != 2 {
			d.t.Errorf("%+v", r)
		}
	})
}
