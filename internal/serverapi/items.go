package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/web"
)

func itemRoutes() []route {
	const tag = "Technical balance and approvals"
	const second = " Where a second person is needed the answer is 202 with the pending approval, and nothing has happened: repeat the request once it is approved."
	problems := []*bank.Error{bank.ErrConflict, bank.ErrCurrencyMismatch, bank.ErrBalanceClosed, bank.ErrApprovalStale}
	return []route{
		{method: http.MethodGet, path: "/secure/technical-items", id: "listTechnicalItems", tag: tag, summary: "List money without a home",
			description: "POSTED items lie on the technical balance; CLAIMED ones were not posted, somebody must look. Oldest first.",
			need:        bank.PermFundsRead, problems: []*bank.Error{bank.ErrNotFound}, answer: listOf(itemExample), mount: typed((*server).listItems)},
		{method: http.MethodPost, path: "/secure/technical-items/{itemId}/assign", id: "assignTechnicalItem", tag: tag, summary: "Give an item's money a home",
			description: "Name a balance of the same currency, or your own funds." + second,
			need:        bank.PermItemsDecide, key: keyOptional, problems: problems, request: map[string]any{"balanceId": balanceExample.ID, "reason": "the payer named the contract in the title"},
			answer: itemDecisionExample, mount: typed((*server).assignItem), later: agreement},
		{method: http.MethodPost, path: "/secure/technical-items/{itemId}/return", id: "returnTechnicalItem", tag: tag, summary: "Order an item's return to its payer",
			description: "The money stays on the technical balance until the bank has booked the return." + second,
			need:        bank.PermItemsDecide, key: keyOptional, problems: problems, request: map[string]any{"reason": "nobody knows the payer"},
			answer: itemDecisionExample, mount: typed((*server).returnItem), later: agreement},
		{method: http.MethodGet, path: "/secure/approvals", id: "listApprovals", tag: tag, summary: "List what waits for a second person",
			description: "Those that you asked for, or have the permission to be asked about. Operators decide, in the panel or on the command line; a certificate never does.",
			need:        anyCertificate, answer: listOf(approvalExample), mount: typed((*server).listApprovals)},
	}
}

// Item is one amount without a home.
type Item struct {
	ID           string     `json:"id" format:"uuid"`
	Amount       Money      `json:"amount"`
	State        string     `json:"state" enum:"POSTED,CLAIMED"`
	Reason       string     `json:"reason" example:"UNKNOWN_IBAN"`
	Status       string     `json:"status" enum:"OPEN,ASSIGNED,RETURN_ORDERED,RETURNED,SETTLED"`
	Payer        *Party     `json:"payer,omitempty"`
	Payee        *Party     `json:"payee,omitempty"`
	Title        string     `json:"title,omitempty"`
	Line         int64      `json:"line,omitempty" doc:"Of the transaction file it came with."`
	PostingID    int64      `json:"postingId,omitempty" doc:"The posting that put it on the technical balance."`
	OpenedAt     time.Time  `json:"openedAt"`
	DecidedAt    *time.Time `json:"decidedAt,omitempty"`
	DecidedBy    string     `json:"decidedBy,omitempty"`
	Decision     string     `json:"decision,omitempty" doc:"The reason given."`
	ResolutionID int64      `json:"resolutionId,omitempty" doc:"The posting that took it off the technical balance."`
}

func itemFrom(i bank.Item) Item {
	d := i.Details
	return Item{ID: i.ID.String(), Amount: Money{Amount: i.Amount, Currency: i.Currency}, State: string(i.State), Reason: string(i.Reason.For(bank.ForCustomer)), Status: string(i.Status),
		Payer: web.PartyOf(d.PayerName, d.PayerAccount), Payee: web.PartyOf(d.PayeeName, d.PayeeAccount), Title: d.Title, Line: fileLine(i.Origin),
		PostingID: int64(i.Posting), OpenedAt: web.Moment(i.OpenedAt), DecidedAt: web.Instant(i.DecidedAt), DecidedBy: i.DecidedBy,
		Decision: i.Decision, ResolutionID: int64(i.Resolution)}
}

type listItemsInput struct {
	Page
	Status   string `query:"status" enum:"OPEN,ASSIGNED,RETURN_ORDERED,RETURNED,SETTLED"`
	Currency string `query:"currency" pattern:"^[A-Z]{3}$"`
	FileID   string `query:"fileId" format:"uuid"`
}

// ItemList is one page of items.
type ItemList struct {
	Items []Item `json:"items" nullable:"false"`
	web.Links
}

type itemListAnswer struct{ Body ItemList }

func (s *server) listItems(ctx context.Context, actor bank.Actor, in *listItemsInput) (*itemListAnswer, error) {
	from, back, err := web.ReadIDCursor(in.Cursor, listItems)
	if err != nil {
		return nil, err
	}
	f := files.ItemFilter{Status: bank.ItemStatus(in.Status), Currency: in.Currency, After: from, Limit: in.Limit + 1}
	if back {
		f.After, f.Before = f.Before, from
	}
	if f.File, err = s.fileNo(ctx, actor, in.FileID); err != nil {
		return nil, err
	}
	rows, err := s.Files.Items(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, in.Page, itemFrom, func(i bank.Item) web.Cursor { return web.IDCursor(listItems, i.ID) })
	return &itemListAnswer{ItemList{items, links}}, nil
}

// fileNo finds the number of a file that a filter names; 0 without a name. Whoever may see items may filter by their file.
func (s *server) fileNo(ctx context.Context, actor bank.Actor, text string) (bank.FileNo, error) {
	id, err := web.OptionalID(text, "fileId")
	if err != nil || id.IsZero() {
		return 0, err
	}
	f, err := s.Files.File(ctx, bank.System(actor.Customer, actor.Name), id)
	return f.No, err
}

// ItemDecision is the item and, where a second person must agree first, what waits for them.
type ItemDecision struct {
	Item     Item      `json:"item"`
	Approval *Approval `json:"approval,omitempty" doc:"Waits; nothing has happened yet."`
}

type itemDecisionAnswer struct {
	Status int
	Body   ItemDecision
}

func decided(i bank.Item, pending *bank.Approval, err error) (*itemDecisionAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &itemDecisionAnswer{Status: statusOf(pending), Body: ItemDecision{itemFrom(i), approvalOf(pending)}}, nil
}

// answeredDecision keeps the answer to a decision that was made; one that waits for a second person may be asked for again.
func answeredDecision(ctx context.Context) context.Context {
	return web.Answered(ctx, http.StatusOK, func(i bank.Item) ItemDecision { return ItemDecision{Item: itemFrom(i)} })
}

func statusOf(pending *bank.Approval) int {
	if pending != nil {
		return http.StatusAccepted
	}
	return http.StatusOK
}

// ItemPath names an item.
type ItemPath struct {
	ItemID string `path:"itemId" format:"uuid" doc:"Of the item."`
}

type assignItemInput struct {
	ItemPath
	Body struct {
		BalanceID string `json:"balanceId,omitempty" format:"uuid" doc:"Of an end user, in the item's currency."`
		OwnFunds  bool   `json:"ownFunds,omitempty" doc:"true in place of a balance."`
		Reason    string `json:"reason" minLength:"1" maxLength:"140" doc:"Kept with the item."`
	}
}

func (s *server) assignItem(ctx context.Context, actor bank.Actor, in *assignItemInput) (*itemDecisionAnswer, error) {
	id, err := web.IDOf(in.ItemID, "itemId")
	if err != nil {
		return nil, err
	}
	balance, err := web.OptionalID(in.Body.BalanceID, "/balanceId")
	if err != nil {
		return nil, err
	}
	return decided(s.Files.Assign(answeredDecision(ctx), actor, id, files.Target{Balance: balance, OwnFunds: in.Body.OwnFunds}, in.Body.Reason))
}

type returnItemInput struct {
	ItemPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"140" doc:"Kept with the item."`
	}
}

func (s *server) returnItem(ctx context.Context, actor bank.Actor, in *returnItemInput) (*itemDecisionAnswer, error) {
	id, err := web.IDOf(in.ItemID, "itemId")
	if err != nil {
		return nil, err
	}
	return decided(s.Files.Return(answeredDecision(ctx), actor, id, in.Body.Reason))
}

// Approval is a request for a second person.
type Approval struct {
	ID          string     `json:"id" format:"uuid"`
	Action      string     `json:"action" example:"item.assign"`
	Object      string     `json:"object" doc:"What it is about."`
	Summary     string     `json:"summary" doc:"What the second person reads."`
	Status      string     `json:"status" enum:"PENDING,APPROVED,REJECTED,USED"`
	RequestedBy string     `json:"requestedBy"`
	RequestedAt time.Time  `json:"requestedAt"`
	DecidedBy   string     `json:"decidedBy,omitempty"`
	DecidedAt   *time.Time `json:"decidedAt,omitempty"`
	Reason      string     `json:"reason,omitempty"`
}

func approvalFrom(a bank.Approval) Approval {
	return Approval{ID: a.ID.String(), Action: a.Action, Object: a.Object, Summary: a.Summary, Status: string(a.Status),
		RequestedBy: a.RequestedBy, RequestedAt: web.Moment(a.RequestedAt), DecidedBy: a.DecidedBy, DecidedAt: web.Instant(a.DecidedAt), Reason: a.Reason}
}

// approvalOf is nil where nothing waits.
func approvalOf(a *bank.Approval) *Approval {
	if a == nil {
		return nil
	}
	wire := approvalFrom(*a)
	return &wire
}

type listApprovalsInput struct {
	Page
	Status string `query:"status" enum:"PENDING,APPROVED,REJECTED,USED"`
}

// ApprovalList is one page of approvals.
type ApprovalList struct {
	Items []Approval `json:"items" nullable:"false"`
	web.Links
}

type approvalListAnswer struct{ Body ApprovalList }

func (s *server) listApprovals(ctx context.Context, actor bank.Actor, in *listApprovalsInput) (*approvalListAnswer, error) {
	after, back, err := web.ReadIDCursor(in.Cursor, listApprovals)
	if err != nil {
		return nil, err
	}
	rows, err := s.Access.Approvals(ctx, actor, actor.Customer, access.ApprovalFilter{Status: bank.ApprovalStatus(in.Status), After: after, Back: back, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, in.Page, approvalFrom, func(a bank.Approval) web.Cursor { return web.IDCursor(listApprovals, a.ID) })
	return &approvalListAnswer{ApprovalList{items, links}}, nil
}
