package main

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
)

type historyCommands struct {
	List    historyListCommand    `cmd:"" help:"List transactions, newest first."`
	Show    historyShowCommand    `cmd:"" help:"Tell one transaction whole: both sides, where it comes from, what belongs to it."`
	Reverse historyReverseCommand `cmd:"" help:"Take a credit or debit of the customer's own back, whole and once."`
}

type historyListCommand struct {
	listing
	historyFilter
	After  *bank.TransactionID `help:"Oldest first, behind this transaction; 0: from the first." xor:"way" placeholder:"ID"`
	Before bank.TransactionID  `help:"Continue before this transaction." xor:"way" placeholder:"ID"`
	Limit  int                 `help:"How many." default:"50"`
}

// Run lists what the filters select.
func (c *historyListCommand) Run(p *program) error {
	if c.Limit < 1 {
		return usage("--limit must be positive")
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		filter, err := c.read(p, r, actor)
		if err != nil {
			return err
		}
		if c.Counterparty+c.Title+c.Reference != "" {
			if err := indexTexts(p, r, actor); err != nil {
				return err
			}
		}
		filter.Before, filter.Limit = c.Before, c.Limit
		if c.After != nil {
			filter.After, filter.Ascending = *c.After, true
		}
		rows, err := r.history.List(p.ctx, actor, filter)
		if err != nil {
			return err
		}
		views := make([]transactionView, len(rows))
		for i, row := range rows {
			views[i] = viewTransaction(row)
			views[i].Reason = viewReason(row.Reason, bank.ForOperator)
		}
		return c.print(p, views, transactionTable(views))
	})
}

type historyShowCommand struct {
	listing
	Transaction bank.TransactionID `arg:"" help:"Number of the transaction."`
}

// partyView is one side of a transaction.
type partyView struct {
	Kind    string  `json:"kind,omitempty"` // of the balance; empty where nothing was posted
	Balance bank.ID `json:"balanceId,omitzero"`
	Holder  string  `json:"holder,omitempty"`
	Name    string  `json:"name,omitempty"` // as the bank's file tells
	Account string  `json:"account,omitempty"`
}

// storyView is a transaction with what belongs to it, in JSON.
type storyView struct {
	transactionView
	ValueDate  string             `json:"valueDate,omitempty"`
	Reference  string             `json:"reference,omitempty"`
	Operation  string             `json:"operation,omitempty"`
	Payer      partyView          `json:"payer"`
	Payee      partyView          `json:"payee"`
	File       string             `json:"file,omitempty"`
	Line       int64              `json:"line,omitempty"`
	Outcome    string             `json:"outcome,omitempty"`
	OrderedBy  string             `json:"orderedBy,omitempty"`
	Request    string             `json:"request,omitempty"`
	OtherSide  bank.TransactionID `json:"otherSide,omitempty"`
	Reverses   bank.TransactionID `json:"reverses,omitempty"`
	ReversedBy bank.TransactionID `json:"reversedBy,omitempty"`
	Items      []bank.ID          `json:"items,omitempty"`
	Told       []string           `json:"told,omitempty"` // what became of its events
}

// Run tells the story.
func (c *historyShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		story, err := r.history.Story(p.ctx, actor, c.Transaction)
		if err != nil {
			return err
		}
		v := viewStory(story)
		return c.print(p, v, storyTable(v))
	})
}

func viewStory(s history.Story) storyView {
	v := storyView{transactionView: viewTransaction(s.Row), ValueDate: s.Value, Reference: s.Details.Reference, Operation: s.Details.Operation,
		Payer: viewParty(s.Payer, s.Details.PayerName, s.Details.PayerAccount), Payee: viewParty(s.Payee, s.Details.PayeeName, s.Details.PayeeAccount),
		File: s.File.Name, Outcome: s.Outcome.String(), OrderedBy: s.Author.Actor, Request: s.Author.Origin, OtherSide: s.Other,
		Reverses: s.Reverses, ReversedBy: s.ReversedBy}
	v.Reason = viewReason(s.Row.Reason, bank.ForOperator)
	if s.Origin.File != 0 {
		v.Line = s.Origin.Line
	}
	for _, i := range s.Items {
		v.Items = append(v.Items, i.ID)
	}
	for _, d := range s.Deliveries {
		v.Told = append(v.Told, fmt.Sprintf("%s, attempts: %d", d.State, max(d.Attempts, 1)))
	}
	return v
}

func viewParty(s history.Side, name, account string) partyView {
	v := partyView{Kind: s.Balance.Kind.String(), Balance: s.Balance.ID, Holder: s.User.Name(), Name: name, Account: account}
	if v.Account == "" && !s.IBAN.IsZero() {
		v.Account = s.IBAN.String()
	}
	return v
}

// storyTable is a list of what is known; what is not is left out.
func storyTable(v storyView) *table {
	t := newTable("TRANSACTION", strconv.FormatInt(int64(v.ID), 10))
	reason := ""
	if v.Reason != nil {
		reason = v.Reason.Text
	}
	var items []string
	for _, id := range v.Items {
		items = append(items, id.String())
	}
	number := func(id int64) string {
		if id == 0 {
			return ""
		}
		return strconv.FormatInt(id, 10)
	}
	for _, fact := range [][2]string{
		{"type", v.Type}, {"status", v.Status}, {"reason", reason}, {"amount", amountText(v.Amount.Amount, v.Amount.Currency)},
		{"balance behind it", amountText(v.BalanceAfter.Amount, v.BalanceAfter.Currency)}, {"payer", v.Payer.text()}, {"payee", v.Payee.text()},
		{"title", v.Title}, {"reference", v.Reference}, {"operation", v.Operation}, {"booking date", v.BookingDate}, {"value date", v.ValueDate},
		{"made", v.CreatedAt.Format(time.RFC3339)}, {"file", v.File}, {"line", number(v.Line)}, {"outcome", v.Outcome}, {"ordered by", v.OrderedBy},
		{"request", v.Request}, {"other side", number(int64(v.OtherSide))}, {"takes back", number(int64(v.Reverses))},
		{"taken back by", number(int64(v.ReversedBy))}, {"items", strings.Join(items, " ")}, {"told", strings.Join(v.Told, "; ")},
	} {
		if fact[1] != "" {
			t.row(fact[0], fact[1])
		}
	}
	return t
}

// text is a side on one line: whose balance it is, and what the bank says of it where that is more.
func (v partyView) text() string {
	parts := []string{v.Kind}
	for _, part := range []string{v.Holder, v.Name, v.Account} {
		if part != "" && part != parts[len(parts)-1] {
			parts = append(parts, part)
		}
	}
	return strings.TrimSpace(strings.Join(parts, "  "))
}

type historyReverseCommand struct {
	listing
	Transaction    bank.TransactionID `arg:"" help:"Number of the transaction: of a credit or a debit."`
	Title          string             `help:"Title, which the end user reads."`
	Reference      string             `help:"Reference of the caller."`
	IdempotencyKey string             `help:"The same key takes the same transaction back once. Default: a new one." placeholder:"KEY"`
}

// reversedView tells what a reversal did.
type reversedView struct {
	Transaction bank.TransactionID `json:"transactionId"`
	Replayed    bool               `json:"replayed"` // the key was used before; nothing moved now
}

// Run takes the transaction back.
func (c *historyReverseCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		done, err := postOnce(p, r, ledger.Single{Actor: actor, Key: c.key(), Reverses: c.Transaction, Title: c.Title, Reference: c.Reference})
		if err != nil {
			return err
		}
		if c.Output == "json" {
			return writeJSON(p.stdout, reversedView{done.Transaction, done.Replayed})
		}
		again := ""
		if done.Replayed {
			again = ", done before"
		}
		fmt.Fprintf(p.stdout, "transaction %d is taken back by %d%s\n", c.Transaction, done.Transaction, again)
		return nil
	})
}

// key binds the idempotency key to what is taken back.
func (c *historyReverseCommand) key() bank.Idempotency {
	key := c.IdempotencyKey
	if key == "" {
		key = "cli-" + bank.NewID().String()
	}
	order := strings.Join([]string{"reverse", fmt.Sprint(c.Transaction), c.Title, c.Reference}, "\x00")
	return bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(order))}
}
