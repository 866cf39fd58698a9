package main

import (
	"io"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/sheet"
)

// fileOutput is a file that a command writes instead of standard output.
type fileOutput struct {
	Out string `help:"File to write; it must not exist. Default: standard output." placeholder:"FILE"`
}

func (o fileOutput) write(p *program, write func(io.Writer) error) error {
	if o.Out == "" {
		return write(p.stdout)
	}
	return writeNew(o.Out, write)
}

type fileReportCommand struct {
	fileOutput
	File   string     `arg:"" help:"Identifier or name of the file."`
	Format sheet.Form `help:"Form of the report: csv or xlsx." enum:"csv,xlsx" default:"csv"`
}

// Run writes the executed-file report.
func (c *fileReportCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		return c.write(p, func(w io.Writer) error { return r.files.WriteReport(p.ctx, actor, f.ID, c.Format, w) })
	})
}

type fileValidationReportCommand struct {
	fileOutput
	File   string           `arg:"" help:"Identifier or name of the file."`
	Format files.ReportForm `help:"Form of the report: csv, xlsx or html." enum:"csv,xlsx,html" default:"csv"`
	Lang   string           `help:"Language of the report: en or pl." enum:"en,pl" default:"en"`
}

// Run writes the validation report.
func (c *fileValidationReportCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		return c.write(p, func(w io.Writer) error {
			return r.files.WriteValidationReport(p.ctx, actor, f.ID, c.Format, c.Lang, w)
		})
	})
}

type fileRejectedCommand struct {
	fileOutput
	File string `arg:"" help:"Identifier or name of the file."`
}

// Run writes the records with errors as the bank sent them.
func (c *fileRejectedCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		return c.write(p, func(w io.Writer) error { return r.files.WriteRejectedRecords(p.ctx, actor, f.ID, w) })
	})
}
