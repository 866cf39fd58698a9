package transfers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/pain"
)

const (
	mostReport = 256 << 20 // bytes of a report of the bank
	mostNote   = 300       // characters that a step keeps of the bank's words
)

// ReportOrders takes what the bank answers to an order file (pain.002), stores it as it is, and acts on it: orders that it
// refuses become REJECTED, of all others a step tells what it says; they settle when the bank's statement has them. A file that
// it refuses as a whole becomes REJECTED, one that it works on ACCEPTED. A report on a file that is GENERATED and approved
// proves that the bank has it: that is handed over first. It needs bank.PermFilesExecute and is done once per idempotency key of
// the context.
//
// Errors: bank.ErrNotFound; ErrInvalid for what is no such report, is about another file or contradicts itself; ErrConflict for a
// report that came before, or a file that the bank cannot have; ErrFourEyes for a file that is not approved; ErrTooLarge.
func (s *Service) ReportOrders(ctx context.Context, actor bank.Actor, id bank.ID, name string, body io.Reader) (r bank.OrderReport, err error) {
	if err := actor.May(bank.PermFilesExecute); err != nil {
		return r, err
	}
	if why := bank.CheckText(name, true, 255); why != "" {
		return r, bank.ErrInvalid.With("the name of the report %s", why).Field("name", "invalid", why)
	}
	r = bank.OrderReport{Customer: actor.Customer, ID: bank.NewID(), OrderFile: id, Name: name, UploadedBy: actor.Name, UploadedAt: s.stamp()}
	err = s.spoolReport(ctx, &r, body)
	var said answers
	if err == nil {
		said, err = s.readReport(ctx, &r)
	}
	if err == nil {
		err = s.addReport(ctx, actor, &r, said)
	}
	if err != nil {
		s.dropReport(ctx, r)
		return bank.OrderReport{}, err
	}
	return s.reportOf(ctx, r)
}

// reportOf acts on a report here and now, and returns it as it is then; what fails a worker does later.
func (s *Service) reportOf(ctx context.Context, r bank.OrderReport) (bank.OrderReport, error) {
	if _, failed := s.finishFile(ctx, r.Customer, r.OrderFile); failed == nil {
		return s.reportNow(ctx, r)
	}
	return r, nil
}

// reportNow returns a report as it is now.
func (s *Service) reportNow(ctx context.Context, r bank.OrderReport) (bank.OrderReport, error) {
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.OrderReports(r.Customer, r.OrderFile)
		for _, other := range list {
			if other.ID == r.ID {
				r = other
			}
		}
		return err
	})
	return r, err
}

// spoolReport stores the bytes in parts.
func (s *Service) spoolReport(ctx context.Context, r *bank.OrderReport, body io.Reader) error {
	sum, part := sha256.New(), make([]byte, orderPart)
	for {
		n, err := io.ReadFull(body, part)
		if n > 0 {
			if r.Bytes += int64(n); r.Bytes > mostReport {
				return bank.ErrTooLarge.With("a report of the bank has at most %d MiB", mostReport>>20)
			}
			sum.Write(part[:n])
			stored := s.db.Write(ctx, func(tx *store.Tx) error { return tx.AddOrderFilePart(r.Customer, r.ID, r.Parts, part[:n]) })
			if stored != nil {
				return fmt.Errorf("store report: %w", stored)
			}
			r.Parts++
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n > 0:
			sum.Sum(r.SHA256[:0])
			return nil
		case err != nil:
			if _, ok := bank.AsError(err); ok {
				return err
			}
			return bank.ErrMalformed.With("the upload broke off; nothing was stored").Because(err)
		}
	}
}

// dropReport removes the bytes of a report that was not taken.
func (s *Service) dropReport(ctx context.Context, r bank.OrderReport) {
	_ = s.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.DropOrderFileParts(r.Customer, r.ID) })
}

// answers are what a report says above its orders.
type answers struct {
	about    string   // the message that it answers
	whole    bool     // it refuses the file
	sections []string // it refuses
	works    bool     // the bank works on the file, or on some of its orders
	note     string   // why it refuses
	kept     bool     // it says of an order by itself that it is not refused
}

// note of a single answer.
func (a *answers) add(answer *pain.Answer) {
	if a.about == "" {
		a.about = answer.MessageID
	}
	refused := answer.OK() && answer.Outcome == pain.Rejected
	switch {
	case answer.Level == pain.OfOrder && !refused && !answer.Inherited:
		a.kept = true
	case answer.Level == pain.OfMessage && refused:
		a.whole, a.note = true, wordsOf(answer)
	case answer.Level == pain.OfSection && refused && !answer.Inherited:
		a.sections = append(a.sections, answer.SectionID)
		a.note = wordsOf(answer)
	}
	if answer.OK() && !refused && answer.Status != "" && answer.Status != "RCVD" && answer.Status != "PDNG" {
		a.works = true
	}
}

// wordsOf is what the bank says of something: its code, its reasons and its words.
func wordsOf(answer *pain.Answer) string {
	text := []string{answer.Status}
	for _, r := range answer.Reasons {
		text = append(text, r.Code, r.Text)
	}
	text = slices.DeleteFunc(text, func(s string) bool { return s == "" })
	note := []rune(strings.Map(printable, strings.Join(text, " ")))
	return string(note[:min(len(note), mostNote)])
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// readReport reads a stored report to its end: nothing in it counts before that.
func (s *Service) readReport(ctx context.Context, r *bank.OrderReport) (said answers, err error) {
	reader := s.reportReader(ctx, *r)
	for {
		answer, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return said, fmt.Errorf("read report: %w", err)
		}
		r.Answers++
		said.add(answer)
	}
	report := reader.Report()
	if r.Message = report.MessageID; report.OriginalMessageID != "" {
		said.about = report.OriginalMessageID
	}
	if report.Damaged() {
		e := bank.ErrInvalid.With("this is no report on the state of orders (pain.002) that can be read")
		for _, f := range report.Findings[:min(len(report.Findings), 20)] {
			e = e.Field(f.Element, string(f.Code), f.Message("en"))
		}
		return said, e
	}
	if said.kept && (said.whole || len(said.sections) > 0) {
		return said, bank.ErrInvalid.With("the report refuses the whole and takes a part of it: ask the bank")
	}
	return said, nil
}

func (s *Service) reportReader(ctx context.Context, r bank.OrderReport) *pain.Reader {
	return pain.NewReader(s.partsOf(ctx, r.Customer, r.ID, r.Parts), bankfile.Limits{})
}

// addReport adds the row that makes the bytes a report, and leaves the rest to the file's task.
func (s *Service) addReport(ctx context.Context, actor bank.Actor, r *bank.OrderReport, said answers) error {
	_, err := s.changeFile(ctx, actor, r.OrderFile, func(tx *store.Tx, f *bank.OrderFile) (*bank.Approval, error) {
		if said.about != f.Message && (f.Format == bank.OrdersPain || said.whole || len(said.sections) > 0) {
			return nil, bank.ErrInvalid.With("the report is about %q, the order file is %q", bankfile.Visible(said.about), f.Message)
		}
		switch f.Status {
		case bank.OrderFileGenerated:
			if err := s.useApproval(ctx, tx, actor, f); err != nil {
				return nil, err
			}
			if _, err := s.handOver(ctx, tx, actor, f, reportReference(*r)); err != nil {
				return nil, err
			}
		case bank.OrderFilePreparing, bank.OrderFileDiscarded:
			return nil, bank.ErrConflict.With("the order file is %s, the bank cannot have it", f.Status)
		}
		fresh, err := tx.AddOrderReport(*r)
		if err != nil {
			return nil, fmt.Errorf("add report: %w", err)
		}
		if !fresh {
			return nil, bank.ErrConflict.With("this report came before")
		}
		if f.Task == bank.TaskNone {
			f.Task, f.Reached = bank.TaskReport, bank.ID{}
		}
		event := actor.Event("order-file.reported", f.ID.String(), "", fmt.Sprintf(`{"report":%q,"sha256":"%x","answers":%d}`, r.ID, r.SHA256, r.Answers))
		return nil, tx.Audit(f.Customer, s.stamp(), event)
	})
	return err
}

func reportReference(r bank.OrderReport) string {
	if r.Message == "" {
		return "pain.002"
	}
	return "pain.002 " + r.Message
}

// report acts on the first report that is not finished: on its answers in chunks, then on what it says of the whole.
func (t *orderTask) report() error {
	var r bank.OrderReport
	_, err := t.step(func(tx *store.Tx, f *bank.OrderFile) (err error) {
		if r, err = firstOpen(tx, *f); err == nil && r.ID.IsZero() {
			err = t.done(tx, f)
		}
		return err
	})
	if err != nil || r.ID.IsZero() {
		return err
	}
	reader, said, seen := t.s.reportReader(t.ctx, r), answers{}, int64(0)
	for last := false; !last; {
		var chunk []pain.Answer
		for len(chunk) < t.s.chunk && !last {
			answer, err := reader.Next()
			if last = errors.Is(err, io.EOF); err != nil && !last {
				return fmt.Errorf("read report %s: %w", r.ID, err)
			}
			if last {
				break
			}
			said.add(answer)
			if seen++; seen > r.Applied {
				chunk = append(chunk, *answer)
			}
		}
		if r, err = t.applyChunk(r, chunk); err != nil {
			return err
		}
	}
	if len(said.sections) > 0 && !said.whole {
		if err := t.rejectSections(r, said); err != nil {
			return err
		}
	}
	_, err = t.step(func(tx *store.Tx, f *bank.OrderFile) error { return t.endReport(tx, f, r, said) })
	return err
}

// firstOpen is the first report on a file that is not finished; the zero value if there is none.
func firstOpen(tx *store.Tx, f bank.OrderFile) (bank.OrderReport, error) {
	list, err := tx.OrderReports(f.Customer, f.ID)
	if err != nil {
		return bank.OrderReport{}, fmt.Errorf("reports on order file: %w", err)
	}
	for _, r := range list {
		if r.FinishedAt.IsZero() {
			return r, nil
		}
	}
	return bank.OrderReport{}, nil
}

// applyChunk acts on some answers and notes how many, in one transaction.
func (t *orderTask) applyChunk(r bank.OrderReport, chunk []pain.Answer) (after bank.OrderReport, err error) {
	if len(chunk) == 0 {
		return r, nil
	}
	_, err = t.step(func(tx *store.Tx, f *bank.OrderFile) error {
		after = r
		after.Applied += int64(len(chunk))
		if err := t.apply(tx, *f, &after, chunk); err != nil {
			return err
		}
		return tx.UpdateOrderReport(after)
	})
	return after, err
}

// apply rejects the orders that answers refuse, and notes what they say of others.
func (t *orderTask) apply(tx *store.Tx, f bank.OrderFile, r *bank.OrderReport, chunk []pain.Answer) error {
	notes := map[bank.ID]string{}
	var refused, others []bank.Transfer
	for i := range chunk {
		a := &chunk[i]
		if a.Level != pain.OfOrder {
			continue
		}
		o, ours, err := orderOf(tx, f, a.EndToEndID)
		if err != nil {
			return err
		}
		if !ours {
			r.Unknown++
			continue
		}
		_, twice := notes[o.ID]
		switch notes[o.ID] = reportReference(*r) + ": " + wordsOf(a); {
		case a.OK() && a.Outcome == pain.Rejected:
			r.Rejected++
			if !twice {
				refused = append(refused, o)
			}
		case a.OK() && a.Outcome == pain.Settled:
			r.Settled++
			others = append(others, o)
		default:
			r.InProgress++
			others = append(others, o)
		}
	}
	told := func(o bank.Transfer) Told {
		return Told{Actor: r.UploadedBy, Reason: bank.ReasonRejected, Note: notes[o.ID], At: t.s.stamp()}
	}
	actor := bank.System(f.Customer, r.UploadedBy)
	if _, err := t.s.rejectEach(tx, actor, refused, told); err != nil {
		return err
	}
	return t.noteEach(tx, others, told)
}

// orderOf finds the order of a file that the bank names.
func orderOf(tx *store.Tx, f bank.OrderFile, reference string) (o bank.Transfer, ours bool, err error) {
	id, ok := ParseReference(reference)
	if !ok {
		return o, false, nil
	}
	o, err = tx.TransferOf(f.Customer, id)
	if errors.Is(err, bank.ErrNotFound) {
		return o, false, nil
	}
	return o, err == nil && o.OrderFile == f.ID, err
}

// noteEach appends a step with the bank's words to orders that stay what they are.
func (t *orderTask) noteEach(tx *store.Tx, list []bank.Transfer, told func(bank.Transfer) Told) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]bank.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	locked, err := Locked(tx, list[0].Customer, ids...)
	if err != nil {
		return err
	}
	for _, o := range locked {
		if o.Status != bank.TransferSent {
			continue
		}
		step := told(o).step()
		step.Status, step.Reason = o.Status, ""
		if err := tx.AddTransferStep(o.Customer, o.ID, step); err != nil {
			return fmt.Errorf("add step of transfer: %w", err)
		}
	}
	return nil
}

// rejectSections rejects the orders of sections that the bank has refused.
func (t *orderTask) rejectSections(r bank.OrderReport, said answers) error {
	for {
		f, err := t.step(func(tx *store.Tx, f *bank.OrderFile) error {
			page, err := tx.FiledTransfers(f.Customer, f.ID, f.Reached, t.s.chunk)
			if err != nil || len(page) == 0 {
				f.Reached = bank.ID{}
				return err
			}
			f.Reached = page[len(page)-1].ID
			page = slices.DeleteFunc(page, func(o bank.Transfer) bool { return !slices.Contains(said.sections, sectionOf(o, f.Day)) })
			told := Told{Actor: r.UploadedBy, Reason: bank.ReasonRejected, Note: reportReference(r) + ": " + said.note, At: t.s.stamp()}
			_, err = t.s.rejectEach(tx, bank.System(f.Customer, r.UploadedBy), page, func(bank.Transfer) Told { return told })
			return err
		})
		if err != nil || f.Reached.IsZero() {
			return err
		}
	}
}

// endReport does what a report says of the file, and ends it.
func (t *orderTask) endReport(tx *store.Tx, f *bank.OrderFile, r bank.OrderReport, said answers) error {
	r.FinishedAt = t.s.stamp()
	if err := tx.UpdateOrderReport(r); err != nil {
		return fmt.Errorf("end report: %w", err)
	}
	if err := t.done(tx, f); err != nil {
		return err
	}
	before, note := f.Status, fmt.Sprintf("%s: %d refused, %d executed, %d in progress, %d unknown", reportReference(r), r.Rejected, r.Settled, r.InProgress, r.Unknown)
	actor := bank.System(f.Customer, r.UploadedBy)
	switch {
	case said.whole && before.MayBecome(bank.OrderFileRejected):
		f.BankReference, f.Reason = reportReference(r), said.note
		if err := t.s.moveFile(tx, f, bank.OrderFileRejected, bank.TaskReject, r.UploadedBy, joined(reportReference(r), said.note)); err != nil {
			return err
		}
		return t.s.auditFile(tx, actor, "order-file.rejected", before, *f)
	case said.works && before == bank.OrderFileHandedOver:
		task := f.Task
		if err := t.s.moveFile(tx, f, bank.OrderFileAccepted, task, r.UploadedBy, note); err != nil {
			return err
		}
		return t.s.auditFile(tx, actor, "order-file.accepted", before, *f)
	}
	return t.s.fileStep(tx, *f, r.UploadedBy, note)
}
