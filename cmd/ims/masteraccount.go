package main

import (
	"slices"
	"strconv"
	"strings"

	"ims/internal/bank"
	"ims/internal/customers"
)

type masterCommands struct {
	Add  masterAddCommand  `cmd:"" help:"Register an account of the customer at the bank."`
	Set  masterSetCommand  `cmd:"" help:"Change how the files of an account are read and judged."`
	List masterListCommand `cmd:"" help:"List the customer's master accounts."`
}

// feedFlags say how the bank fills the files of an account; nil leaves one as it is.
type feedFlags struct {
	Acceptance         *bank.Acceptance `help:"What a record with an error does: STRICT (default) makes its file Invalid, BY_RECORD makes it an item." enum:"STRICT,BY_RECORD" placeholder:"ACCEPTANCE"`
	Encoding           *string          `help:"Encoding of the files: auto (default), US-ASCII, UTF-8, windows-1250, ISO-8859-2 or IBM852." enum:"auto,US-ASCII,UTF-8,windows-1250,ISO-8859-2,IBM852" placeholder:"ENCODING"`
	Types              *string          `help:"Message types of a .pli file that are taken, with commas. Default: 110." placeholder:"TYPES"`
	TwoHundreds        *string          `help:"What a message type 2xx means: refuse (default), or statement-pko, the bank's mark of a booked debit." enum:"refuse,statement-pko" placeholder:"MEANING"`
	AllowMissingPayer  *bool            `help:"Whether a credit may lack the payer's account, whatever its class." negatable:""`
	StrictTextOnCredit *bool            `help:"Whether faults of names and titles are errors on credits too." negatable:""`
	MaxAgeDays         *int             `help:"How old a booking date may be. 0: the default, 366." placeholder:"DAYS"`
	Subfield           *string          `help:"Subfield of :86: of an MT940 file that holds the virtual IBAN. Empty: it is looked for." placeholder:"NN"`
}

// apply changes what was given.
func (c *feedFlags) apply(f *customers.Feed) error {
	d := &f.Dialect
	give(&f.Acceptance, c.Acceptance)
	give(&d.AllowMissingPayer, c.AllowMissingPayer)
	give(&d.StrictTextOnCredit, c.StrictTextOnCredit)
	give(&d.MaxAgeDays, c.MaxAgeDays)
	give(&d.Subfield, c.Subfield)
	if give(&d.Encoding, c.Encoding); d.Encoding == "auto" {
		d.Encoding = ""
	}
	if c.Types != nil {
		d.Types = typeList(*c.Types)
	}
	if c.TwoHundreds != nil {
		d.TwoHundreds = twoHundreds[*c.TwoHundreds]
	}
	return nil
}

// typeList reads message types with commas or blanks between them.
func typeList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// twoHundreds are the meanings of 2xx as flags name them.
var twoHundreds = map[string]bank.TwoHundreds{"refuse": bank.RefuseTwoHundreds, "statement-pko": bank.StatementPKO}

func give[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// orderingFlags say how orders go to the bank; nil leaves one as it is.
type orderingFlags struct {
	CutOffs     *string `help:"Times HH:MM at which orders are gathered into a file, with commas. Empty: only by hand." placeholder:"TIMES"`
	Weekdays    *string `help:"Days on which the bank works, 1 (Monday) to 7, with commas. Empty: 1 to 5." placeholder:"DAYS"`
	Calendar    *string `help:"Holidays of the bank: currency (default: PL for PLN, TARGET for EUR), PL, TARGET or NONE." enum:"currency,PL,TARGET,NONE" placeholder:"CALENDAR"`
	Holidays    *string `help:"More days on which the bank does not work, YYYY-MM-DD with commas." placeholder:"DATES"`
	Zone        *string `help:"Time zone of the times. Empty: Europe/Warsaw." placeholder:"ZONE"`
	MaxOrders   *int    `help:"Orders of one file at most. 0: 100000." placeholder:"N"`
	OrderFormat *string `help:"Format of order files: currency (default: pli for PLN), or pain.001.001.09 for all." enum:"currency,pain.001.001.09" placeholder:"FORMAT"`
	OrderCoding *string `help:"Encoding of .pli order files. Empty: windows-1250." placeholder:"ENCODING"`
	OrderCommas *bool   `help:"Whether texts of .pli order files may hold commas." negatable:""`
	BIC         *string `help:"BIC of the bank in pain.001." placeholder:"BIC"`
	InitiatorID *string `help:"What the bank calls the customer in pain.001." placeholder:"ID"`
	Letters     *bool   `help:"Whether pain.001 keeps letters with marks." negatable:""`
}

// order changes what was given.
func (c *orderingFlags) order(o *bank.Ordering) {
	if c.CutOffs != nil {
		o.CutOffs = typeList(*c.CutOffs)
		slices.Sort(o.CutOffs)
	}
	if c.Weekdays != nil {
		o.Weekdays = nil
		for _, d := range typeList(*c.Weekdays) {
			n, err := strconv.Atoi(d)
			if err != nil {
				n = -1 // which is refused
			}
			o.Weekdays = append(o.Weekdays, n)
		}
	}
	if give((*string)(&o.Calendar), c.Calendar); o.Calendar == "currency" {
		o.Calendar = bank.CalendarByCurrency
	}
	if c.Holidays != nil {
		o.Holidays = typeList(*c.Holidays)
	}
	if give(&o.Format, c.OrderFormat); o.Format == "currency" {
		o.Format = ""
	}
	if c.OrderCommas != nil {
		o.NoComma = !*c.OrderCommas
	}
	give(&o.Zone, c.Zone)
	give(&o.MaxOrders, c.MaxOrders)
	give(&o.Encoding, c.OrderCoding)
	give(&o.BIC, c.BIC)
	give(&o.InitiatorID, c.InitiatorID)
	give(&o.Letters, c.Letters)
}

type masterAddCommand struct {
	listing
	feedFlags
	Number   string       `arg:"" name:"iban" help:"The account: IBAN, or 26 digits of a Polish one."`
	Currency currencyFlag `help:"Currency of the account." required:"" placeholder:"CODE"`
	Name     string       `help:"A name for people."`
	Format   string       `help:"Format of the bank's files: pli, camt.053, camt.054, mt940 or mt942. Default: pli in PLN, camt.054 in any other currency." enum:",pli,camt.053,camt.054,mt940,mt942" default:"" placeholder:"FORMAT"`
}

// Run registers the account and opens the customer's own balances in its currency.
func (c *masterAddCommand) Run(p *program) error {
	feed := customers.Feed{Acceptance: bank.Strict}
	if err := c.apply(&feed); err != nil {
		return err
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		m, err := r.customers.AddMasterAccount(p.ctx, actor, customers.NewMasterAccount{IBAN: c.Number, Name: c.Name,
			Currency: c.Currency.Currency, Format: c.Format, Acceptance: feed.Acceptance, Dialect: feed.Dialect})
		if err != nil {
			return err
		}
		return c.print(p, viewMaster(m), masterTable(viewMaster(m)))
	})
}

type masterSetCommand struct {
	listing
	feedFlags
	orderingFlags
	Account string  `arg:"" help:"Identifier, IBAN or currency of the master account."`
	Name    *string `help:"A name for people." placeholder:"NAME"`
}

// Run changes what is given; files that are Invalid are judged by it when they are validated again.
func (c *masterSetCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		masters, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		m, err := masterOf(masters, c.Account)
		if err != nil {
			return err
		}
		m, err = r.customers.UpdateMasterAccount(p.ctx, actor, m.ID, func(f *customers.Feed) error {
			give(&f.Name, c.Name)
			c.order(&f.Ordering)
			return c.apply(f)
		})
		if err != nil {
			return err
		}
		return c.print(p, viewMaster(m), masterTable(viewMaster(m)))
	})
}

type masterListCommand struct {
	listing
}

// Run lists master accounts in the order of their registration.
func (c *masterListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		views := make([]masterView, len(list))
		for i, m := range list {
			views[i] = viewMaster(m)
		}
		return c.print(p, views, masterTable(views...))
	})
}

// masterView is a master account in JSON.
type masterView struct {
	ID         bank.ID         `json:"id"`
	IBAN       string          `json:"iban"`
	Formatted  string          `json:"ibanFormatted"`
	Name       string          `json:"name"`
	Currency   string          `json:"currency"`
	Format     string          `json:"format"`
	Acceptance bank.Acceptance `json:"acceptance"`
	Dialect    bank.Dialect    `json:"dialect"`
	Ordering   bank.Ordering   `json:"ordering"`
}

func viewMaster(m bank.MasterAccount) masterView {
	return masterView{ID: m.ID, IBAN: m.IBAN.String(), Formatted: m.IBAN.Format(), Name: m.Name, Currency: m.Currency.Code(),
		Format: m.Format, Acceptance: m.Acceptance, Dialect: m.Dialect, Ordering: m.Ordering}
}

func masterTable(list ...masterView) *table {
	t := newTable("ID", "IBAN", "CURRENCY", "FORMAT", "ACCEPTANCE", "DIALECT", "ORDERS", "NAME")
	for _, m := range list {
		t.row(m.ID, m.Formatted, m.Currency, m.Format, m.Acceptance, m.Dialect, m.Ordering, m.Name)
	}
	return t
}
