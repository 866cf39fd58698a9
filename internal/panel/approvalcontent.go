package panel

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"ims/internal/bank"
	"ims/internal/money"
)

// approvalContent is what exactly is to be approved.
type approvalContent struct {
	facts   []fact
	changes []difference // from before to after, where the content is a change of settings
}

// contentOf gathers what a second person must see. What they may not read of the object stays out; the sentence that the
// approval is bound to is always there.
func (v *visit) contentOf(a bank.Approval) (c approvalContent, err error) {
	c.changes = summaryChanges(a.Summary)
	if len(c.changes) == 0 {
		c.facts = append(c.facts, fact{v.word("column", "content"), plain(a.Summary)})
	}
	noun, _, _ := strings.Cut(a.Action, ".")
	var more []fact
	switch {
	case noun == "item" && v.may(bank.PermFundsRead):
		more, err = v.itemContent(a)
	case noun == "file" && v.may(bank.PermFilesRead):
		more, err = v.fileContent(a)
	}
	if errors.Is(err, bank.ErrNotFound) {
		err = nil // what it was about is gone; the sentence stays
	}
	c.facts = append(c.facts, more...)
	c.facts = append(c.facts, fact{v.T("approvals.digest"), code(hex.EncodeToString(a.Digest[:8]))})
	return c, err
}

// itemContent shows the amount, its words and where it is to go.
func (v *visit) itemContent(a bank.Approval) ([]fact, error) {
	id, err := bank.ParseID(a.Object)
	if err != nil {
		return nil, bank.ErrNotFound
	}
	i, err := v.Files.Item(v.r.Context(), v.actor, id)
	if err != nil {
		return nil, err
	}
	currency, err := money.ParseCurrency(i.Currency)
	if err != nil {
		return nil, fmt.Errorf("currency of an item: %w", err)
	}
	list := []fact{
		{v.word("column", "amount"), moneyOf(v, i.Amount, currency)},
		{v.word("column", "reason"), plain(v.reasonWords(i.Reason))},
		{v.word("column", "payer"), party(v, i.Details.PayerName, i.Details.PayerAccount)},
		{v.word("column", "payee"), party(v, i.Details.PayeeName, i.Details.PayeeAccount)},
		{v.word("column", "paymentTitle"), plain(i.Details.Title)},
	}
	_, text, found := strings.Cut(a.Summary, " to balance ")
	text, _, _ = strings.Cut(text, ":")
	target, bad := bank.ParseID(text)
	if found && bad == nil && v.may(bank.PermUsersRead) {
		home, err := v.candidate(target)
		return append(list, fact{v.T("items.target"), candidateOf(v, home)}), err
	}
	return list, nil
}

// fileContent shows which file it is, so that nobody approves another one of its name.
func (v *visit) fileContent(a bank.Approval) ([]fact, error) {
	id, err := bank.ParseID(a.Object)
	if err != nil {
		return nil, bank.ErrNotFound
	}
	f, err := v.Files.File(v.r.Context(), v.actor, id)
	if err != nil {
		return nil, err
	}
	return []fact{
		{v.word("column", "name"), plain(f.Name)},
		{v.word("column", "records"), plain(v.count(f.Totals.Records))},
		{v.word("column", "warnings"), plain(v.count(f.Totals.Warnings))},
		{v.word("column", "uploadedBy"), plain(f.UploadedBy)},
		{v.word("column", "uploaded"), instantOf(v, f.UploadedAt)},
		{v.T("approvals.sha"), code(hex.EncodeToString(f.SHA256[:]))},
	}, nil
}

// summaryChanges takes apart a sentence of the form "... from {JSON} to {JSON}"; nil for all others.
func summaryChanges(summary string) []difference {
	_, rest, found := strings.Cut(summary, " from {")
	before, after, both := strings.Cut(rest, "} to {")
	if !found || !both {
		return nil
	}
	return differences(bank.AuditEvent{Before: "{" + before + "}", After: "{" + after})
}

// aboutOf is an approval in one line; a change of settings as what it changes.
func aboutOf(a bank.Approval) string {
	var parts []string
	for _, d := range summaryChanges(a.Summary) {
		if !d.same() {
			parts = append(parts, d.path+": "+d.before+" → "+d.after)
		}
	}
	if len(parts) == 0 {
		return a.Summary
	}
	return strings.Join(parts, "; ")
}
