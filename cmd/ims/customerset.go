package main

import (
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/customers"
)

// settingFlags are the settings that a customer can be made with; nil leaves one as it is.
type settingFlags struct {
	IBANMode *ibanModeFlag `help:"Who issues IBANs: AUTOMATIC (with the balance), API or PANEL." name:"iban-mode" placeholder:"MODE"`
	KYCGate  *switchFlag   `help:"on: no IBAN before the end user's kycStatus is ACCEPTED." name:"kyc-gate" placeholder:"on|off"`
	Sliding  *switchFlag   `help:"on: the session of an end user begins anew with each use, for 12 hours at most; off: it ends after 10 minutes." name:"sliding-sessions" placeholder:"on|off"`
	Years    *int          `help:"Years that an end user is kept behind the last thing that happened, and the bytes of a file; then they are erased. 0: for ever." name:"retention-years" placeholder:"N"`
	FourEyes *switchFlag   `help:"on: a second person must decide about files, items, roles, settings, certificates and base IBANs." placeholder:"on|off"`
}

func (f settingFlags) apply(s *bank.Settings) {
	if f.IBANMode != nil {
		s.IBANMode = f.IBANMode.mode
	}
	if f.KYCGate != nil {
		s.KYCGate = f.KYCGate.on
	}
	if f.Sliding != nil {
		s.SlidingSessions = f.Sliding.on
	}
	if f.Years != nil {
		s.RetentionYears = *f.Years
	}
	if f.FourEyes != nil {
		s.FourEyes = f.FourEyes.on
	}
}

// switchFlag is on or off.
type switchFlag struct{ on bool }

// UnmarshalText reads the two words.
func (f *switchFlag) UnmarshalText(text []byte) error {
	if word := string(text); word != onOff(true) && word != onOff(false) {
		return fmt.Errorf("%q is neither on nor off", word)
	}
	f.on = string(text) == onOff(true)
	return nil
}

// ibanModeFlag is a mode of issuing, in capitals or not.
type ibanModeFlag struct{ mode bank.IBANMode }

// UnmarshalText refuses what is no mode.
func (f *ibanModeFlag) UnmarshalText(text []byte) error {
	f.mode = bank.IBANMode(strings.ToUpper(string(text)))
	if !slices.Contains([]bank.IBANMode{bank.IssueAutomatic, bank.IssueByAPI, bank.IssueFromPanel}, f.mode) {
		return fmt.Errorf("%q is none of AUTOMATIC, API and PANEL", text)
	}
	return nil
}

// rolesFlag is a list of roles, or none of them.
type rolesFlag struct{ list []bank.Role }

const noRole = "none"

// UnmarshalText reads roles with commas between them, each once.
func (f *rolesFlag) UnmarshalText(text []byte) error {
	f.list = []bank.Role{}
	if string(text) == noRole {
		return nil
	}
	for word := range strings.SplitSeq(strings.ToUpper(string(text)), ",") {
		role := bank.Role(word)
		if !role.Known() || slices.Contains(f.list, role) {
			return fmt.Errorf("%q is no list of EMPLOYEE, MANAGER and ADMIN, nor %s", text, noRole)
		}
		f.list = append(f.list, role)
	}
	return nil
}

func roleNames(list []bank.Role) string {
	if len(list) == 0 {
		return noRole
	}
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = string(r)
	}
	return strings.Join(names, ",")
}

type customerSetCommand struct {
	settingFlags
	listing
	AddBalanceRoles *rolesFlag `help:"Operators of which roles may add and close balances: EMPLOYEE,MANAGER,ADMIN or none." placeholder:"ROLES"`
}

// Validate wants something to change; kong calls it.
func (c *customerSetCommand) Validate() error {
	if c.settingFlags == (settingFlags{}) && c.AddBalanceRoles == nil {
		return fmt.Errorf("say what to set: --iban-mode, --kyc-gate, --sliding-sessions, --retention-years, --four-eyes or --add-balance-roles")
	}
	return nil
}

func (c *customerSetCommand) apply(s *customers.Settings) error {
	c.settingFlags.apply(&s.Settings)
	if c.AddBalanceRoles != nil {
		s.AddBalanceRoles = slices.Clone(c.AddBalanceRoles.list)
	}
	return nil
}

// Run changes the settings that are given and shows all.
func (c *customerSetCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.customers.UpdateSettings(p.ctx, actor, actor.Customer, c.apply); err != nil {
			return err
		}
		customer, err := r.customers.Get(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		v, err := viewCustomer(p, r, customer)
		if err != nil {
			return err
		}
		return c.print(p, v, customerTable(v))
	})
}
