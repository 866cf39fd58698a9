package pain

import (
	"cmp"
	"errors"
	"io"

	"ims/bankfile"
)

const (
	mostReasons = 16   // kept of one answer
	mostText    = 1000 // characters of what a bank says besides a reason
)

// Report is what is known of a report on the state of orders after the last answer.
type Report struct {
	MessageID           string // the bank's own of this report
	Created             string // when it was made, as it says
	OriginalMessageID   string // Message.ID of what it is about
	OriginalMessageName string // as pain.001.001.09
	Answers             int
	Settled             int // orders by outcome, those of which the report speaks one by one
	Rejected            int
	InProgress          int
	Findings            []bankfile.Finding    // about the file, and the first of the answers'
	Counts              map[bankfile.Code]int // of all findings
}

// Damaged reports that the file is not whole or not what it should be: then nothing in it counts.
func (r *Report) Damaged() bool {
	for _, f := range r.Findings {
		if f.Severity == bankfile.Error && f.Code.AboutFile() {
			return true
		}
	}
	return false
}

// Reader reads one report on the state of orders (pain.002).
type Reader struct {
	walk   *walker[Reader]
	limits bankfile.Limits
	report Report
	queue  []*Answer
	end    error // what Next returns when the queue is empty

	found    bool // the message that was expected
	group    *Answer
	section  *Answer // nil outside of one
	order    *Answer
	reason   *StatusReason
	grouped  bool // the message has been judged: sections follow
	sections bool // the section has been judged: orders follow
}

// NewReader returns a reader of the bytes that a bank has sent. Of the limits it knows Bytes, Records (answers) and
// Findings. The file is read once and never held.
func NewReader(r io.Reader, l bankfile.Limits) *Reader {
	l.Records, l.Findings = cmp.Or(l.Records, bankfile.DefaultRecords), cmp.Or(l.Findings, bankfile.DefaultFindings)
	reader := &Reader{limits: l, group: &Answer{Level: OfMessage}, report: Report{Counts: map[bankfile.Code]int{}}}
	src, err := newSource(r, l)
	if err != nil {
		reader.stop(err)
		return reader
	}
	reader.walk = newWalker(src, answerPlaces, false)
	return reader
}

// Next returns the next answer: that of the message before those of its sections, and that of a section before those of
// its orders. The end is io.EOF itself, also of a bad file; any other error is of reading, and lasts.
func (r *Reader) Next() (*Answer, error) {
	for len(r.queue) == 0 {
		if r.end != nil {
			return nil, r.end
		}
		if err := r.walk.next(r); err != nil {
			r.stop(err)
		}
	}
	a := r.queue[0]
	r.queue = r.queue[1:]
	return a, nil
}

// Report is complete when Next has returned io.EOF.
func (r *Reader) Report() Report { return r.report }

// stop ends the reading: with io.EOF, whatever is wrong with the file, or with an error of our own.
func (r *Reader) stop(err error) {
	r.end = err
	if bad, ok := errors.AsType[*UnreadableError](err); ok {
		r.note(bad.Finding)
		r.end = io.EOF
		return
	}
	switch {
	case !errors.Is(err, io.EOF):
		return
	case !r.found:
		r.note(bankfile.Finding{Code: bankfile.FileWrongFormat, Severity: bankfile.Error, Params: bankfile.Params{Hint: "otherxml"}})
	case r.report.Answers == 0:
		r.note(bankfile.Finding{Code: bankfile.FileEmpty, Severity: bankfile.Error})
	}
	if r.walk.src.replaced {
		r.note(bankfile.Finding{Code: bankfile.FileEncodingInvalid, Severity: bankfile.Warning, Params: bankfile.Params{Hint: r.walk.src.encoding.String()}})
	}
}

// note counts a finding and keeps it if it is about the file or among the first.
func (r *Reader) note(f bankfile.Finding) {
	r.report.Counts[f.Code]++
	if f.Code.AboutFile() || len(r.report.Findings) < r.limits.Findings {
		r.report.Findings = append(r.report.Findings, f)
	}
}

// hand puts an answer into the queue.
func (r *Reader) hand(a *Answer) error {
	if r.report.Answers == r.limits.Records {
		return unreadable(bankfile.FileTooManyRecords, bankfile.Params{Limit: int64(r.limits.Records)})
	}
	r.report.Answers++
	a.Number = r.report.Answers
	if a.Level == OfOrder {
		*[...]*int{InProgress: &r.report.InProgress, Settled: &r.report.Settled, Rejected: &r.report.Rejected}[a.Outcome]++
	}
	for i := range a.Findings {
		a.Findings[i].Line = a.Number
		r.note(a.Findings[i])
	}
	r.queue = append(r.queue, a)
	return nil
}

// endGroup judges what is said of the message, once: at its end, or where the first section begins without it.
func (r *Reader) endGroup() error {
	if r.grouped {
		return nil
	}
	r.grouped, r.report.OriginalMessageID = true, r.group.MessageID
	r.group.judge()
	if r.group.Status == "" && r.group.OK() {
		return nil // it says nothing that holds for the whole
	}
	return r.hand(r.group)
}

func (r *Reader) beginSection() error {
	r.section, r.sections = &Answer{Level: OfSection, MessageID: r.group.MessageID}, false
	return r.endGroup()
}

// endSection judges what is said of the section, where its first order begins or where it ends.
func (r *Reader) endSection() error {
	if r.sections {
		return nil
	}
	r.sections = true
	said := r.section.Status != ""
	if r.section.judge(r.group); !said && len(r.section.Findings) == 0 {
		return nil
	}
	return r.hand(r.section)
}

func (r *Reader) beginOrder() error {
	r.order = &Answer{Level: OfOrder, MessageID: r.group.MessageID, SectionID: r.section.SectionID}
	return r.endSection()
}

func (r *Reader) endOrder() error {
	a := r.order
	r.order = nil
	a.judge(r.section, r.group)
	return r.hand(a)
}

// innermost is what a value is said of.
func (r *Reader) innermost() *Answer {
	switch {
	case r.order != nil:
		return r.order
	case r.section != nil:
		return r.section
	}
	return r.group
}
