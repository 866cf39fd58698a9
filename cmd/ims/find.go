package main

import (
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
