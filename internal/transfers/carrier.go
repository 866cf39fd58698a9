package transfers

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/pain"
	"ims/pli"
)

// line is an order with what the bank is told of who pays.
type line struct {
	bank.Transfer
	from   iban.IBAN // the payer's open IBAN; zero: none
	name   string
	master bank.ID // of the master account that pays
}

// carrier knows what one format can carry of the orders of a master account.
type carrier struct {
	customer bank.Customer
	master   bank.MasterAccount
	only     bool // the only master account of its currency
	format   string
	day      string
	bases    []bank.BaseIBAN
}

func newCarrier(tx *store.Tx, m bank.MasterAccount, format, day string) (*carrier, error) {
	c := &carrier{master: m, format: format, day: day}
	var err error
	if c.customer, err = tx.Customer(m.Customer); err != nil {
		return nil, fmt.Errorf("customer: %w", err)
	}
	if c.bases, err = tx.BaseIBANs(m.Customer); err != nil {
		return nil, fmt.Errorf("base IBANs: %w", err)
	}
	all, err := tx.MasterAccounts(m.Customer)
	if err != nil {
		return nil, fmt.Errorf("master accounts: %w", err)
	}
	c.only = !slices.ContainsFunc(all, func(o bank.MasterAccount) bool { return o.ID != m.ID && o.Currency == m.Currency })
	return c, nil
}

// lines finds out who pays orders.
func (c *carrier) lines(tx *store.Tx, page []bank.Transfer) ([]line, error) {
	payers := make([]bank.BalanceNo, len(page))
	for i := range page {
		payers[i] = page[i].Payer
	}
	accounts, err := tx.BankAccountsOf(c.customer.ID, payers...)
	if err != nil {
		return nil, fmt.Errorf("IBANs of payers: %w", err)
	}
	from := map[bank.BalanceNo]iban.IBAN{}
	for _, a := range accounts {
		if a.Status != bank.IBANClosed {
			from[a.Balance] = a.IBAN
		}
	}
	owners, err := tx.BalanceOwners(c.customer.ID, payers)
	if err != nil {
		return nil, fmt.Errorf("payers: %w", err)
	}
	names := map[bank.BalanceNo]string{}
	for _, o := range owners {
		names[o.Balance] = o.User.Name()
	}
	list := make([]line, len(page))
	for i, t := range page {
		list[i] = line{Transfer: t, from: from[t.Payer], name: names[t.Payer], master: c.master.ID}
		if err := c.place(tx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// place finds the master account that pays an order, where there are several of the currency, and gives an order without a
// payer of its own, by which an item goes back, the customer's account and name.
func (c *carrier) place(tx *store.Tx, l *line) (err error) {
	if l.name == "" {
		l.name = c.customer.Name
	}
	if l.from.IsZero() {
		if !c.only && !l.Item.IsZero() {
			l.master, err = masterOfItem(tx, l.Transfer)
		}
		if l.master == c.master.ID {
			l.from = c.master.IBAN
		}
		return err
	}
	if !c.only {
		l.master = bank.ID{}
		for _, b := range c.bases {
			if liesIn(l.from, b.Base) {
				l.master = b.MasterAccount
			}
		}
	}
	return nil
}

// masterOfItem is the master account whose file brought an item.
func masterOfItem(tx *store.Tx, t bank.Transfer) (bank.ID, error) {
	item, err := tx.Item(t.Customer, t.Item)
	if err != nil {
		return bank.ID{}, fmt.Errorf("item %s: %w", t.Item, err)
	}
	if item.File.IsZero() {
		return bank.ID{}, nil
	}
	f, err := tx.File(t.Customer, item.File)
	if err != nil {
		return bank.ID{}, fmt.Errorf("file of item %s: %w", t.Item, err)
	}
	return f.MasterAccount, nil
}

// ours tells whether an order is one of the master account's that goes out in the format.
func (c *carrier) ours(l line) bool {
	return l.master == c.master.ID && (formatOf(c.master) != bank.OrdersPLI || (l.Payee.Country() == "PL") == (c.format == bank.OrdersPLI))
}

// anyWaits tells whether an order of the master account waits for a file; carried: one that the format can carry.
func (c *carrier) anyWaits(tx *store.Tx, carried bool) (bool, error) {
	const step = 1000
	for after := (bank.ID{}); ; {
		page, err := tx.WaitingTransfers(c.customer.ID, c.master.Currency, c.day, after, step)
		if err != nil {
			return false, fmt.Errorf("waiting orders: %w", err)
		}
		lines, err := c.lines(tx, page)
		if err != nil {
			return false, err
		}
		for _, l := range lines {
			if l.master == c.master.ID && (!carried || c.ours(l) && c.fault(l) == "") {
				return true, nil
			}
		}
		if len(page) < step {
			return false, nil
		}
		after = page[len(page)-1].ID
	}
}

// fault says why the format cannot carry an order; empty: it can.
func (c *carrier) fault(l line) string {
	if c.format == bank.OrdersPLI {
		return reasonText(c.pliWriter(io.Discard).Write(c.pliOrder(l)))
	}
	section := c.section(l.sepa(c.day), nil)
	_, err := section.Clean(painOrder(l), c.painOptions())
	if refused, ok := errors.AsType[*pain.RefusalError](err); ok {
		var texts []string
		for _, f := range refused.Faults {
			texts = append(texts, f.Field+": "+f.Message("en"))
		}
		return strings.Join(texts, " ")
	}
	return reasonText(err)
}

func reasonText(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "write pli record: ")
}

// encodings of a pli file by their names.
var encodings = map[string]bankfile.Encoding{"": bankfile.Windows1250, "US-ASCII": bankfile.ASCII, "UTF-8": bankfile.UTF8, "windows-1250": bankfile.Windows1250,
	"ISO-8859-2": bankfile.ISO88592, "IBM852": bankfile.CP852}

func (c *carrier) pliWriter(w io.Writer) *pli.Writer {
	return pli.NewWriter(w, pli.WriterOptions{Encoding: encodings[c.master.Ordering.Encoding], NoComma: c.master.Ordering.NoComma})
}

// pliOrder is an order as a record. A split payment and a tax payment tell themselves by their titles.
func (c *carrier) pliOrder(l line) pli.Order {
	o := pli.Order{Date: c.day, Amount: l.Amount.Minor(), Payer: l.from, Payee: l.Payee, PayerName: l.name, PayeeName: l.PayeeName, Title: l.Title,
		Reference: Reference(l.Transfer)}
	if split, ok := pli.ReadSplit(l.Title); ok {
		o.Title, o.MPP = "", &split
	} else if strings.HasPrefix(l.Title, "/TI/") {
		o.Class = "71"
	}
	return o
}

func (c *carrier) painOptions() pain.Options { return pain.Options{Letters: c.master.Ordering.Letters} }

// sepa tells whether an order is a SEPA transfer: in EUR to an account within.
func (l *line) sepa(day string) bool {
	s := pain.Section{Currency: l.Amount.Currency().Code(), Date: day, Payer: l.from}
	if !s.SEPA() {
		return false
	}
	_, err := s.Clean(painOrder(*l), pain.Options{})
	refused, ok := errors.AsType[*pain.RefusalError](err)
	return !ok || !slices.ContainsFunc(refused.Faults, func(f pain.Fault) bool { return f.Field == pain.FieldPayee && f.Code == pain.OutsideSEPA })
}

// The sections of a message, which the bank's answers name.
const (
	sectionSEPA  = "IMS-SEPA"
	sectionOther = "IMS-OTHER"
)

// sectionOf is the section in which an order was written.
func sectionOf(t bank.Transfer, day string) string {
	if l := (line{Transfer: t}); l.sepa(day) {
		return sectionSEPA
	}
	return sectionOther
}

// section is one of a message, without its orders. The bank debits the master account: what it answers bears the reference of
// each order, by which the payer is known.
func (c *carrier) section(sepa bool, orders func(func(pain.Order, error) bool)) pain.Section {
	s := pain.Section{ID: sectionSEPA, Date: c.day, Currency: c.master.Currency.Code(), Decimals: c.master.Currency.Exponent(), PayerName: c.customer.Name,
		Payer: c.master.IBAN, PayerBank: c.master.Ordering.BIC, Orders: orders}
	if s.NotSEPA = s.SEPA() && !sepa; !sepa {
		s.ID = sectionOther
	}
	return s
}

func painOrder(l line) pain.Order {
	return pain.Order{EndToEndID: Reference(l.Transfer), Amount: l.Amount.Minor(), PayeeName: l.PayeeName, Payee: l.Payee, Title: l.Title}
}
