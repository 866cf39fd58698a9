package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
)

type fileCommands struct {
	Upload   fileUploadCommand   `cmd:"" help:"Upload a bank's file for a master account and validate it."`
	Status   fileStatusCommand   `cmd:"" help:"Show a file."`
	Findings fileFindingsCommand `cmd:"" help:"List what validation found."`

	ValidationReport fileValidationReportCommand `cmd:"" help:"Write what validation found for people: CSV, a workbook or a page."`
	RejectedRecords  fileRejectedCommand         `cmd:"" help:"Write the records with errors as the bank sent them."`

	Validate fileValidateCommand `cmd:"" help:"Validate an Invalid file again, after something was mended."`
	Execute  fileExecuteCommand  `cmd:"" help:"Execute a Validated file, once for ever."`
	Retry    fileRetryCommand    `cmd:"" help:"Let a stopped stage go on."`
	Report   fileReportCommand   `cmd:"" help:"Write the report of an Executed file, CSV."`
	List     fileListCommand     `cmd:"" help:"List files, newest first."`
}

type fileUploadCommand struct {
	listing
	File          string `arg:"" help:"The bank's file."`
	MasterAccount string `help:"Identifier, IBAN or currency of the master account. Default: the only one." placeholder:"ACCOUNT"`
	Name          string `help:"Name to store it under. Default: its own."`
	Wait          bool   `help:"Wait for the validation." default:"true" negatable:""`
	expectFlags
}

// Run stores the file and, unless told otherwise, returns with the verdict; an Invalid file is a refusal.
func (c *fileUploadCommand) Run(p *program) error {
	body, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer body.Close()
	if c.Name == "" {
		c.Name = filepath.Base(c.File)
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		masters, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		m, err := masterOf(masters, c.MasterAccount)
		if err != nil {
			return err
		}
		expected, err := c.expected(m.Currency)
		if err != nil {
			return err
		}
		f, err := r.files.Receive(p.ctx, actor, files.Upload{Name: c.Name, MasterAccount: m.ID, Body: body, Expected: expected})
		if err != nil {
			return err
		}
		return conclude(p, r, actor, f, c.Wait, c.listing)
	})
}

// conclude waits for the stage of a file if asked to, shows the file, and refuses what is Invalid or stopped.
func conclude(p *program, r *rooms, actor bank.Actor, f bank.TransactionFile, wait bool, l listing) (err error) {
	if wait {
		if f, err = settle(p, r, actor, f.ID); err != nil {
			return err
		}
	}
	if err := showFile(p, r, actor, f, l); err != nil {
		return err
	}
	switch {
	case f.StopReason != "":
		return fmt.Errorf("file %s: stopped: %s (when that is mended: ims file retry %s)", f.Name, f.StopReason, f.ID)
	case wait && f.Status == bank.FileInvalid:
		return fmt.Errorf("file %s: Invalid: ims file findings %s", f.Name, f.ID)
	}
	return nil
}

type fileStatusCommand struct {
	listing
	File string `arg:"" help:"Identifier or name of the file."`
	Wait bool   `help:"Wait until no stage runs." negatable:""`
}

// Run shows the file.
func (c *fileStatusCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		if c.Wait {
			if f, err = settle(p, r, actor, f.ID); err != nil {
				return err
			}
		}
		return showFile(p, r, actor, f, c.listing)
	})
}

// findFile reads a file by its identifier, or the newest with a name.
func findFile(ctx context.Context, r *rooms, actor bank.Actor, text string) (bank.TransactionFile, error) {
	if id, err := bank.ParseID(text); err == nil {
		return r.files.File(ctx, actor, id)
	}
	const page = 500
	for before, more := bank.FileNo(0), true; more; {
		list, err := r.files.Files(ctx, actor, files.Filter{Before: before, Limit: page})
		if err != nil {
			return bank.TransactionFile{}, err
		}
		for _, f := range list {
			if before = f.No; f.Name == text {
				return f, nil
			}
		}
		more = len(list) == page
	}
	return bank.TransactionFile{}, bank.ErrNotFound.With("there is no transaction file %q", visible(text))
}

type fileValidateCommand struct {
	listing
	File string `arg:"" help:"Identifier or name of the file."`
	Wait bool   `help:"Wait for the validation." default:"true" negatable:""`
}

// Run validates the same bytes again.
func (c *fileValidateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		if f, err = r.files.ValidateAgain(p.ctx, actor, f.ID); err != nil {
			return err
		}
		return conclude(p, r, actor, f, c.Wait, c.listing)
	})
}

type fileExecuteCommand struct {
	listing
	File string `arg:"" help:"Identifier or name of the file."`
	Wait bool   `help:"Wait for the execution." default:"true" negatable:""`
}

// Run executes the file and shows what became of its records. A file that is executing already, as after a crash, is
// brought to its end.
func (c *fileExecuteCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		if f.Status != bank.FileExecuting {
			var pending *bank.Approval
			if f, pending, err = r.files.Execute(p.ctx, actor, f.ID); err != nil {
				return err
			}
			if pending != nil {
				return access.Waiting(pending)
			}
		}
		return conclude(p, r, actor, f, c.Wait, c.listing)
	})
}

type fileRetryCommand struct {
	listing
	File string `arg:"" help:"Identifier or name of the file."`
	Wait bool   `help:"Wait for the stage." default:"true" negatable:""`
}

// Run lets the stage go on.
func (c *fileRetryCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		f, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return err
		}
		if f, err = r.files.Retry(p.ctx, actor, f.ID); err != nil {
			return err
		}
		return conclude(p, r, actor, f, c.Wait, c.listing)
	})
}

type fileListCommand struct {
	listing
	Status bank.FileStatus `help:"Only files of a status; ALL for all." enum:"Pending,Validated,Invalid,Executing,Executed,ALL" default:"ALL"`
	Limit  int             `help:"How many." default:"100"`
	Before bank.FileNo     `help:"Continue behind the file with this number." placeholder:"NO"`
}

// Run lists files.
func (c *fileListCommand) Run(p *program) error {
	if c.Status == "ALL" {
		c.Status = ""
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.files.Files(p.ctx, actor, files.Filter{Status: c.Status, Before: c.Before, Limit: c.Limit})
		if err != nil {
			return err
		}
		t, views := newTable(">NO", "ID", "NAME", "STATUS", ">RECORDS", ">ERRORS", ">WARNINGS", "UPLOADED", "BY"), make([]fileView, len(list))
		for i, f := range list {
			views[i] = viewFile(f)
			t.row(f.No, f.ID, f.Name, statusText(f), f.Totals.Records, f.Totals.Errors, f.Totals.Warnings, instantText(f.UploadedAt), f.UploadedBy)
		}
		return c.print(p, views, t)
	})
}

// fileView is a transaction file in JSON. Amounts are minor units of the master account's currency.
type fileView struct {
	ID            bank.ID             `json:"id"`
	No            bank.FileNo         `json:"no"`
	Name          string              `json:"name"`
	Status        bank.FileStatus     `json:"status"`
	StopReason    string              `json:"stopReason,omitempty"`
	MasterAccount bank.ID             `json:"masterAccountId"`
	Acceptance    bank.Acceptance     `json:"acceptance"`
	SHA256        string              `json:"sha256"`
	Bytes         int64               `json:"bytes"`
	Totals        bank.FileTotals     `json:"totals"`
	Outcomes      map[string]bank.Sum `json:"outcomes,omitempty"`
	UploadedBy    string              `json:"uploadedBy"`
	UploadedAt    time.Time           `json:"uploadedAt"`
	ValidatedAt   *time.Time          `json:"validatedAt,omitempty"`
	ExecutedBy    string              `json:"executedBy,omitempty"`
	ExecutedAt    *time.Time          `json:"executedAt,omitempty"`
}

func viewFile(f bank.TransactionFile) fileView {
	return fileView{ID: f.ID, No: f.No, Name: f.Name, Status: f.Status, StopReason: f.StopReason, MasterAccount: f.MasterAccount,
		Acceptance: f.Acceptance, SHA256: hex.EncodeToString(f.SHA256[:]), Bytes: f.Bytes, Totals: f.Totals, UploadedBy: f.UploadedBy,
		UploadedAt: f.UploadedAt, ValidatedAt: instantView(f.ValidatedAt), ExecutedBy: f.ExecutedBy, ExecutedAt: instantView(f.ExecutedAt)}
}

func statusText(f bank.TransactionFile) string {
	if f.StopReason != "" {
		return string(f.Status) + ", stopped"
	}
	return string(f.Status)
}

// allPostings is the outcome under which a file's postings are counted beside its records.
const allPostings = "POSTINGS"

// showFile prints a file with the sums of its directions and, once executing, the outcomes of its records.
func showFile(p *program, r *rooms, actor bank.Actor, f bank.TransactionFile, l listing) error {
	v := viewFile(f)
	if f.Status == bank.FileExecuting || f.Status == bank.FileExecuted {
		var err error
		if v.Outcomes, err = r.files.Outcomes(p.ctx, actor, f.ID); err != nil {
			return err
		}
	}
	if l.Output == "json" {
		return writeJSON(p.stdout, v)
	}
	masters, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
	if err != nil {
		return err
	}
	m, err := masterOf(masters, f.MasterAccount.String())
	if err != nil {
		return err
	}
	t := newTable("FILE", visible(f.Name))
	for _, row := range [][2]string{{"id", f.ID.String()}, {"status", statusText(f)}, {"stopped", f.StopReason},
		{"uploaded", instantText(f.UploadedAt) + " by " + f.UploadedBy}, {"records", fmt.Sprint(f.Totals.Records)},
		{"findings", fmt.Sprintf("errors: %d, warnings: %d", f.Totals.Errors, f.Totals.Warnings)}} {
		if row[1] != "" {
			t.row(row[0], row[1])
		}
	}
	t.write(p.stdout)
	sumTable("DIRECTION", f.Totals.ByKind, m.Currency.Code(), p.stdout)
	sumTable("OUTCOME", v.Outcomes, m.Currency.Code(), p.stdout)
	return nil
}

// sumTable prints sums by name, the postings last.
func sumTable(heading string, sums map[string]bank.Sum, currency string, w io.Writer) {
	if len(sums) == 0 {
		return
	}
	t := newTable(heading, ">RECORDS", ">SUM")
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if name != allPostings {
			t.row(name, sums[name].Count, amountText(sums[name].Amount, currency))
		}
	}
	fmt.Fprintln(w)
	t.write(w)
	if postings, ok := sums[allPostings]; ok {
		fmt.Fprintf(w, "\npostings: %d, together %s\n", postings.Count, amountText(postings.Amount, currency))
	}
}
