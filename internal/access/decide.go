package access

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"ims/internal/bank"
	"ims/internal/store"
)

// Decide approves or rejects a pending approval of the customer, once. A rejection needs a reason. Only an operator with
// the permission that the action needs may decide, and never approve what they requested or are barred from; rejecting what
// one requested withdraws it.
//
// Errors: bank.ErrForbidden, bank.ErrFourEyes for a requester or somebody barred who approves, bank.ErrNotFound, bank.ErrApprovalStale if the content
// changed meanwhile, bank.ErrConflict if somebody decided already, bank.ErrInvalid about the reason.
func (s *Service) Decide(ctx context.Context, actor bank.Actor, customer bank.CustomerID, approval bank.ID, approve bool, reason string) (bank.Approval, error) {
	if err := mayEverDecide(actor, customer); err != nil {
		return bank.Approval{}, err
	}
	if err := words("/reason", reason); err != nil {
		return bank.Approval{}, err
	}
	if reason == "" && !approve {
		return bank.Approval{}, bank.ErrInvalid.With("a rejection needs a reason").Field("/reason", "required", "say why")
	}
	var a bank.Approval
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if a, err = tx.LockApproval(customer, approval); err != nil {
			return fmt.Errorf("decide approval: %w", err)
		}
		if err := mayDecide(actor, a, approve); err != nil {
			return err
		}
		return s.decide(tx, actor, &a, approve, reason)
	})
	if err != nil {
		return bank.Approval{}, err
	}
	return a, nil
}

// mayEverDecide refuses whoever is no operator of the customer.
func mayEverDecide(actor bank.Actor, customer bank.CustomerID) error {
	if actor.Kind != bank.ActorOperator {
		return bank.ErrForbidden.With("only an operator may decide an approval")
	}
	return belongs(actor, customer)
}

func mayDecide(actor bank.Actor, a bank.Approval, approve bool) error {
	if err := actor.May(bank.ApprovalPermission(a.Action)); err != nil {
		return err
	}
	switch {
	case a.Reason == voided:
		return bank.ErrApprovalStale.With("approval %s is void: its content has changed", a.ID)
	case a.Status != bank.ApprovalPending:
		return bank.ErrConflict.With("approval %s is %s already", a.ID, a.Status)
	case approve && a.RequestedBy == actor.Name:
		return bank.ErrFourEyes.With("approval %s was requested by you: another person must decide it", a.ID)
	case approve && a.Barred == actor.Name:
		return bank.ErrFourEyes.With("approval %s is about what you brought: another person must decide it", a.ID)
	}
	return nil
}

func (s *Service) decide(tx *store.Tx, actor bank.Actor, a *bank.Approval, approve bool, reason string) error {
	before := approvalJSON(*a)
	action := "approval.rejected"
	a.Status = bank.ApprovalRejected
	if approve {
		action, a.Status = "approval.approved", bank.ApprovalApproved
	}
	a.DecidedBy, a.DecidedAt, a.Reason = actor.Name, stamp(s.now()), reason
	if err := tx.DecideApproval(*a); err != nil {
		return fmt.Errorf("decide approval: %w", err)
	}
	err := tx.Audit(a.Customer, a.DecidedAt, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: a.ID.String(),
		Before: before, After: approvalJSON(*a)})
	if err != nil {
		return fmt.Errorf("decide approval: audit: %w", err)
	}
	return nil
}

// approvalJSON is what the audit trail keeps of an approval.
func approvalJSON(a bank.Approval) string {
	return toJSON(struct {
		Action  string              `json:"action"`
		Object  string              `json:"object"`
		Digest  string              `json:"digest"`
		Summary string              `json:"summary"`
		Status  bank.ApprovalStatus `json:"status"`
		By      string              `json:"requestedBy"`
		Decided string              `json:"decidedBy,omitempty"`
		Reason  string              `json:"reason,omitempty"`
	}{a.Action, a.Object, hex.EncodeToString(a.Digest[:]), a.Summary, a.Status, a.RequestedBy, a.DecidedBy, a.Reason})
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("access: audit event: %v", err)) // structs of texts and flags always marshal
	}
	return string(text)
}

// Bounds of a listing.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// ApprovalFilter selects approvals; it has a name here for the doors, which do not know the store.
type ApprovalFilter = store.ApprovalFilter

// Approvals lists approvals, oldest first: those that the actor asked for or has the permission to decide. The filter's limit
// is 1 to 1000; 0 means 100.
func (s *Service) Approvals(ctx context.Context, actor bank.Actor, customer bank.CustomerID, f ApprovalFilter) (shown []bank.Approval, err error) {
	if err := belongs(actor, customer); err != nil {
		return nil, err
	}
	limit := min(cmp.Or(max(f.Limit, 0), defaultLimit), maxLimit)
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		part := f
		part.Limit = maxLimit
		for len(shown) < limit {
			page, err := tx.Approvals(customer, part)
			if err != nil {
				return fmt.Errorf("list approvals: %w", err)
			}
			some := slices.DeleteFunc(slices.Clone(page), func(a bank.Approval) bool { return !visible(actor, a) })
			if part.Back {
				shown = append(some, shown...)
			} else {
				shown = append(shown, some...)
			}
			if len(page) < maxLimit {
				break
			}
			if part.After = page[len(page)-1].ID; part.Back {
				part.After = page[0].ID
			}
		}
		return nil
	})
	if f.Back {
		return shown[max(len(shown)-limit, 0):], err
	}
	return shown[:min(len(shown), limit)], err
}

func visible(actor bank.Actor, a bank.Approval) bool {
	return a.RequestedBy == actor.Name || actor.May(bank.ApprovalPermission(a.Action)) == nil
}
