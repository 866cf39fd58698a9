package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ims/internal/bank"
	"ims/internal/transfers"
)

type orderFileCommands struct {
	Create   orderFileCreateCommand   `cmd:"" help:"Gather what is held into an order file for the bank."`
	List     orderFileListCommand     `cmd:"" help:"List order files, newest first."`
	Show     orderFileShowCommand     `cmd:"" help:"Show an order file with its steps, the bank's reports and what it could not carry."`
	Approve  orderFileApproveCommand  `cmd:"" help:"Approve the content of a file, or ask for the second person who must."`
	Download orderFileDownloadCommand `cmd:"" help:"Write the content of an approved file."`
	HandOver orderFileHandOverCommand `cmd:"" help:"Note that the bank has a file: its orders are SENT."`
	Discard  orderFileDiscardCommand  `cmd:"" help:"Give up a file that never reached the bank: its orders wait for another."`
	Reject   orderFileRejectCommand   `cmd:"" help:"Note that the bank refused a file, or with --transfer one of its orders. Two people must say so."`
	Report   orderFileReportCommand   `cmd:"" help:"Take what the bank answers to a file (pain.002)."`
}

type orderFileCreateCommand struct {
	listing
	MasterAccount string `help:"Identifier, IBAN or currency of the master account. Default: the only one." placeholder:"ACCOUNT"`
}

// Run gathers and shows the files that were made.
func (c *orderFileCreateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		masters, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		m, err := masterOf(masters, c.MasterAccount)
		if err != nil {
			return err
		}
		made, err := r.transfers.CollectOrders(p.ctx, actor, m.ID)
		if err != nil {
			return err
		}
		return c.print(p, orderFileViews(made), orderFileTable(made...))
	})
}

type orderFileListCommand struct {
	listing
	Status []bank.OrderFileStatus `help:"Only files with one of these statuses." placeholder:"STATUS"`
	Limit  int                    `help:"How many at most." default:"50"`
}

// Run lists files.
func (c *orderFileListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.transfers.OrderFiles(p.ctx, actor, transfers.OrderFileFilter{Statuses: c.Status, Limit: c.Limit})
		if err != nil {
			return err
		}
		return c.print(p, orderFileViews(list), orderFileTable(list...))
	})
}

// orderFileArg names a file.
type orderFileArg struct {
	listing
	File string `arg:"" help:"Identifier or name of the order file."`
}

// find reads the file that is named.
func (c *orderFileArg) find(p *program, r *rooms, actor bank.Actor) (bank.ID, error) {
	if id, err := bank.ParseID(c.File); err == nil {
		return id, nil
	}
	const page = 500
	for f := (transfers.OrderFileFilter{Limit: page}); ; {
		list, err := r.transfers.OrderFiles(p.ctx, actor, f)
		if err != nil {
			return bank.ID{}, err
		}
		for _, o := range list {
			if f.Before = o.ID; o.Name == c.File {
				return o.ID, nil
			}
		}
		if len(list) < page {
			return bank.ID{}, bank.ErrNotFound.With("there is no order file %q", visible(c.File))
		}
	}
}

// change does something with the file and shows it.
func (c *orderFileArg) change(p *program, fn func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error)) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		id, err := c.find(p, r, actor)
		if err != nil {
			return err
		}
		f, err := fn(r, actor, id)
		if err != nil {
			return err
		}
		return c.print(p, viewOrderFile(f), orderFileTable(f))
	})
}

type orderFileShowCommand struct{ orderFileArg }

// Run shows the file.
func (c *orderFileShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		id, err := c.find(p, r, actor)
		if err != nil {
			return err
		}
		v, err := r.transfers.OrderFile(p.ctx, actor, id)
		if err != nil {
			return err
		}
		if c.Output == "json" {
			return writeJSON(p.stdout, viewOrderStory(v))
		}
		orderFileTable(v.OrderFile).write(p.stdout)
		fmt.Fprintln(p.stdout)
		steps := newTable("STEP", "STATUS", "AT", "BY", "NOTE")
		for _, s := range v.Steps {
			steps.row(s.No, s.Status, s.At.Format(time.RFC3339), s.Actor, visible(s.Note))
		}
		steps.write(p.stdout)
		for _, l := range v.Left {
			fmt.Fprintf(p.stdout, "left out: %s: %s\n", l.Transfer, visible(l.Reason))
		}
		if v.Pending != nil {
			fmt.Fprintf(p.stdout, "approval %s is %s\n", v.Pending.ID, v.Pending.Status)
		}
		return nil
	})
}

type orderFileApproveCommand struct{ orderFileArg }

// Run approves the content, or asks for a second person.
func (c *orderFileApproveCommand) Run(p *program) error {
	return c.change(p, func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
		return r.transfers.ApproveOrderFile(p.ctx, actor, id)
	})
}

type orderFileDownloadCommand struct {
	orderFileArg
	To string `help:"File to write, which must not exist. Default: the name of the order file." placeholder:"FILE"`
}

// Run writes the content; a file that is there already is not touched.
func (c *orderFileDownloadCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		id, err := c.find(p, r, actor)
		if err != nil {
			return err
		}
		f, content, err := r.transfers.OrderFileContent(p.ctx, actor, id)
		if err != nil {
			return err
		}
		if c.To == "" {
			c.To = f.Name
		}
		out, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, content); err != nil {
			return fmt.Errorf("write %s: %w", c.To, err)
		}
		if err := out.Close(); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s: %d bytes, SHA-256 %x\n", c.To, f.Bytes, f.SHA256)
		return nil
	})
}

type orderFileHandOverCommand struct {
	orderFileArg
	Reference string `help:"What the bank has acknowledged the file with. Without it two people must say that the bank has it." placeholder:"TEXT"`
}

// Run hands the file over.
func (c *orderFileHandOverCommand) Run(p *program) error {
	return c.change(p, func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
		return r.transfers.HandOver(p.ctx, actor, id, c.Reference)
	})
}

type orderFileDiscardCommand struct {
	orderFileArg
	Reason string `help:"Why." placeholder:"TEXT"`
}

// Run discards the file.
func (c *orderFileDiscardCommand) Run(p *program) error {
	return c.change(p, func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
		return r.transfers.DiscardOrderFile(p.ctx, actor, id, c.Reason)
	})
}

type orderFileRejectCommand struct {
	orderFileArg
	Reference string `help:"The bank's reference of its answer." required:"" placeholder:"TEXT"`
	Reason    string `help:"Why, in the bank's words." placeholder:"TEXT"`
	Transfer  string `help:"Identifier of the one order that the bank refused. Default: the whole file." placeholder:"ID"`
}

// Run rejects the file, or one order of it.
func (c *orderFileRejectCommand) Run(p *program) error {
	return c.change(p, func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
		if c.Transfer == "" {
			return r.transfers.RejectOrderFile(p.ctx, actor, id, c.Reference, c.Reason)
		}
		order, err := bank.ParseID(c.Transfer)
		if err != nil {
			return bank.OrderFile{}, err
		}
		if t, _, err := r.transfers.Transfer(p.ctx, actor, order); err != nil {
			return bank.OrderFile{}, err
		} else if t.OrderFile != id {
			return bank.OrderFile{}, bank.ErrNotFound.With("the transfer is not in this order file")
		}
		if _, err := r.transfers.RejectTransfer(p.ctx, actor, order, c.Reference, c.Reason); err != nil {
			return bank.OrderFile{}, err
		}
		v, err := r.transfers.OrderFile(p.ctx, actor, id)
		return v.OrderFile, err
	})
}

type orderFileReportCommand struct {
	orderFileArg
	Path string `arg:"" name:"report" help:"The bank's report (pain.002)."`
}

// Run takes the report and shows the file as it is then.
func (c *orderFileReportCommand) Run(p *program) error {
	body, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer body.Close()
	return c.change(p, func(r *rooms, actor bank.Actor, id bank.ID) (bank.OrderFile, error) {
		if _, err := r.transfers.ReportOrders(p.ctx, actor, id, filepath.Base(c.Path), body); err != nil {
			return bank.OrderFile{}, err
		}
		v, err := r.transfers.OrderFile(p.ctx, actor, id)
		return v.OrderFile, err
	})
}

// orderFileView is an order file in JSON.
type orderFileView struct {
	ID            bank.ID              `json:"id"`
	Name          string               `json:"name"`
	Message       string               `json:"messageId"`
	MasterAccount bank.ID              `json:"masterAccountId"`
	Format        string               `json:"format"`
	Status        bank.OrderFileStatus `json:"status"`
	StopReason    string               `json:"stopReason,omitempty"`
	Day           string               `json:"day"`
	Orders        int64                `json:"orders"`
	Amount        int64                `json:"amount"`
	Currency      string               `json:"currency"`
	LeftOut       int64                `json:"leftOut"`
	Bytes         int64                `json:"bytes"`
	SHA256        string               `json:"sha256"`
	ApprovedBy    string               `json:"approvedBy,omitempty"`
	BankReference string               `json:"bankReference,omitempty"`
	Reason        string               `json:"reason,omitempty"`
	CreatedBy     string               `json:"createdBy"`
	CreatedAt     time.Time            `json:"createdAt"`
}

func viewOrderFile(f bank.OrderFile) orderFileView {
	return orderFileView{f.ID, f.Name, f.Message, f.MasterAccount, f.Format, f.Status, f.StopReason, f.Day, f.Orders, f.Amount, f.Currency.Code(),
		f.LeftOut, f.Bytes, fmt.Sprintf("%x", f.SHA256), f.ApprovedBy, f.BankReference, f.Reason, f.CreatedBy, f.CreatedAt}
}

func orderFileViews(list []bank.OrderFile) []orderFileView {
	views := make([]orderFileView, len(list))
	for i, f := range list {
		views[i] = viewOrderFile(f)
	}
	return views
}

// orderStepView is a step of an order file in JSON.
type orderStepView struct {
	Status bank.OrderFileStatus `json:"status"`
	By     string               `json:"by"`
	Note   string               `json:"note,omitempty"`
	At     time.Time            `json:"at"`
}

// orderStoryView is an order file with its steps.
type orderStoryView struct {
	orderFileView
	Steps   []orderStepView     `json:"steps"`
	LeftOut []map[string]string `json:"leftOutOrders,omitempty"`
}

func viewOrderStory(v transfers.OrderFileView) orderStoryView {
	story := orderStoryView{orderFileView: viewOrderFile(v.OrderFile)}
	for _, s := range v.Steps {
		story.Steps = append(story.Steps, orderStepView{s.Status, s.Actor, s.Note, s.At})
	}
	for _, l := range v.Left {
		story.LeftOut = append(story.LeftOut, map[string]string{"transferId": l.Transfer.String(), "reason": l.Reason})
	}
	return story
}

func orderFileTable(list ...bank.OrderFile) *table {
	t := newTable("ID", "NAME", "FORMAT", "STATUS", "DAY", ">ORDERS", ">AMOUNT", "APPROVED BY", "SHA-256")
	for _, f := range list {
		t.row(f.ID, f.Name, f.Format, f.Status, f.Day, f.Orders, f.Total(), f.ApprovedBy, fmt.Sprintf("%x", f.SHA256[:8]))
	}
	return t
}
