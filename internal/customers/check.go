package customers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Step is one line of the onboarding checklist.
type Step struct {
	Code  string // stable: master-account, base-iban, ...
	Title string
	Done  bool
	// Note says what is missing, or what will be missing soon although the step is done; otherwise empty.
	Note string
}

const (
	expiryWarning   = 30 * 24 * time.Hour
	warnUse         = 80 // percent of a base IBAN in use
	alarmUse        = 95
	wantedApprovers = 2 // one to ask and one to decide
)

// Check returns the onboarding checklist of a customer in the order in which it is worked through. A customer whose steps
// are all done can issue IBANs, receive transaction files and be called. bank.ErrNotFound for an unknown customer.
func (s *Service) Check(ctx context.Context, customer bank.CustomerID) ([]Step, error) {
	var e estate
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) { e, err = readEstate(tx, customer); return err })
	if err != nil {
		return nil, fmt.Errorf("check customer %d: %w", customer, err)
	}
	now := s.now()
	return []Step{e.masterAccount(), e.ownBalances(), e.issuing(), e.room(), e.authority(now), e.certificate(now), e.admins(), e.files()}, nil
}

// estate is all that a customer has of its own.
type estate struct {
	customer     bank.Customer
	accounts     []bank.MasterAccount
	balances     []bank.Balance
	bases        []bank.BaseIBAN
	certificates []bank.Certificate
	staff        []store.Staff
	executors    map[bank.Role]bool // roles with the permission to execute files
	caExpires    time.Time          // zero: there is no CA
}

func readEstate(tx *store.Tx, customer bank.CustomerID) (e estate, err error) {
	if e.customer, err = tx.Customer(customer); err != nil {
		return e, err
	}
	if e.accounts, err = tx.MasterAccounts(customer); err != nil {
		return e, err
	}
	if e.balances, err = tx.SpecialBalances(customer); err != nil {
		return e, err
	}
	if e.bases, err = tx.BaseIBANs(customer); err != nil {
		return e, err
	}
	if e.certificates, err = tx.Certificates(customer, ""); err != nil {
		return e, err
	}
	if e.staff, err = tx.Operators(customer); err != nil {
		return e, err
	}
	if e.executors, err = readExecutors(tx, customer); err != nil {
		return e, err
	}
	ca, err := readCACertificate(tx)
	if isNotFound(err) {
		return e, nil
	}
	if err == nil {
		e.caExpires = ca.NotAfter
	}
	return e, err
}

func readExecutors(tx *store.Tx, customer bank.CustomerID) (map[bank.Role]bool, error) {
	roles := map[bank.Role]bool{}
	for _, role := range []bank.Role{bank.Employee, bank.Manager, bank.Admin} {
		list, err := tx.Permissions(customer, role)
		if err != nil {
			return nil, err
		}
		roles[role] = slices.Contains(list, bank.PermFilesExecute)
	}
	return roles, nil
}

// step is done if nothing is missing.
func step(code, title, missing string) Step {
	return Step{Code: code, Title: title, Done: missing == "", Note: missing}
}

func (e *estate) masterAccount() Step {
	missing := ""
	if len(e.accounts) == 0 {
		missing = "no account at the bank is registered"
	}
	return step("master-account", "A master account at the bank", missing)
}

// currencies are those of the master accounts, in the order of the service.
func (e *estate) currencies() []money.Currency {
	var list []money.Currency
	for _, m := range e.accounts {
		list = append(list, m.Currency)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// perCurrency is a step that every currency of the master accounts must have done.
func (e *estate) perCurrency(code, title, lacks string, has func(money.Currency) bool) Step {
	missing := ""
	for _, c := range e.currencies() {
		if !has(c) {
			missing = fmt.Sprintf("%s %s", lacks, c)
			break
		}
	}
	if len(e.accounts) == 0 {
		missing = "needs a master account first"
	}
	return step(code, title, missing)
}

func (e *estate) ownBalances() Step {
	return e.perCurrency("own-balances", "Own funds and a technical balance in each currency", "a balance is missing in", func(c money.Currency) bool {
		kinds := map[bank.BalanceKind]bool{}
		for _, b := range e.balances {
			if b.Currency == c {
				kinds[b.Kind] = true
			}
		}
		return kinds[bank.KindOwn] && kinds[bank.KindTechnical] && kinds[bank.KindReceivable]
	})
}

func (e *estate) issuing() Step {
	return e.perCurrency("base-iban", "A base IBAN that issues in each currency", "none issues in", func(c money.Currency) bool {
		return slices.ContainsFunc(e.bases, func(b bank.BaseIBAN) bool { return b.Issuing && b.Currency == c })
	})
}

// room warns before a base IBAN is used up.
func (e *estate) room() Step {
	const code, title = "base-iban-room", "Enough numbers left in the base IBANs that issue"
	used, fullest, found := uint64(0), bank.BaseIBAN{}, false
	for _, b := range e.bases {
		if percent := usedPercent(b); b.Issuing && (!found || percent > used) {
			used, fullest, found = percent, b, true
		}
	}
	switch {
	case !found:
		return step(code, title, "needs a base IBAN first")
	case used < warnUse:
		return step(code, title, "")
	}
	left := fullest.Capacity - min(fullest.Next, fullest.Capacity)
	return Step{Code: code, Title: title, Done: used < alarmUse, Note: fmt.Sprintf("%s is used to %d %%, %d numbers are left", fullest.Base, used, left)}
}

// usedPercent divides first, as a hundred times the largest capacity leaves 64 bits.
func usedPercent(b bank.BaseIBAN) uint64 {
	const whole = 100
	if b.Capacity < whole*whole {
		return b.Next * whole / max(b.Capacity, 1)
	}
	return b.Next / (b.Capacity / whole)
}

func (e *estate) authority(now time.Time) Step {
	missing := ""
	switch {
	case e.caExpires.IsZero():
		missing = "the installation has no certificate authority"
	case !now.Before(e.caExpires):
		missing = "the certificate authority expired on " + e.caExpires.Format(time.DateOnly)
	}
	return step("ca", "A certificate authority", missing)
}

func (e *estate) certificate(now time.Time) Step {
	last, ok := bank.Certificate{}, false
	for _, c := range e.certificates {
		if c.Status == bank.CertificateActive && now.Before(c.NotAfter) && (!ok || c.NotAfter.After(last.NotAfter)) {
			last, ok = c, true
		}
	}
	result := step("certificate", "A client certificate for the server API", "")
	if !ok {
		result.Done, result.Note = false, "no certificate is active"
	} else if last.NotAfter.Sub(now) < expiryWarning {
		result.Note = fmt.Sprintf("the last active certificate, of %s, expires on %s", last.CN, last.NotAfter.Format(time.DateOnly))
	}
	return result
}

func (e *estate) admins() Step {
	n := e.countStaff(func(o store.Staff) bool { return o.Role == bank.Admin })
	missing := ""
	if n < wantedApprovers {
		missing = fmt.Sprintf("%d of %d active ADMINs", n, wantedApprovers)
	}
	return step("admins", "Two active ADMINs", missing)
}

// files asks for as many people of the issuing institution as executing a file takes.
func (e *estate) files() Step {
	want := 1
	if e.customer.Settings.FourEyes {
		want = wantedApprovers
	}
	n := e.countStaff(func(o store.Staff) bool { return o.Institution && e.executors[o.Role] })
	missing := ""
	if n < want {
		missing = fmt.Sprintf("%d of %d active operators of the issuing institution may execute files", n, want)
	}
	return step("file-operators", "Operators of the issuing institution who execute transaction files", missing)
}

func (e *estate) countStaff(counts func(store.Staff) bool) (n int) {
	for _, o := range e.staff {
		if !o.Locked && counts(o) {
			n++
		}
	}
	return n
}
