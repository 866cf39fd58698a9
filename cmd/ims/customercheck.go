package main

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/customers"
)

type customerCheckCommand struct {
	listing
}

// stepView is one line of the checklist.
type stepView struct {
	Code     string `json:"code"`
	Title    string `json:"title"`
	Done     bool   `json:"done"`
	Required bool   `json:"required"`
	Warning  bool   `json:"warning"` // done, but not for long
	Note     string `json:"note,omitempty"`
	Next     string `json:"next,omitempty"` // what to do about the note
}

// nextCommands tell how each step is taken from the command line.
var nextCommands = map[string]string{
	"master-account": "ims master-account add IBAN --currency CODE",
	"own-balances":   "ims master-account add IBAN --currency CODE (the first of a currency opens them)",
	"base-iban":      "ims base-iban add BASE --master-account CODE --issue-missing",
	"base-iban-room": "ims base-iban add BASE --master-account CODE (it issues in place of the full one)",
	"ca":             "ims ca init --out ca.pem",
	"certificate":    "ims ca sign --csr FILE --out client.pem (of a request as docs/onboarding.md shows)",
	"admins":         "ims operator invite EMAIL --role ADMIN",
	"domains":        "ims domain add HOST",
	"file-operators": "ims operator invite EMAIL --role ADMIN --institution",

	"notification-endpoint": "ims notification endpoint set URL, or PUT /secure/notification-endpoint",
}

func viewStep(s customers.Step) stepView {
	v := stepView{Code: s.Code, Title: s.Title, Done: s.Done, Required: !s.Optional, Warning: s.Warning(), Note: s.Note}
	if s.Note != "" {
		v.Next = nextCommands[s.Code]
	}
	return v
}

// mark is what stands before a step.
func (v stepView) mark() string {
	switch {
	case v.Warning:
		return "soon"
	case v.Done:
		return "yes"
	case v.Required:
		return "no"
	}
	return "optional"
}

// Run prints the checklist; required steps that are not done make it a refusal.
func (c *customerCheckCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		steps, err := r.customers.Check(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		t, views, missing := newTable("DONE", "STEP", "NOTE", "NEXT"), []stepView{}, 0
		for _, s := range steps {
			v := viewStep(s)
			if v.Required && !v.Done {
				missing++
			}
			t.row(v.mark(), v.Title, v.Note, v.Next)
			views = append(views, v)
		}
		if err := c.print(p, views, t); err != nil {
			return err
		}
		if missing > 0 {
			return fmt.Errorf("customer check: steps that are not done: %d", missing)
		}
		return nil
	})
}
