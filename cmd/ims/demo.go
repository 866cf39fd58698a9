package main

import (
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
)

type demoCommand struct {
	Dir         string `help:"Where the demonstration lives; one that is there is used again." default:"demo" placeholder:"DIR"`
	Once        bool   `help:"Show everything and end, instead of serving."`
	Listen      string `help:"Address of the API." default:"127.0.0.1:8443" placeholder:"ADDRESS"`
	PanelListen string `help:"Address of the Admin Panel." default:"127.0.0.1:8080" placeholder:"ADDRESS"`
	AdminListen string `help:"Address of the health probes." default:"127.0.0.1:9090" placeholder:"ADDRESS"`
}

// demo is one demonstration: what it has made or found, and where it tells of it.
type demo struct {
	*program
	*rooms
	*story
	dir      string
	customer bank.Customer
	admin    bank.Actor // of the issuing institution
	masters  map[string]bank.MasterAccount
	bases    map[string]bank.BaseIBAN
	balances []demoBalance
	executed bank.TransactionFile
}

// Run onboards an invented customer, moves invented money, proves the books, and serves. Whatever is there already is used
// again, so that it can be run as often as one likes.
func (c *demoCommand) Run(p *program) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	p.Store, p.Key, p.As, p.Customer = "sqlite:"+filepath.Join(c.Dir, "ims.db"), "", "", 0
	address, err := p.address()
	if err != nil {
		return err
	}
	lock, err := address.lock()
	if err != nil {
		return err
	}
	db, err := p.migrated(address, true)
	if err != nil {
		return errors.Join(fmt.Errorf("demo: the store in %s: %w", c.Dir, err), lock.release())
	}
	config := Config{Target: "all", Listen: c.Listen, PanelListen: c.PanelListen, AdminListen: c.AdminListen, Connections: 256, HostNames: []string{"localhost", "127.0.0.1", "::1"},
		Lease: 15 * time.Second, Idle: 500 * time.Millisecond, Grace: 5 * time.Second, LogFormat: "text", LogLevel: "info",
		NotifyPrivate: true} // a first receiver of events runs on the same machine
	d := &demo{program: p, rooms: p.furnish(db, address, config), story: &story{w: p.stdout}, dir: c.Dir,
		masters: map[string]bank.MasterAccount{}, bases: map[string]bank.BaseIBAN{}}
	// Another life of this store ended while it had leases; the lock says that nobody works on it now.
	if err = db.Write(p.ctx, (*store.Tx).ReleaseAllLeases); err == nil {
		err = d.perform()
	}
	if err == nil && !c.Once {
		err = d.serve(config)
	}
	return errors.Join(err, db.Close(), lock.release())
}

// perform goes through the acts in order.
func (d *demo) perform() error {
	for _, act := range []func() error{d.onboard, d.certify, d.people, d.execute, d.decide, d.prove} {
		if err := act(); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// The invented institution.
const demoName = "Demo Pay"

// onboard makes the customer with its operators, master accounts and base IBANs, as far as they are missing.
func (d *demo) onboard() error {
	d.title("A customer is onboarded")
	if err := d.findCustomer(); err != nil {
		return err
	}
	d.say("%s is customer %d, %s, in a store that is a sandbox: %s.", d.customer.Name, d.customer.ID, d.customer.Status, filepath.Join(d.dir, "ims.db"))
	d.say("Four eyes are off, so that one person can show everything; a real customer has them on, and needs")
	d.say("two people for files, items, roles, settings, certificates and base IBANs.")
	if err := d.operators(); err != nil {
		return err
	}
	if err := d.hosts(); err != nil {
		return err
	}
	for _, a := range demoAccounts {
		if err := d.account(a.currency, a.master, a.base, a.name); err != nil {
			return err
		}
	}
	return d.tellAccounts()
}

func (d *demo) findCustomer() error {
	list, err := d.rooms.customers.List(d.ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Name == demoName {
			d.customer = c
			return nil
		}
	}
	settings := bank.DefaultSettings()
	settings.FourEyes, settings.TransferFourEyes = false, false
	d.customer, err = d.rooms.customers.Create(d.ctx, bank.System(0, commandLine), demoName, settings)
	return err
}

// demoOperators are people of nobody's; the first is who acts below.
var demoOperators = []struct {
	email       string
	role        bank.Role
	institution bool
}{
	{"admin@institution.example", bank.Admin, true},
	{"manager@demo-pay.example", bank.Manager, false},
	{"employee@demo-pay.example", bank.Employee, false},
}

func (d *demo) operators() error {
	t := newTable("OPERATOR", "ROLE", "WORKS FOR", "PASSWORD", "SECRET FOR THE AUTHENTICATOR APP")
	for _, o := range demoOperators {
		if _, err := d.access.Operator(d.ctx, d.customer.ID, o.email); errors.Is(err, bank.ErrForbidden) {
			if _, err := d.access.InviteOperator(d.ctx, bank.System(d.customer.ID, commandLine), d.customer.ID, o.email, o.role, o.institution); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		worksFor := d.customer.Name
		if o.institution {
			worksFor = "the issuing institution"
		}
		password, secret := d.login(o.email)
		if err := d.gate.EnrolSandbox(d.ctx, d.customer.ID, o.email, password, secret); err != nil {
			return err
		}
		t.row(o.email, o.role, worksFor, password, secret)
	}
	d.table(t)
	d.say("They are known to everybody who reads this, which only a sandbox allows. The second factor is real:")
	d.say("ims operator code %s --store sqlite:%s tells a code without an app.", demoOperators[0].email, filepath.Join(d.dir, "ims.db"))
	var err error
	d.admin, err = d.access.Operator(d.ctx, d.customer.ID, demoOperators[0].email)
	return err
}

// demoHosts are the names under which the panel is this customer's.
var demoHosts = []string{"demo.localhost", "localhost"}

// hosts registers the panel's names as far as they are missing.
func (d *demo) hosts() error {
	for _, host := range demoHosts {
		_, err := d.rooms.customers.CustomerOfHost(d.ctx, host)
		if errors.Is(err, bank.ErrNotFound) {
			_, err = d.rooms.customers.AddDomain(d.ctx, d.admin, host)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// login is an operator's password and secret, the same whenever this demonstration runs, and other ones in every other.
func (d *demo) login(email string) (password, secret string) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(d.db.Derive("demo login of " + email))
	word := strings.ToLower(text)
	return "demo-" + word[:4] + "-" + word[4:8] + "-" + word[8:12], text[16:48]
}

// demoAccounts are accounts at banks that do not exist, with right check digits.
var demoAccounts = []struct{ currency, master, base, name string }{
	{"PLN", "PL83111111110000000000000010", "PL111111117700", "Collective account in PLN"},
	{"EUR", "DE44999999990000000010", "DE9999999977", "Collective account in EUR"},
}

// account registers a master account and its base IBAN unless they are there.
func (d *demo) account(code, master, base, name string) error {
	var currency currencyFlag
	if err := currency.UnmarshalText([]byte(code)); err != nil {
		return err
	}
	masters, err := d.rooms.customers.MasterAccounts(d.ctx, d.customer.ID)
	if err != nil {
		return err
	}
	m, err := masterOf(masters, master)
	if errors.Is(err, bank.ErrNotFound) {
		m, err = d.rooms.customers.AddMasterAccount(d.ctx, d.admin, customers.NewMasterAccount{IBAN: master, Name: name, Currency: currency.Currency})
	}
	if err != nil {
		return err
	}
	d.masters[code] = m
	bases, err := d.rooms.customers.BaseIBANs(d.ctx, d.customer.ID)
	if err != nil {
		return err
	}
	for _, b := range bases {
		if b.Base == base {
			d.bases[code] = b
			return nil
		}
	}
	d.bases[code], err = d.rooms.customers.AddBaseIBAN(d.ctx, d.admin, customers.NewBaseIBAN{Base: base, MasterAccount: m.ID})
	return err
}

func (d *demo) tellAccounts() error {
	t := newTable("CURRENCY", "MASTER ACCOUNT AT THE BANK", "BASE IBAN", ">NUMBERS IN IT")
	for _, a := range demoAccounts {
		t.row(a.currency, d.masters[a.currency].IBAN.Format(), d.bases[a.currency].Base, grouped(fmt.Sprint(d.bases[a.currency].Capacity)))
	}
	d.table(t)
	return nil
}
