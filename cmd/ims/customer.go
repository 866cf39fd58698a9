package main

import (
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/customers"
)

type customerCommands struct {
	Create customerCreateCommand `cmd:"" help:"Make a customer, in SETUP."`
	List   customerListCommand   `cmd:"" help:"List all customers."`
	Show   customerShowCommand   `cmd:"" help:"Show the customer with its funds."`
	Check  customerCheckCommand  `cmd:"" help:"Tell what the customer's onboarding lacks."`
	Set    customerSetCommand    `cmd:"" help:"Change settings of the customer."`
}

// customerView is a customer in JSON.
type customerView struct {
	ID        bank.CustomerID     `json:"id"`
	Name      string              `json:"name"`
	Status    bank.CustomerStatus `json:"status"`
	Settings  customers.Settings  `json:"settings"`
	CreatedAt time.Time           `json:"createdAt"`
	Funds     []fundView          `json:"funds,omitempty"`
}

func viewCustomer(p *program, r *rooms, c bank.Customer) (customerView, error) {
	settings, err := r.customers.Settings(p.ctx, c.ID)
	return customerView{ID: c.ID, Name: c.Name, Status: c.Status, Settings: settings, CreatedAt: c.CreatedAt}, err
}

func customerTable(list ...customerView) *table {
	t := newTable(">ID", "NAME", "STATUS", "IBAN MODE", "FOUR EYES", "KYC GATE", "MAY ADD BALANCES", "SLIDING SESSIONS", "TRANSFER FOUR EYES", "TRANSFER LIMITS", "CREATED")
	for _, c := range list {
		t.row(c.ID, c.Name, c.Status, c.Settings.IBANMode, onOff(c.Settings.FourEyes), onOff(c.Settings.KYCGate), roleNames(c.Settings.AddBalanceRoles), onOff(c.Settings.SlidingSessions),
			onOff(c.Settings.TransferFourEyes), limitsText(c.Settings.TransferLimits), instantText(c.CreatedAt))
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
		c.apply(&settings)
		made, err := r.customers.Create(p.ctx, bank.System(0, commandLine), c.Name, settings)
		if err != nil {
			return err
		}
		v, err := viewCustomer(p, r, made)
		if err != nil {
			return err
		}
		return c.print(p, v, customerTable(v))
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
			if views[i], err = viewCustomer(p, r, list[i]); err != nil {
				return err
			}
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
		v, err := viewCustomer(p, r, customer)
		if err != nil {
			return err
		}
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
