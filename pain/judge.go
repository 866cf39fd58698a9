package pain

import (
	"slices"

	"ims/bankfile"
)

// judge completes an answer by what stands above it, the nearest first, and finds what is wrong with it.
func (a *Answer) judge(above ...*Answer) {
	a.identify()
	for _, p := range above {
		a.inherit(p)
	}
	if _, known := OutcomeOf(a.Status); a.Status != "" && !known {
		a.find(bankfile.RecordStatusUnknown, "Sts", a.Status, bankfile.Params{})
	}
	for _, p := range above {
		a.compare(p)
	}
	if a.Level == OfOrder && a.Status == "" {
		a.find(bankfile.RecordStatusMissing, "TxSts", "", bankfile.Params{})
	}
	a.doubtRefusal()
	if a.Outcome, _ = OutcomeOf(a.Status); !a.OK() {
		a.Outcome = InProgress
	}
}

// identify finds out whether an answer says what it is about.
func (a *Answer) identify() {
	missing := ""
	switch {
	case a.Level == OfMessage && a.MessageID == "":
		missing = "OrgnlMsgId"
	case a.Level == OfSection && a.SectionID == "" && a.Status != "":
		missing = "OrgnlPmtInfId"
	case a.Level == OfOrder && a.EndToEndID+a.InstructionID+a.TransactionID+a.UETR == "":
		missing = "OrgnlEndToEndId"
	}
	if missing != "" {
		a.find(bankfile.RecordOriginalMissing, missing, missing, bankfile.Params{})
	}
}

// inherit takes the status of what stands above where there is none, its reasons where the status is the same, and its
// errors always: what cannot be trusted above cannot be below.
func (a *Answer) inherit(p *Answer) {
	if a.Status == "" && p.Status != "" {
		a.Status, a.Inherited = p.Status, true
	}
	if a.Status == p.Status && len(a.Reasons) == 0 {
		a.Reasons = slices.Clone(p.Reasons)
	}
	for _, f := range p.Findings {
		if f.Severity == bankfile.Error && !slices.ContainsFunc(a.Findings, func(own bankfile.Finding) bool { return own.Code == f.Code }) {
			a.Findings = append(a.Findings, f)
		}
	}
}

// compare refuses a status that cannot be true together with the one above: all are rejected, or all have left, but this
// one is not.
func (a *Answer) compare(p *Answer) {
	whole, _ := OutcomeOf(p.Status)
	if own, _ := OutcomeOf(a.Status); a.Status != "" && whole != InProgress && own != whole {
		a.find(bankfile.RecordStatusContradiction, "Sts", a.Status, bankfile.Params{Hint: p.Status})
	}
}

// doubtRefusal marks the refusal of a duplicate. We give every order an identifier of its own, so the bank has this one from
// an earlier delivery: to take that for refused could pay twice.
func (a *Answer) doubtRefusal() {
	if o, _ := OutcomeOf(a.Status); o != Rejected {
		return
	}
	for _, r := range a.Reasons {
		if duplicates[r.Code] {
			a.find(bankfile.RecordStatusDuplicate, "StsRsnInf", r.Code, bankfile.Params{})
			return
		}
	}
}

var duplicates = map[string]bool{"AM05": true, "DU01": true, "DU02": true, "DU03": true, "DU04": true, "DU05": true, "DUPL": true}
