package main

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/history"
)

type findCommand struct {
	listing
	Text string `arg:"" help:"An IBAN, an id of anything, an external id, a file's name, a reference or an idempotency key."`
}

// foundView is one thing that was found, in JSON.
type foundView struct {
	Kind  history.FoundKind `json:"kind"`
	ID    string            `json:"id"`
	By    string            `json:"by"`
	About string            `json:"about,omitempty"`
}

// Run finds whatever the text names.
func (c *findCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		if err := indexTexts(p, r, actor); err != nil {
			return err
		}
		list, err := r.history.Find(p.ctx, actor, c.Text)
		if err != nil {
			return err
		}
		views, t := make([]foundView, len(list)), newTable("KIND", "ID", "BY", "ABOUT")
		for i, f := range list {
			views[i] = foundView(f)
			t.row(f.Kind, f.ID, f.By, f.About)
		}
		return c.print(p, views, t)
	})
}

// indexTexts brings the index of texts up to date where nobody serves, which would do so; what another process is at is told.
func indexTexts(p *program, r *rooms, actor bank.Actor) error {
	for told := false; ; told = true {
		to, last, err := r.history.SearchedTo(p.ctx, actor)
		if err != nil || to == last {
			return err
		}
		if !told {
			fmt.Fprintln(p.stderr, "ims: indexing the texts of new transactions first")
		}
		worked, err := r.history.IndexDue(p.ctx, "command line")
		if err != nil {
			return err
		}
		if !worked {
			fmt.Fprintf(p.stderr, "ims: texts are indexed up to transaction %d of %d; another process is at the rest\n", to, last)
			return nil
		}
	}
}
