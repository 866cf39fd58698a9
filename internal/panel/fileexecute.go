package panel

import (
	"context"
	"encoding/hex"
	"net/http"

	"ims/internal/bank"
)

// fileAction is a step of a file's life.
type fileAction func(ctx context.Context, actor bank.Actor, id bank.ID) (bank.TransactionFile, error)

func hexadecimal(b []byte) string { return hex.EncodeToString(b) }

// askExecute shows what execution will do, and asks who sits there.
func (v *visit) askExecute() error {
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	if s.executeWord(v) == "" {
		return v.redirect(fileHref(s.File))
	}
	return v.show(v.T("execute.title", s.File.Name), executePage(v, s, "", ""))
}

// execute takes the operator's step towards the execution of a file: to ask for it, to approve what another asked for, or to
// begin it. It counts only with the password or a second factor, and only for what the page showed.
func (v *visit) execute() error {
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	if s.executeWord(v) == "" {
		return v.redirect(fileHref(s.File))
	}
	err = v.Gate.Confirm(v.r.Context(), v.where(), v.cookie(sessionCookie), v.r.PostForm.Get("secret"))
	if fault := v.signInFault(err); fault != "" {
		return v.answer(http.StatusUnprocessableEntity, v.T("execute.title", s.File.Name), executePage(v, s, fault, ""))
	}
	if err != nil {
		return err
	}
	if v.r.PostForm.Get("approval") != s.approvalID() {
		return v.answer(http.StatusConflict, v.T("execute.title", s.File.Name), executePage(v, s, "", v.T("execute.changed")))
	}
	if s.approval(v) == approvalForMe {
		if _, err := v.Access.Decide(v.r.Context(), v.actor, v.customer.ID, s.Approval.ID, true, ""); err != nil {
			return v.fileRefused(s.File.ID, err)
		}
	}
	return v.executeNow(s.File)
}

func (v *visit) executeNow(f bank.TransactionFile) error {
	f, pending, err := v.Files.Execute(v.r.Context(), v.actor, f.ID)
	if err != nil {
		return v.fileRefused(f.ID, err)
	}
	if pending != nil {
		v.say("execute.asked", f.Name)
	} else {
		v.say("execute.begun", f.Name)
	}
	return v.redirect(fileHref(f))
}

// approvalID names the approval that the page showed, so that nobody decides another one.
func (s fileState) approvalID() string {
	if s.Approval == nil {
		return ""
	}
	return s.Approval.ID.String()
}

func (v *visit) askRejectFile() error {
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	return v.rejectForm(s, "", http.StatusOK)
}

// rejectForm asks why an execution is not approved, or withdraws what one has asked for.
func (v *visit) rejectForm(s fileState, fault string, status int) error {
	key := "decline"
	switch s.approval(v) {
	case approvalMine:
		key = "withdraw"
	case approvalForMe:
	default:
		return v.redirect(fileHref(s.File))
	}
	title := v.T("reject."+key+"Title", s.File.Name)
	return v.answer(status, title, askPage(v, ask{title: title, text: v.T("reject." + key + "Text"), action: fileHref(s.File) + "/reject", back: fileHref(s.File),
		button: v.T("reject." + key), danger: true, fields: rejectFields(v, s, fault)}))
}

func (v *visit) rejectFile() error {
	s, err := v.stateOfPath()
	if err != nil {
		return err
	}
	state := s.approval(v)
	if state != approvalMine && state != approvalForMe || v.r.PostForm.Get("approval") != s.approvalID() {
		return v.redirect(fileHref(s.File))
	}
	reason := v.r.PostForm.Get("reason")
	if _, err := v.Access.Decide(v.r.Context(), v.actor, v.customer.ID, s.Approval.ID, false, reason); err != nil {
		faults, whole, err := v.faults(err)
		if err != nil {
			return err
		}
		if faults["reason"] == "" {
			faults["reason"] = whole
		}
		return v.rejectForm(s, v.reasonFault(reason, faults["reason"]), http.StatusUnprocessableEntity)
	}
	v.say("reject.done", s.File.Name)
	return v.redirect(fileHref(s.File))
}

// reasonFault says in the operator's language that a reason is missing.
func (v *visit) reasonFault(reason, fault string) string {
	if reason == "" {
		return v.T("reject.reasonMissing")
	}
	return fault
}
