package main

import (
	"encoding/hex"
	"fmt"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

type approvalCommands struct {
	List    approvalListCommand    `cmd:"" help:"List requests for a second person."`
	Approve approvalApproveCommand `cmd:"" help:"Approve a request of another person."`
	Reject  approvalRejectCommand  `cmd:"" help:"Reject a request."`
}

// approvalView is an approval in JSON. The digest is of the exact content that is approved.
type approvalView struct {
	ID          bank.ID             `json:"id"`
	Action      string              `json:"action"`
	Object      string              `json:"object"`
	Summary     string              `json:"summary"`
	Digest      string              `json:"digest"`
	Status      bank.ApprovalStatus `json:"status"`
	RequestedBy string              `json:"requestedBy"`
	RequestedAt time.Time           `json:"requestedAt"`
	DecidedBy   string              `json:"decidedBy,omitempty"`
	DecidedAt   *time.Time          `json:"decidedAt,omitempty"`
	Reason      string              `json:"reason,omitempty"`
}

func viewApproval(a bank.Approval) approvalView {
	return approvalView{ID: a.ID, Action: a.Action, Object: a.Object, Summary: a.Summary, Digest: hex.EncodeToString(a.Digest[:]), Status: a.Status,
		RequestedBy: a.RequestedBy, RequestedAt: a.RequestedAt, DecidedBy: a.DecidedBy, DecidedAt: instantView(a.DecidedAt), Reason: a.Reason}
}

type approvalListCommand struct {
	listing
	Status bank.ApprovalStatus `help:"Only those of a status; ALL for all." enum:"PENDING,APPROVED,REJECTED,USED,ALL" default:"PENDING"`
	After  bank.ID             `help:"Continue behind this approval." placeholder:"ID"`
	Limit  int                 `help:"How many." default:"100"`
}

// Run lists approvals that the actor asked for or may decide.
func (c *approvalListCommand) Run(p *program) error {
	if c.Status == "ALL" {
		c.Status = ""
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.access.Approvals(p.ctx, actor, actor.Customer, access.ApprovalFilter{Status: c.Status, After: c.After, Limit: c.Limit})
		if err != nil {
			return err
		}
		t, views := newTable("ID", "STATUS", "WHAT", "ASKED BY", "ASKED AT", "DECIDED BY"), make([]approvalView, len(list))
		for i, a := range list {
			views[i] = viewApproval(a)
			t.row(a.ID, a.Status, a.Summary, a.RequestedBy, instantText(a.RequestedAt), a.DecidedBy)
		}
		return c.print(p, views, t)
	})
}

type approvalApproveCommand struct {
	ID     bank.ID `arg:"" help:"The approval."`
	Reason string  `help:"Why, for the audit trail."`
}

// Run approves; the one who asked, or who approved, then repeats the command.
func (c *approvalApproveCommand) Run(p *program) error { return decide(p, c.ID, true, c.Reason) }

type approvalRejectCommand struct {
	ID     bank.ID `arg:"" help:"The approval."`
	Reason string  `help:"Why; the one who asked reads it." required:""`
}

// Run rejects.
func (c *approvalRejectCommand) Run(p *program) error { return decide(p, c.ID, false, c.Reason) }

func decide(p *program, id bank.ID, approve bool, reason string) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		a, err := r.access.Decide(p.ctx, actor, actor.Customer, id, approve, reason)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s: %s\n", a.Status, visible(a.Summary))
		if approve {
			fmt.Fprintf(p.stdout, "Carry it out by repeating the command: %s.\n", whoGoesOn(a))
		}
		return nil
	})
}

// whoGoesOn names who may carry out what was approved: not who is barred, as the uploader of a file.
func whoGoesOn(a bank.Approval) string {
	if a.Barred == a.RequestedBy {
		return "you, or anybody else but " + visible(a.Barred)
	}
	return visible(a.RequestedBy) + " or you"
}
