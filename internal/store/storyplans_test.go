package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestStoryPlans: what is asked for the page of one transaction enters each table that grows by more than the customer. SQLite
// must find that without figures of its own; PostgreSQL has them, and takes any key of a table without rows.
func TestStoryPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if db.EngineName() != "sqlite" {
			return
		}
		customer := grown(t, db)
		err := db.Read(context.Background(), func(tx *store.Tx) error {
			for name, ask := range map[string]func() error{
				"one transaction": func() error { _, err := tx.History(customer, store.HistoryFilter{ID: 100, Limit: 1}); return err },
				"its posting":     func() error { _, err := tx.Posting(customer, 100); return err },
				"its other side": func() error {
					return tx.EachTransaction(customer, 100, 101, func(bank.Transaction) error { return nil })
				},
				"what reverses it": func() error { return found(tx.ReversalOf(customer, 100)) },
				"its author":       func() error { _, err := tx.Authors(customer, 100, 100); return err },
				"its items":        func() error { _, err := tx.ItemsOfPosting(customer, bank.Origin{File: 1, Line: 100}, 100); return err },
				"its approvals":    func() error { _, err := tx.ApprovalsOf(customer, "x"); return err },
				"its events":       func() error { _, err := tx.DeliveriesOf(customer, 100, 20); return err },
				"what is behind":   func() error { _, err := tx.TransactionsAfter(customer, 100, 1); return err },
			} {
				var texts []string
				var args [][]any
				tx.Trace(func(text string, list []any) { texts, args = append(texts, text), append(args, list) })
				err := ask()
				tx.Trace(nil)
				if err != nil {
					return err
				}
				for i, text := range texts {
					plan, err := tx.Explain(text, args[i])
					if err != nil {
						return err
					}
					if strings.Contains(strings.Join(plan, "\n"), "deliveries USING PRIMARY KEY") {
						t.Errorf("%s: %s", name, plan)
					}
					checkPlan(t, db.EngineName(), text, plan)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func found(_ store.PostingRow, err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	return err
}
