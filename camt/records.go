package camt

import "ims/bankfile"

// endEntry decides what becomes of an entry: its records are handed out, or it is left out.
func (f *format) endEntry() {
	e := &f.entry
	if f.statement.foreign {
		return
	}
	if e.count == 0 {
		e.keepHead(f.walk, f.walk.offset())
	}
	switch state := e.values.of(status); string(state) {
	case "BOOK", "":
	default:
		f.line++
		f.file.Find(bankfile.Finding{Code: bankfile.RecordNotBooked, Line: f.line, Element: "Ntry/Sts", Value: bankfile.Visible(string(state))})
		return
	}
	e.conclude(&f.judge)
	e.facts.account = f.statement.account
	// One that cannot be read counts as nothing: without the proof of the balances no other of the statement can be trusted.
	if e.facts.fault == "" && (e.facts.mark == credited || e.facts.mark == debited) {
		f.statement.book(e.facts.amount, e.facts.mark)
	}
	f.ready = true
}

// nextOfEntry returns the next record of the entry at hand, or nil when there is none left.
func (f *format) nextOfEntry() (*bankfile.Record, error) {
	e := &f.entry
	for e.next < max(e.count, 1) {
		d, err := f.nextDetail()
		if err != nil {
			return nil, err
		}
		f.line++
		record, left := f.judge.record(f.line, e, d)
		e.next++
		if left.Code == "" {
			return record, nil
		}
		f.file.Find(left)
	}
	return nil, nil
}

// nextDetail returns the detail to be handed out, nil for an entry without any.
func (f *format) nextDetail() (*detail, error) {
	e := &f.entry
	switch {
	case e.count == 0:
		return nil, nil
	case e.next < len(e.held):
		return &e.held[e.next], nil
	case e.next == len(e.held):
		if err := f.resume(); err != nil {
			return nil, err
		}
	}
	return f.again.next()
}
