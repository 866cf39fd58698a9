package panel

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
)

// fileState is a file as its page shows it.
type fileState struct {
	files.Summary
	progress files.Progress
}

func (v *visit) file() error {
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	return v.show(s.File.Name, filePage(v, s))
}

// fileStream keeps the page up to date while a stage runs, and while what was asked for waits for somebody else.
func (v *visit) fileStream() error {
	if v.r.URL.Query().Get("whole") != "" {
		return v.file()
	}
	return v.stream(filePace, func() (templ.Component, bool, error) {
		s, err := v.stateOfPath()
		if !s.changes(v) {
			return fileAfter(s), true, err
		}
		return fileNow(v, s), false, err
	})
}

func (v *visit) stateOfPath() (s fileState, err error) {
	id, err := v.id()
	if err != nil {
		return s, err
	}
	if s.Summary, err = v.Files.Summary(v.r.Context(), v.actor, id, v.language.String()); err != nil {
		return s, err
	}
	s.progress = files.Progress{Stage: string(s.File.Status), Stopped: s.File.StopReason}
	if s.progress.Running() {
		s.progress, err = v.Files.Progress(v.r.Context(), v.actor, id)
	}
	return s, err
}

// changes tells whether the page changes without this operator.
func (s fileState) changes(v *visit) bool {
	return s.progress.Running() || s.approval(v) == approvalMine
}

// approvalState is how the second person stands to a file that could be executed.
type approvalState int

const (
	approvalNone    approvalState = iota // none is needed
	approvalToAsk                        // nobody has asked yet
	approvalMine                         // the operator asked, and somebody else must decide
	approvalForMe                        // somebody else asked, and the operator may decide
	approvalElse                         // somebody else asked, and others decide
	approvalIsGiven                      // it was given: the file can be executed, by all but who uploaded it
)

func (s fileState) approval(v *visit) approvalState {
	switch a := s.Approval; {
	case s.File.Status != bank.FileValidated || !s.FourEyes:
		return approvalNone
	case a == nil:
		return approvalToAsk
	case a.Status == bank.ApprovalApproved:
		return approvalIsGiven
	case a.RequestedBy == v.actor.Name:
		return approvalMine
	case s.Executable && s.Approval.MayApprove(v.actor.Name) && !s.OwnUpload:
		return approvalForMe
	}
	return approvalElse
}

// waits tells whether the file waits for somebody's decision, which is then all that is to be said.
func (s fileState) waits(v *visit) bool {
	a := s.approval(v)
	return a == approvalMine || a == approvalForMe || a == approvalElse
}

// executeWord is the key of what the operator's step towards execution is called; "" where there is none.
func (s fileState) executeWord(v *visit) string {
	if !s.Executable {
		return ""
	}
	switch s.approval(v) {
	case approvalToAsk:
		return "execute.ask"
	case approvalForMe:
		return "execute.approve"
	case approvalNone, approvalIsGiven:
		return "execute.go"
	}
	return ""
}

// sumRow is one line of a table of sums.
type sumRow struct {
	name, about   string
	count, amount int64
	tone          string // "": nothing particular
}

// holds are the records of the file by what they say.
func (s fileState) holds(v *visit) []sumRow {
	list := []sumRow{
		{name: v.T("fileSum.credits"), count: s.Credits.Count, amount: s.Credits.Amount},
		{name: v.T("fileSum.debits"), count: s.Debits.Count, amount: -s.Debits.Amount},
		{name: v.T("fileSum.internal"), count: s.Internal.Count, amount: s.Internal.Amount},
	}
	for _, more := range []sumRow{
		{name: v.T("fileSum.charges"), count: s.Charges.Count, amount: -s.Charges.Amount},
		{name: v.T("fileSum.unplaced"), count: s.Unplaced.Count, amount: s.Unplaced.Amount},
		{name: v.T("fileSum.refused"), count: s.File.Totals.Refused.Count, amount: s.File.Totals.Refused.Amount, tone: "bad"},
	} {
		if more.count > 0 {
			list = append(list, more)
		}
	}
	return list
}

// outcomes in the order in which people ask for them.
var outcomes = []string{"CREDITED", "CREDITED_FROZEN", "INTERNAL", "DEBITED", "OWN", "SHORTFALL", "TECHNICAL", "UNREADABLE", "POSSIBLE_DUPLICATE"}

// does is what execution does with the records, or did.
func (s fileState) does(v *visit) []sumRow {
	by := s.Forecast.Outcomes
	switch {
	case s.begun():
		by = s.Done
	case s.File.Status == bank.FileInvalid:
		return nil
	}
	var list []sumRow
	for _, o := range outcomes {
		if sum := by[o]; sum.Count > 0 {
			row := sumRow{name: v.word("fileOutcome", o), about: v.word("fileOutcomeText", o), count: sum.Count, amount: sum.Amount}
			if o == "TECHNICAL" || o == "SHORTFALL" || o == "UNREADABLE" || o == "POSSIBLE_DUPLICATE" {
				row.tone = "wait"
			}
			list = append(list, row)
		}
	}
	return list
}

// doesTitle is what stands over does.
func (s fileState) doesTitle(v *visit) string {
	switch {
	case s.File.Status == bank.FileExecuted:
		return v.T("file.did")
	case s.begun():
		return v.T("file.didSoFar")
	}
	return v.T("file.does")
}

// opened tells whether execution left something to decide.
func (s fileState) opened() bool {
	return slices.ContainsFunc([]string{"SHORTFALL", "TECHNICAL", "UNREADABLE", "POSSIBLE_DUPLICATE"}, func(o string) bool { return s.Done[o].Count > 0 })
}

// begun tells whether there are facts of an execution instead of a forecast, and they stay as they are.
func (s fileState) begun() bool {
	return s.File.Status == bank.FileExecuted || s.File.Status == bank.FileExecuting && s.File.StopReason != ""
}

// postings is how many postings execution made.
func (s fileState) postings() int64 { return s.Done[ledger.AllPostings].Count }

// fileFacts is what is known of a file.
func fileFacts(v *visit, s fileState) []fact {
	f := s.File
	known := []fact{
		{v.T("fileFact.account"), plain(strings.TrimSpace(s.Account.Name + " " + s.Account.IBAN.Format()))},
		{v.T("fileFact.format"), plain(s.Account.Format)},
		{v.T("fileFact.acceptance"), plain(v.word("fileAcceptance", string(f.Acceptance)))},
		{v.T("fileFact.size"), plain(v.T("fileFact.bytes", f.Bytes))},
		{v.T("fileFact.digest"), code(hexadecimal(f.SHA256[:]))},
		{v.T("fileFact.uploaded"), byAt(v, f.UploadedBy, f.UploadedAt)},
	}
	for _, more := range []struct {
		name, by string
		at       time.Time
	}{{"fileFact.validated", "", f.ValidatedAt}, {"fileFact.begun", f.ExecutedBy, f.ExecutingAt}, {"fileFact.executed", "", f.ExecutedAt}} {
		if !more.at.IsZero() {
			known = append(known, fact{v.T(more.name), byAt(v, more.by, more.at)})
		}
	}
	return append(known, fact{v.word("column", "id"), copyable(v, f.ID.String(), f.ID.String())})
}

// askValidate and askRetry ask before a stage runs once more.
func (v *visit) askValidate() error { return v.askFile("validate") }
func (v *visit) askRetry() error    { return v.askFile("retry") }

func (v *visit) askFile(action string) error {
	f, err := v.fileOfPath()
	if err != nil {
		return err
	}
	title := v.T("file."+action+"Title", f.Name)
	return v.show(title, askPage(v, ask{title: title, text: v.T("file." + action + "Text"), action: fileHref(f) + "/" + action, back: fileHref(f),
		button: v.T("file." + action)}))
}

func (v *visit) validateAgain() error {
	return v.again(v.Files.ValidateAgain, "file.validateDone")
}

func (v *visit) retryFile() error { return v.again(v.Files.Retry, "file.retryDone") }

// again runs a stage once more. That somebody was faster is no fault: the page shows what is.
func (v *visit) again(run fileAction, done string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	f, err := run(v.r.Context(), v.actor, id)
	if err != nil {
		return v.fileRefused(id, err)
	}
	v.say(done, f.Name)
	return v.redirect(fileHref(f))
}

// fileRefused tells on the page of a file why an action was refused: usually because its state is another by now.
func (v *visit) fileRefused(id bank.ID, refusal error) error {
	e, ok := bank.AsError(refusal)
	if !ok || e.Kind != bank.Conflict {
		return refusal
	}
	var earlier *files.Earlier
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	return v.answer(http.StatusConflict, s.File.Name, fileRefusal(v, s, v.sentence(e), errors.As(refusal, &earlier)))
}

func upper(text string) string { return strings.ToUpper(text) }
