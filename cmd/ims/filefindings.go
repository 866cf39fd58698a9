package main

import (
	"ims/internal/bank"
)

type fileFindingsCommand struct {
	listing
	File  string `arg:"" help:"Identifier or name of the file."`
	Lang  string `help:"Language of the messages: en or pl." enum:"en,pl" default:"en"`
	After int64  `help:"Continue behind the finding with this number." placeholder:"N"`
	Limit int    `help:"How many." default:"200"`
}

// storedFinding is a finding of an uploaded file in JSON; line 0 is the file as a whole.
type storedFinding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Line     int64  `json:"line"`
	Field    int    `json:"field"`
	Element  string `json:"element,omitempty"`
	Value    string `json:"value,omitempty"`
	Message  string `json:"message"`
	Record   string `json:"record,omitempty"`
	From     int    `json:"from"`
	To       int    `json:"to"`
}

// Run lists findings, errors first.
func (c *fileFindingsCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		list, err := r.files.Findings(p.ctx, actor, f.ID, c.Lang, c.After, c.Limit)
		if err != nil {
			return err
		}
		t, views := newTable(">LINE", ">FIELD", "SEVERITY", "CODE", "MESSAGE"), make([]storedFinding, len(list))
		for i, x := range list {
			views[i] = storedFinding{x.Code, x.Severity, x.Line, x.Field, x.Element, x.Value, x.Message, x.Record, x.From, x.To}
			t.row(x.Line, x.Field, x.Severity, x.Code, x.Message)
		}
		return c.print(p, views, t)
	})
}
