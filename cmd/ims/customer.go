package main

import (
	"fmt"
	"time"

	"ims/internal/bank"
)

type customerCommands struct {
	Create   customerCreateCommand   `cmd:"" help:"Make a customer, in SETUP."`
	List     customerListCommand     `cmd:"" help:"List all customers."`
	Show     customerShowCommand     `cmd:"" help:"Show the customer with its funds."`
	Check    customerCheckCommand    `cmd:"" help:"Tell what the customer's onboarding lacks."`
	Settings customerSettingsCommand `cmd:"" help:"Change settings of the customer."`
}

// settingFlags are the settings of a customer; nil leaves one as it is.
type settingFlags struct {
	FourEyes *bool          `help:"Whether a second person must decide about files, items, roles, settings, certificates and base IBANs." negatable:""`
	IBANMode *bank.IBANMode `help:"Who issues IBANs: AUTOMATIC, API or PANEL." name:"iban-mode" placeholder:"MODE"`
	KYCGate  *bool          `help:"Whether an IBAN waits for the end user's KYC." name:"kyc-gate" negatable:""`
}

func (f settingFlags) apply(s *bank.Settings) error {
	if f.FourEyes != nil {
		s.FourEyes = *f.FourEyes
	}
	if f.IBANMode != nil {
		s.IBANMode = *f.IBANMode
	}
	if f.KYCGate != nil {
		s.KYCGate = *f.KYCGate
	}
	return nil
}

// customerView is a customer in JSON.
type customerView struct {
	ID        bank.CustomerID     `json:"id"`
	Name      string              `json:"name"`
	Status    bank.CustomerStatus `json:"status"`
	Settings  bank.Settings       `json:"settings"`
	CreatedAt time.Time           `json:"createdAt"`
	Funds     []fundView          `json:"funds,omitempty"`
}

func viewCustomer(c bank.Customer) customerView {
	return customerView{ID: c.ID, Name: c.Name, Status: c.Status, Settings: c.Settings, CreatedAt: c.CreatedAt}
}

func customerTable(list ...customerView) *table {
	t := newTable(">ID", "NAME", "STATUS", "IBAN MODE", "FOUR EYES", "KYC GATE", "CREATED")
	for _, c := range list {
		t.row(c.ID, c.Name, c.Status, c.Settings.IBANMode, onOff(c.Settings.FourEyes), onOff(c.Settings.KYCGate), instantText(c.CreatedAt))
	}
	return t
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

type customerCreateCommand struct {
	settingFlags
	listing
	Name string `arg:"" help:"Name of the institution."`
}

// Run makes the customer. It has no operators yet, so whoever holds the store may.
func (c *customerCreateCommand) Run(p *program) error {
	return p.with(func(r *rooms) error {
		settings := bank.DefaultSettings()
		if err := c.apply(&settings); err != nil {
			return err
		}
		made, err := r.customers.Create(p.ctx, bank.System(0, commandLine), c.Name, settings)
		if err != nil {
			return err
		}
		return c.print(p, viewCustomer(made), customerTable(viewCustomer(made)))
	})
}

type customerListCommand struct {
	listing
}

// Run lists customers by number.
func (c *customerListCommand) Run(p *program) error {
	return p.with(func(r *rooms) error {
		list, err := r.customers.List(p.ctx)
		if err != nil {
			return err
		}
		views := make([]customerView, len(list))
		for i := range list {
			views[i] = viewCustomer(list[i])
		}
		return c.print(p, views, customerTable(views...))
	})
}

// fundView is one of the customer's own balances.
type fundView struct {
	Kind      string    `json:"kind"`
	ID        bank.ID   `json:"id"`
	Amount    moneyView `json:"amount"`
	Available moneyView `json:"available"`
}

type customerShowCommand struct {
	listing
}

// Run shows the customer and, to those who may read them, its funds.
func (c *customerShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		customer, err := r.customers.Get(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		v := viewCustomer(customer)
		if actor.May(bank.PermFundsRead) == nil {
			if v.Funds, err = fundsOf(p, r, actor); err != nil {
				return err
			}
		}
		if c.Output == "json" {
			return writeJSON(p.stdout, v)
		}
		customerTable(v).write(p.stdout)
		if len(v.Funds) > 0 {
			fmt.Fprintln(p.stdout)
			fundTable(v.Funds).write(p.stdout)
		}
		return nil
	})
}

func fundsOf(p *program, r *rooms, actor bank.Actor) ([]fundView, error) {
	funds, err := r.accounts.Funds(p.ctx, actor)
	if err != nil {
		return nil, err
	}
	views := make([]fundView, len(funds))
	for i, f := range funds {
		code := f.Currency.Code()
		views[i] = fundView{Kind: f.Kind.String(), ID: f.ID, Amount: moneyView{f.Amount, code}, Available: moneyView{f.Amount - f.Held, code}}
	}
	return views, nil
}

func fundTable(list []fundView) *table {
	t := newTable("FUNDS", ">BOOKED")
	for _, f := range list {
		t.row(f.Kind, amountText(f.Amount.Amount, f.Amount.Currency))
	}
	return t
}

type customerCheckCommand struct {
	listing
}

// stepView is one line of the checklist.
type stepView struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Done  bool   `json:"done"`
	Note  string `json:"note,omitempty"`
}

// Run prints the checklist; steps that are not done make it a refusal.
func (c *customerCheckCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		steps, err := r.customers.Check(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		t, views, missing := newTable("DONE", "STEP", "NOTE"), []stepView{}, 0
		for _, s := range steps {
			done := "yes"
			if !s.Done {
				done = "no"
				missing++
			}
			t.row(done, s.Title, s.Note)
			views = append(views, stepView(s))
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

type customerSettingsCommand struct {
	settingFlags
	listing
}

// Run changes the settings that are given and shows all.
func (c *customerSettingsCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.customers.UpdateSettings(p.ctx, actor, actor.Customer, c.apply); err != nil {
			return err
		}
		customer, err := r.customers.Get(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		return c.print(p, viewCustomer(customer), customerTable(viewCustomer(customer)))
	})
}
