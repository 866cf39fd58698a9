package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Request asks for a second person before a change is made. Digest is of the exact content, so that nothing can be swapped
// between approval and execution; Summary is what the second person reads on the command line, Content what the panel shows and
// carries out. Who is Barred may ask, but neither approve nor carry it out.
type Request = store.ApprovalRequest

// ActionExecuteFile is the action whose approval needs bank.PermFilesExecute; bank.ApprovalPermission tells of the others.
const ActionExecuteFile = "files.execute"

// Require asks, inside the caller's transaction, whether the actor may go on without a second person. The customer is the
// actor's.
//
// nil, nil: go on. Four eyes do not bind (the setting is off, or the customer is in SETUP), or an approval of exactly this
// digest was there and is used up by this transaction. Anybody whom the room lets do it may use it up, whoever asked; but who
// is barred: bank.ErrFourEyes.
//
// An approval, nil: a second person must decide it first. It was made, or was open already; an open one with another
// digest is void. The caller must do nothing more, let its transaction COMMIT, and then return Waiting(approval).
//
// Call it before taking other locks, as it writes an audit event where it makes an approval. Certificates and workers may
// request, though never decide. Errors are the store's.
func (s *Service) Require(_ context.Context, tx *store.Tx, actor bank.Actor, r Request) (*bank.Approval, error) {
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return nil, fmt.Errorf("require approval: customer: %w", err)
	}
	if !c.NeedsSecond(r.Action) {
		return nil, nil
	}
	if err := words("/summary", r.Summary); err != nil {
		return nil, fmt.Errorf("require approval: %w", err)
	}
	pending, err := s.openOrNew(tx, actor, r)
	if err != nil {
		return nil, fmt.Errorf("require approval: %w", err)
	}
	return pending, nil
}

// openOrNew uses the open approval, or makes one; nil means it was approved and is now used.
func (s *Service) openOrNew(tx *store.Tx, actor bank.Actor, r Request) (*bank.Approval, error) {
	var events []bank.AuditEvent
	for {
		open, err := tx.OpenApproval(actor.Customer, r.Action, r.Object)
		switch {
		case errors.Is(err, bank.ErrNotFound):
		case err != nil:
			return nil, fmt.Errorf("open approval: %w", err)
		case open.Digest == r.Digest && (open.DecidedBy == "" || open.DecidedBy != r.Barred):
			return use(tx, actor, open, r)
		default:
			event, err := s.void(tx, actor, open)
			if err != nil {
				return nil, fmt.Errorf("void approval: %w", err)
			}
			events = append(events, event)
		}
		made, fresh, err := s.request(tx, actor, r, events)
		if err != nil || fresh {
			return made, err
		}
		// Somebody else asked between the look and the insert and has committed: look again.
	}
}

// use spends an approved approval; a pending one is returned as it is.
func use(tx *store.Tx, actor bank.Actor, a bank.Approval, r Request) (*bank.Approval, error) {
	if a.Status == bank.ApprovalPending {
		return &a, nil
	}
	if actor.Name == r.Barred {
		return nil, bank.ErrFourEyes.With("%s was approved by %s; you may ask for it, and somebody else carries it out", r.Action, a.DecidedBy)
	}
	a.Status = bank.ApprovalUsed
	if err := tx.DecideApproval(a); err != nil {
		return nil, fmt.Errorf("use approval: %w", err)
	}
	return nil, nil
}

const voided = "void: what was to be approved has changed"

// void ends an approval whose content changed and returns what is to be audited. Nobody decided it, so DecidedBy of a
// pending one stays empty.
func (s *Service) void(tx *store.Tx, actor bank.Actor, a bank.Approval) (bank.AuditEvent, error) {
	before := approvalJSON(a)
	a.Status, a.DecidedAt, a.Reason = bank.ApprovalRejected, stamp(s.now()), voided
	return bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "approval.voided", Object: a.ID.String(), Before: before, After: approvalJSON(a)},
		tx.DecideApproval(a)
}

// request inserts a pending approval and audits it behind what came before; false if another transaction was faster.
func (s *Service) request(tx *store.Tx, actor bank.Actor, r Request, before []bank.AuditEvent) (*bank.Approval, bool, error) {
	a := bank.Approval{Customer: actor.Customer, ID: bank.NewID(), Action: r.Action, Object: r.Object, Digest: r.Digest,
		Summary: r.Summary, Content: r.Content, Barred: r.Barred, Status: bank.ApprovalPending, RequestedBy: actor.Name, RequestedAt: stamp(s.now())}
	fresh, err := tx.AddApproval(a)
	if err != nil || !fresh {
		return nil, false, err
	}
	requested := bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "approval.requested", Object: a.ID.String(), After: approvalJSON(a)}
	return &a, true, tx.Audit(a.Customer, a.RequestedAt, append(before, requested)...)
}

// stamp is an instant as the store keeps it.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Waiting is the error for a caller whose change waits for a second person: bank.ErrFourEyes with the approval's id. It is
// nil if nothing waits.
func Waiting(pending *bank.Approval) error {
	if pending == nil {
		return nil
	}
	return bank.ErrFourEyes.With("%s waits for a second person: approval %s", pending.Action, pending.ID)
}

// WaitingFor is the approval that an error of a waiting change names, whichever room it comes from; false for other errors.
func WaitingFor(err error) (bank.ID, bool) {
	e, ok := bank.AsError(err)
	if !ok || !errors.Is(err, bank.ErrFourEyes) {
		return bank.ID{}, false
	}
	_, text, found := strings.Cut(e.Message, " waits for a second person: approval ")
	id, err := bank.ParseID(text)
	return id, found && err == nil
}
