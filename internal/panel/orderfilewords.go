package panel

import (
	"encoding/hex"

	"ims/internal/bank"
	"ims/internal/transfers"
)

// orderFileFacts is what is known of an order file: the control totals first, as the bank compares them.
func orderFileFacts(v *visit, f transfers.OrderFileView) []fact {
	known := []fact{
		{v.word("column", "orders"), linked(v.count(f.Orders), v.reach("/transfers?orderFile="+f.ID.String()))},
		{v.word("column", "amount"), moneyOf(v, f.Amount, f.Currency)},
		{v.word("column", "orderDay"), plain(f.Day)},
		{v.word("column", "format"), code(f.Format)},
		{v.word("column", "created"), instantOf(v, f.CreatedAt)},
		{v.word("column", "orderedBy"), plain(f.CreatedBy)},
		{v.word("column", "approvedBy"), plain(f.ApprovedBy)},
		{v.T("orderFiles.downloads"), plain(v.count(f.Downloads))},
		{v.T("orderFiles.reference"), code(f.BankReference)},
		{v.word("column", "why"), plain(f.Reason)},
	}
	if f.Bytes > 0 {
		known = append(known, fact{v.T("approvals.sha"), code(hex.EncodeToString(f.SHA256[:]))})
	}
	return append(known, fact{v.word("column", "id"), copyable(v, f.ID.String(), f.ID.String())})
}

func tellOrderFile(v *visit, c transfers.OrderFileDecision) about {
	a := about{line: c.Name + " · " + c.Amount}
	add := func(name, value string) {
		if value != "" {
			a.facts = append(a.facts, fact{name, plain(value)})
		}
	}
	add(v.word("column", "name"), c.Name)
	if c.Orders > 0 {
		add(v.word("column", "orders"), v.count(c.Orders))
	}
	add(v.word("column", "amount"), c.Amount)
	add(v.word("column", "orderDay"), c.Day)
	add(v.T("approvals.sha"), c.SHA256)
	add(v.T("orderFiles.reference"), c.Reference)
	add(v.word("column", "why"), c.Reason)
	return a
}

// doOrderFile carries out what a second person has agreed to about an order file, or one order of it.
func (v *visit) doOrderFile(a bank.Approval, c transfers.OrderFileDecision) (err error) {
	if a.Action == bank.ActionRejectOrder {
		_, err = v.Transfers.RejectTransfer(v.r.Context(), v.actor, c.Transfer, c.Reference, c.Reason)
		return v.done(err, transferHref(c.Transfer))
	}
	switch a.Action {
	case bank.ActionHandOver:
		err = handingOver.do(v, c.OrderFile, c.Reference, c.Reason)
	case bank.ActionDiscard:
		err = discarding.do(v, c.OrderFile, c.Reference, c.Reason)
	case bank.ActionRejectFile:
		err = rejecting.do(v, c.OrderFile, c.Reference, c.Reason)
	default:
		_, err = v.Transfers.ApproveOrderFile(v.r.Context(), v.actor, c.OrderFile)
	}
	return v.done(err, orderFileHref(c.OrderFile))
}
