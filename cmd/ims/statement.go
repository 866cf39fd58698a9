package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
)

type statementCommand struct {
	fileOutput
	Balance balanceRef `arg:"" help:"Identifier of the balance, or its IBAN."`
	From    string     `help:"First day, of Europe/Warsaw. Default: the first of the month of the last." placeholder:"DATE"`
	To      string     `help:"Last day. Default: today." placeholder:"DATE"`
	Format  string     `help:"Form of the statement: json, csv, xlsx, pdf, camt053 or mt940." enum:"json,csv,xlsx,pdf,camt053,mt940" default:"csv"`
	Lang    string     `help:"Language of the words: en or pl." enum:"en,pl" default:"en"`
}

// Run writes the statement.
func (c *statementCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		id, err := balanceID(p, r, actor, c.Balance)
		if err != nil {
			return err
		}
		h, period := history.New(r.db), history.Period{From: c.From, To: c.To}
		return c.write(p, func(w io.Writer) error {
			if c.Format == "json" {
				return writeStatement(p, h, actor, id, period, w)
			}
			return h.WriteStatement(p.ctx, actor, id, period, history.StatementForm(c.Format), c.Lang, w)
		})
	})
}

// balanceID is the identifier that a reference means; the customer's own balances have one too.
func balanceID(p *program, r *rooms, actor bank.Actor, b balanceRef) (bank.ID, error) {
	if b.number.IsZero() {
		return b.id, nil
	}
	a, err := r.accounts.BankAccount(p.ctx, actor, b.number)
	return a.BalanceID, err
}

// statementView is the head of a statement in JSON.
type statementView struct {
	Number    string    `json:"number"`
	BalanceID bank.ID   `json:"balanceId"`
	IBAN      string    `json:"iban,omitempty"`
	Owner     string    `json:"owner,omitempty"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Final     bool      `json:"final"`
	CreatedAt time.Time `json:"createdAt"`
	Opening   moneyView `json:"opening"`
	Credits   bank.Sum  `json:"credits"`
	Debits    bank.Sum  `json:"debits"`
	Closing   moneyView `json:"closing"`
}

// writeStatement writes the head and every transaction as one line of JSON each, so that a script need not hold them all.
func writeStatement(p *program, h *history.Service, actor bank.Actor, id bank.ID, period history.Period, w io.Writer) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	err := h.ReadStatement(p.ctx, actor, id, period, func(s *history.Statement) error {
		code := s.Balance.Currency.Code()
		return lines.Encode(statementView{Number: s.Number, BalanceID: s.Balance.ID, IBAN: s.IBAN.String(), Owner: s.Owner, From: s.From, To: s.To,
			Final: s.Final, CreatedAt: s.CreatedAt, Opening: moneyView{s.Opening, code}, Credits: s.In, Debits: s.Out, Closing: moneyView{s.Closing, code}})
	}, func(row history.Row) error { return lines.Encode(viewTransaction(row)) })
	if err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	return nil
}
