package mobileapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/transfers"
	"ims/internal/web"
)

func transferRoutes() []route {
	const tag = "Transfers"
	return []route{
		{method: http.MethodPost, path: root + "/transfers", id: "orderTransfer", tag: tag, summary: "Order a transfer", status: http.StatusCreated, key: keyRequired,
			description: "From a balance of the end user to any IBAN. Nothing leaves yet: it is RECEIVED, and the end user signs the challenge within ten minutes (confirmTransfer). payeeCheck tells whether the name is that of who holds the IBAN: show it before the end user signs.",
			problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict, bank.ErrInsufficientFunds, bank.ErrBlocked, bank.ErrBalanceClosed, bank.ErrUserLocked, bank.ErrCurrencyMismatch,
				bank.ErrCurrencyUnsupported, bank.ErrTransferLimit, bank.ErrPayeeUnusable, bank.ErrPayeeName},
			request: transferOrderExample, answer: orderedTransferExample, mount: typed((*server).orderTransfer)},
		{method: http.MethodPost, path: root + "/transfers/{transferId}/confirm", id: "confirmTransfer", tag: tag, summary: "Sign a transfer", key: keyOptional,
			description: "With one signature over its challenge. jws: compact, RS256 or ES256 (P-256), by a Trusted Identity key, whose certificate leads x5c and needs the permission transfers:order; claims orderId, amount (minor units), currency, payeeIban, challenge, iat (at most 60 seconds old) and jti (once). passkey: what navigator.credentials.get returned for challenge.passkeyChallenge, with user verification, by a passkey that your backend registered. A session token alone never sends money. The order is decided anew: HELD, or SETTLED where the payee is of the same institution; where the balance refuses now, it is CANCELLED.",
			problems: []*bank.Error{bank.ErrConflict, bank.ErrSignatureRefused, bank.ErrAssertionExpired, bank.ErrAssertionUsed, bank.ErrCertificateUnknown, bank.ErrForbidden, bank.ErrInsufficientFunds,
				bank.ErrBlocked, bank.ErrBalanceClosed, bank.ErrUserLocked, bank.ErrTransferLimit, bank.ErrPayeeUnusable},
			request: confirmationExample, answer: heldTransferExample, mount: typed((*server).confirmTransfer)},
		{method: http.MethodGet, path: root + "/transfers", id: "listTransfers", tag: tag, summary: "List the end user's transfers",
			description: "Newest first, from all their balances. Filters narrow each other; dates are those of the order, inclusive.",
			problems:    []*bank.Error{bank.ErrNotFound}, answer: map[string]any{"items": []any{heldTransferExample}}, mount: typed((*server).listTransfers)},
		{method: http.MethodGet, path: root + "/transfers/{transferId}", id: "getTransfer", tag: tag, summary: "Read a transfer",
			description: "One of the end user's own, with the steps of its life so far.",
			answer:      transferStoryExample, mount: typed((*server).getTransfer)},
		{method: http.MethodPost, path: root + "/transfers/{transferId}/cancel", id: "cancelTransfer", tag: tag, summary: "Take an order back", key: keyOptional,
			description: "While it is RECEIVED or HELD and not on its way to the bank: what was reserved is free again.",
			problems:    []*bank.Error{bank.ErrConflict}, answer: cancelledTransferExample, mount: typed((*server).cancelTransfer)},
	}
}

// TransferOrder is what an end user wants to be paid.
type TransferOrder struct {
	BalanceID   string    `json:"balanceId" format:"uuid" doc:"Of the end user; it pays."`
	Amount      web.Money `json:"amount" doc:"Positive, in the balance's currency."`
	PayeeIBAN   string    `json:"payeeIban" maxLength:"64" doc:"With spaces or without." example:"PL39222222220000000012345678"`
	PayeeName   string    `json:"payeeName" minLength:"1" maxLength:"70"`
	Title       string    `json:"title" minLength:"1" maxLength:"140" doc:"Shown to the payee."`
	RequestedOn string    `json:"requestedOn,omitempty" format:"date" doc:"Not to be sent before this day, at most a year ahead; left out: as soon as possible."`
}

// Transfer is an order of the end user and what became of it. What the customer keeps beside it is the customer's.
type Transfer struct {
	ID            string      `json:"id" format:"uuid"`
	Status        string      `json:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"RECEIVED: waits for a signature. HELD: the money is reserved. SENT: the bank has it. SETTLED: paid. REJECTED: the bank said no, the money is free again. RETURNED: paid, and come back. CANCELLED: given up before it was sent."`
	Reason        *web.Reason `json:"reason,omitempty" doc:"Why it was rejected, returned or cancelled. Its text may be shown."`
	BalanceID     string      `json:"balanceId" format:"uuid" doc:"Who pays."`
	Amount        web.Money   `json:"amount" doc:"Positive."`
	PayeeIBAN     string      `json:"payeeIban,omitempty" doc:"Electronic form." example:"PL39222222220000000012345678"`
	PayeeName     string      `json:"payeeName,omitempty"`
	Title         string      `json:"title,omitempty"`
	RequestedOn   string      `json:"requestedOn,omitempty" format:"date" doc:"Not sent before this day."`
	TransactionID int64       `json:"transactionId,omitempty" doc:"In the history; none while RECEIVED." example:"52"`
	CreatedAt     time.Time   `json:"createdAt"`
	UpdatedAt     time.Time   `json:"updatedAt"`
}

func transferFrom(ctx context.Context, t bank.Transfer) Transfer {
	return Transfer{ID: t.ID.String(), Status: string(t.Status), Reason: web.ReasonFor(ctx, t.Reason, bank.ForEndUser), BalanceID: t.PayerID.String(),
		Amount: web.MoneyOf(t.Amount.Minor(), t.Amount.Currency()), PayeeIBAN: t.Payee.String(), PayeeName: t.PayeeName, Title: t.Title, RequestedOn: t.RequestedOn,
		TransactionID: int64(t.Transaction), CreatedAt: web.Moment(t.CreatedAt), UpdatedAt: web.Moment(t.UpdatedAt)}
}

// OrderedTransfer is a transfer just ordered.
type OrderedTransfer struct {
	Transfer
	PayeeCheck *PayeeCheck `json:"payeeCheck,omitempty" doc:"Whether the payee's name fits; left out where it was not asked."`
	Challenge  *Challenge  `json:"challenge,omitempty" doc:"What the end user is to sign. It is told once: an answer that is repeated long after has none."`
}

// Location implements web.Located.
func (t OrderedTransfer) Location() string { return root + "/transfers/" + t.ID }

// PayeeCheck says how the payee's name fits the IBAN.
type PayeeCheck struct {
	Result string `json:"result" enum:"MATCH,CLOSE_MATCH,NO_MATCH,NOT_POSSIBLE" doc:"MATCH: it is the holder's. CLOSE_MATCH: nearly, name tells whose the IBAN is. NO_MATCH: it is not. NOT_POSSIBLE: nothing can be said."`
	Name   string `json:"name,omitempty" doc:"Of who holds the IBAN; with CLOSE_MATCH only."`
}

// Challenge is what a signature must be over: this order, no other amount, no other payee.
type Challenge struct {
	Challenge        string    `json:"challenge" doc:"The claim challenge of a JWS." example:"3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"`
	PasskeyChallenge string    `json:"passkeyChallenge" doc:"The challenge for navigator.credentials.get, base64url: the SHA-256 of text." example:"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"`
	Text             string    `json:"text" doc:"What passkeyChallenge is the digest of, five lines: ims-transfer-1, id, amount in minor units with its currency, payee's IBAN, challenge." example:"ims-transfer-1\n0190a5d4-d000-7a1b-9c2d-3e4f5a6b7c1b\n5000 PLN\nPL39222222220000000012345678\n3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"`
	ExpiresAt        time.Time `json:"expiresAt" doc:"Afterwards the order is CANCELLED."`
}

func orderedFrom(ctx context.Context, p transfers.Placed) OrderedTransfer {
	told := OrderedTransfer{Transfer: transferFrom(ctx, p.Transfer)}
	if p.Check.Result != "" {
		told.PayeeCheck = &PayeeCheck{Result: string(p.Check.Result), Name: p.Check.Name}
	}
	if c := p.Challenge; c != nil {
		digest := c.Digest()
		told.Challenge = &Challenge{Challenge: c.Challenge(), PasskeyChallenge: base64.RawURLEncoding.EncodeToString(digest[:]), Text: c.Text(), ExpiresAt: web.Moment(c.ExpiresAt)}
	}
	return told
}

type orderedAnswer struct {
	Replayed string `header:"Idempotent-Replayed"`
	Body     OrderedTransfer
}

func (s *server) orderTransfer(ctx context.Context, c caller, in *struct{ Body TransferOrder }) (*orderedAnswer, error) {
	o := in.Body
	payer, err := web.IDOf(o.BalanceID, "/balanceId")
	if err != nil {
		return nil, err
	}
	amount, err := o.Amount.Exact("/amount")
	if err != nil {
		return nil, err
	}
	wire := func(p transfers.Placed) OrderedTransfer { return orderedFrom(ctx, p) }
	placed, err := s.Transfers.Order(web.Answered(ctx, http.StatusCreated, wire), c.Actor, transfers.Order{Payer: payer, Amount: amount, Payee: o.PayeeIBAN,
		PayeeName: o.PayeeName, Title: o.Title, RequestedOn: o.RequestedOn})
	if err != nil {
		return nil, err
	}
	answer := &orderedAnswer{Body: wire(placed)}
	if placed.Replayed {
		answer.Replayed = "true"
	}
	return answer, nil
}

// Confirmation is an end user's signature; one of the two is given.
type Confirmation struct {
	JWS     string            `json:"jws,omitempty" maxLength:"16384" doc:"Compact, by a Trusted Identity key." example:"eyJhbGciOiJFUzI1NiIsIng1YyI6WyJNSUlCLi4uIl19.eyJvcmRlcklkIjoiMDE5MGE1ZDQifQ.c2lnbmF0dXJl"`
	Passkey *PasskeyAssertion `json:"passkey,omitempty" doc:"PublicKeyCredential.toJSON() of what navigator.credentials.get returned."`
}

// PasskeyAssertion is an AuthenticationResponseJSON of WebAuthn Level 3.
type PasskeyAssertion struct {
	ID         string          `json:"id" maxLength:"1400" doc:"The credential's, base64url." example:"MZkiiWa2YP6gB62I6_MlXg"`
	RawID      string          `json:"rawId" maxLength:"1400" doc:"The same." example:"MZkiiWa2YP6gB62I6_MlXg"`
	Type       string          `json:"type" enum:"public-key"`
	Response   PasskeyResponse `json:"response" doc:"Of the authenticator."`
	Attachment string          `json:"authenticatorAttachment,omitempty" maxLength:"64" doc:"Not looked at." example:"platform"`
	Extensions map[string]any  `json:"clientExtensionResults,omitempty" doc:"Not looked at."`
}

// PasskeyResponse is what the authenticator signed.
type PasskeyResponse struct {
	ClientData string `json:"clientDataJSON" maxLength:"8192" doc:"Base64url." example:"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"`
	AuthData   string `json:"authenticatorData" maxLength:"8192" doc:"Base64url." example:"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA"`
	Signature  string `json:"signature" maxLength:"4096" doc:"Base64url." example:"MEUCIQDc2lnbmF0dXJl"`
	UserHandle string `json:"userHandle,omitempty" maxLength:"1400" doc:"Base64url." example:"MDE5MGE1ZDQ"`
}

func (c Confirmation) signature() (transfers.Signature, error) {
	signed := transfers.Signature{JWS: c.JWS}
	if c.Passkey == nil {
		return signed, nil
	}
	passkey := *c.Passkey
	passkey.Attachment, passkey.Extensions = "", nil
	text, err := json.Marshal(passkey)
	if err != nil {
		return signed, fmt.Errorf("passkey's answer: %w", err)
	}
	signed.Passkey = text
	return signed, nil
}

// TransferPath names a transfer.
type TransferPath struct {
	TransferID string `path:"transferId" format:"uuid" doc:"Of the transfer."`
}

type confirmTransferInput struct {
	TransferPath
	Body Confirmation
}

type transferAnswer struct{ Body Transfer }

func (s *server) confirmTransfer(ctx context.Context, c caller, in *confirmTransferInput) (*transferAnswer, error) {
	id, err := web.IDOf(in.TransferID, "transferId")
	if err != nil {
		return nil, err
	}
	signed, err := in.Body.signature()
	if err != nil {
		return nil, err
	}
	wire := func(t bank.Transfer) Transfer { return transferFrom(ctx, t) }
	t, err := s.Transfers.Confirm(web.Answered(ctx, http.StatusOK, wire), c.Actor, id, signed)
	if err != nil {
		return nil, err
	}
	return &transferAnswer{wire(t)}, nil
}

// listOfTransfers names the list in cursors.
const listOfTransfers byte = 2

type listTransfersInput struct {
	web.Page
	BalanceID string   `query:"balanceId" format:"uuid"`
	Status    []string `query:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"One or several, with commas."`
	PayeeIBAN string   `query:"payeeIban" maxLength:"64" doc:"With spaces or without." example:"PL39222222220000000012345678"`
	From      string   `query:"from" format:"date" doc:"Day of the order, inclusive."`
	To        string   `query:"to" format:"date" doc:"Day of the order, inclusive."`
	MinAmount int64    `query:"minAmount" minimum:"0" maximum:"9007199254740991" doc:"In minor units."`
	MaxAmount int64    `query:"maxAmount" minimum:"0" maximum:"9007199254740991" doc:"In minor units."`
}

// TransferList is one page of transfers.
type TransferList struct {
	Items []Transfer `json:"items" nullable:"false"`
	web.Links
}

type transferListAnswer struct{ Body TransferList }

func (s *server) listTransfers(ctx context.Context, c caller, in *listTransfersInput) (*transferListAnswer, error) {
	f := transfers.Filter{Payee: in.PayeeIBAN, From: in.From, To: in.To, MinAmount: in.MinAmount, MaxAmount: in.MaxAmount, Limit: in.Limit + 1}
	for _, name := range in.Status {
		f.Statuses = append(f.Statuses, bank.TransferStatus(name))
	}
	var err error
	if f.Balance, err = web.OptionalID(in.BalanceID, "balanceId"); err != nil {
		return nil, err
	}
	if f.Before, f.Back, err = web.ReadIDCursor(in.Cursor, listOfTransfers); err != nil {
		return nil, err
	}
	rows, err := s.Transfers.Transfers(ctx, c.Actor, f)
	if err != nil {
		return nil, err
	}
	shown, links := web.Paged(rows, in.Page, func(t bank.Transfer) Transfer { return transferFrom(ctx, t) },
		func(t bank.Transfer) web.Cursor { return web.IDCursor(listOfTransfers, t.ID) })
	return &transferListAnswer{TransferList{shown, links}}, nil
}

// TransferStory is a transfer with its steps.
type TransferStory struct {
	Transfer
	Steps []TransferStep `json:"steps" nullable:"false" doc:"In their order, from RECEIVED."`
}

// TransferStep is one step of a transfer's life. Who did it, and what the bank wrote, is between the customer and them.
type TransferStep struct {
	Status string      `json:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"What it became."`
	Reason *web.Reason `json:"reason,omitempty"`
	At     time.Time   `json:"at"`
}

type transferStoryAnswer struct{ Body TransferStory }

func (s *server) getTransfer(ctx context.Context, c caller, in *TransferPath) (*transferStoryAnswer, error) {
	id, err := web.IDOf(in.TransferID, "transferId")
	if err != nil {
		return nil, err
	}
	t, steps, err := s.Transfers.Transfer(ctx, c.Actor, id)
	if err != nil {
		return nil, err
	}
	wire := func(step bank.TransferStep) TransferStep {
		return TransferStep{Status: string(step.Status), Reason: web.ReasonFor(ctx, step.Reason, bank.ForEndUser), At: web.Moment(step.At)}
	}
	return &transferStoryAnswer{TransferStory{transferFrom(ctx, t), web.Each(steps, wire)}}, nil
}

func (s *server) cancelTransfer(ctx context.Context, c caller, in *TransferPath) (*transferAnswer, error) {
	id, err := web.IDOf(in.TransferID, "transferId")
	if err != nil {
		return nil, err
	}
	wire := func(t bank.Transfer) Transfer { return transferFrom(ctx, t) }
	t, err := s.Transfers.Cancel(web.Answered(ctx, http.StatusOK, wire), c.Actor, id, "")
	if err != nil {
		return nil, err
	}
	return &transferAnswer{wire(t)}, nil
}
