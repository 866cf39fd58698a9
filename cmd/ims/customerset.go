package main

import (
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

// settingFlags are the settings that a customer can be made with; nil leaves one as it is.
type settingFlags struct {
	IBANMode *ibanModeFlag `help:"Who issues IBANs: AUTOMATIC (with the balance), API or PANEL." name:"iban-mode" placeholder:"MODE"`
	KYCGate  *switchFlag   `help:"on: no IBAN before the end user's kycStatus is ACCEPTED." name:"kyc-gate" placeholder:"on|off"`
	Sliding  *switchFlag   `help:"on: the session of an end user begins anew with each use, for 12 hours at most; off: it ends after 10 minutes." name:"sliding-sessions" placeholder:"on|off"`
	Years    *int          `help:"Years that an end user is kept behind the last thing that happened, and the bytes of a file; then they are erased. 0: for ever." name:"retention-years" placeholder:"N"`
	FourEyes *switchFlag   `help:"on: a second person must decide about files, items, roles, settings, certificates and base IBANs." placeholder:"on|off"`

	TransferFourEyes *switchFlag `help:"on: a second person must agree to a transfer that an operator orders." placeholder:"on|off"`
	TransferLimits   *limitsFlag `help:"What leaves by transfers at most, for each currency: CURRENCY=ORDER/BALANCE-DAY/USER-DAY, with commas between, 0 for no limit; or none." placeholder:"PLN=10000.00/20000.00/0"`
	PayeeNames       *switchFlag `help:"on: a transfer is refused where the payee's name does not match." name:"payee-name-must-match" placeholder:"on|off"`
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
	f.applyTransfers(s)
}

func (f settingFlags) applyTransfers(s *bank.Settings) {
	if f.TransferFourEyes != nil {
		s.TransferFourEyes = f.TransferFourEyes.on
	}
	if f.TransferLimits != nil {
		s.TransferLimits = f.TransferLimits.list
	}
	if f.PayeeNames != nil {
		s.PayeeNameMustMatch = f.PayeeNames.on
	}
}

// limitsFlag is a list of limits for transfers, or none of them.
type limitsFlag struct{ list []bank.TransferLimit }

const noLimit = "none"

// UnmarshalText reads limits with commas between them.
func (f *limitsFlag) UnmarshalText(text []byte) error {
	f.list = nil
	if string(text) == noLimit {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		limit, err := parseLimit(part)
		if err != nil {
			return fmt.Errorf("%q is no limit such as PLN=10000.00/20000.00/0: %w", part, err)
		}
		f.list = append(f.list, limit)
	}
	return nil
}

func parseLimit(text string) (l bank.TransferLimit, err error) {
	code, amounts, _ := strings.Cut(text, "=")
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return l, err
	}
	parts := strings.Split(amounts, "/")
	if len(parts) != 3 {
		return l, fmt.Errorf("%d amounts, not 3", len(parts))
	}
	l.Currency = currency.Code()
	for i, to := range []*int64{&l.Order, &l.BalanceDay, &l.UserDay} {
		if parts[i] == "0" {
			continue
		}
		amount, err := money.ParseDecimal(parts[i], currency)
		if err != nil {
			return l, err
		}
		*to = amount.Minor()
	}
	return l, nil
}

// limitsText is how limits are given.
func limitsText(list []bank.TransferLimit) string {
	var all []string
	for _, l := range list {
		currency, err := money.ParseCurrency(l.Currency)
		if err != nil {
			continue // the settings hold supported currencies only
		}
		amounts := make([]string, 0, 3)
		for _, n := range []int64{l.Order, l.BalanceDay, l.UserDay} {
			text := "0"
			if n > 0 {
				text = money.New(n, currency).Decimal()
			}
			amounts = append(amounts, text)
		}
		all = append(all, l.Currency+"="+strings.Join(amounts, "/"))
	}
	if len(all) == 0 {
		return noLimit
	}
	return strings.Join(all, ",")
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
		return fmt.Errorf("say what to set: --iban-mode, --kyc-gate, --sliding-sessions, --retention-years, --four-eyes, --transfer-four-eyes, --transfer-limits, --payee-name-must-match or --add-balance-roles")
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
