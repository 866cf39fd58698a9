package customers

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Step is one line of the onboarding checklist.
type Step struct {
	Code     string // stable: customer, master-account, base-iban, ...
	Title    string
	Done     bool
	Optional bool // the customer can work without it
	// Note says what is missing, or what will be missing soon although the step is done; otherwise empty.
	Note string
}

// Warning tells whether the step is done but will not stay so.
func (s Step) Warning() bool { return s.Done && s.Note != "" }

const (
	day             = 24 * time.Hour
	expiryWarning   = 30 * day
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
	return []Step{e.account(), e.masterAccount(), e.ownBalances(), e.issuing(), e.room(), e.authority(now), e.certificate(now), e.admins(), e.files(), e.hosts(), e.notified()}, nil
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
	domains      []Domain
	endpoint     bank.NotificationEndpoint // zero: there is none
	caExpires    time.Time                 // zero: there is no CA
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
	if e.domains, err = tx.Domains(customer); err != nil {
		return e, err
	}
	if e.endpoint, err = tx.Endpoint(customer); err != nil && !isNotFound(err) {
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
	executors := map[bank.Role]bool{}
	for _, role := range roles() {
		list, err := tx.Permissions(customer, role)
		if err != nil {
			return nil, err
		}
		executors[role] = slices.Contains(list, bank.PermFilesExecute)
	}
	return executors, nil
}

// step is done if nothing is missing.
func step(code, title, missing string) Step {
	return Step{Code: code, Title: title, Done: missing == "", Note: missing}
}

// account is done once there is a customer; what is told is how far it is.
func (e *estate) account() Step {
	return Step{Code: "customer", Title: "A customer account: " + e.customer.Name, Done: true}
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
		switch {
		case has(c):
		case missing == "":
			missing = lacks + " " + c.Code()
		default:
			missing += ", " + c.Code()
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

// room warns before a base IBAN that issues is used up.
func (e *estate) room() Step {
	result, found := step("base-iban-room", "Enough numbers left in the base IBANs that issue", ""), false
	var notes []string
	for _, b := range e.bases {
		if !b.Issuing {
			continue
		}
		found = true
		if used := usedPercent(b); used >= warnUse {
			left := b.Capacity - min(b.Next, b.Capacity)
			notes = append(notes, fmt.Sprintf("%s (%s) is used to %d %%, %d numbers are left", b.Base, b.Currency, used, left))
			result.Done = result.Done && used < alarmUse
		}
	}
	if !found {
		return step(result.Code, result.Title, "needs a base IBAN first")
	}
	result.Note = strings.Join(notes, "; ")
	return result
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
	result := step("ca", "A certificate authority", "")
	switch {
	case e.caExpires.IsZero():
		result.Done, result.Note = false, "the installation has no certificate authority"
	case !now.Before(e.caExpires):
		result.Done, result.Note = false, "the certificate authority expired on "+e.caExpires.Format(time.DateOnly)
	case ExpiresSoon(e.caExpires, now):
		result.Note = "the certificate authority expires on " + e.caExpires.Format(time.DateOnly)
	}
	return result
}

// DaysLeft is how many whole days remain until an instant; negative ones have passed.
func DaysLeft(until, now time.Time) int {
	return int(math.Floor(until.Sub(now).Hours() / day.Hours()))
}

// ExpiresSoon tells whether a certificate that is still valid should be renewed: fewer than 30 days are left.
func ExpiresSoon(until, now time.Time) bool {
	return now.Before(until) && until.Sub(now) < expiryWarning
}

// certificate wants one that is active, and warns of each CN whose last certificate runs out.
func (e *estate) certificate(now time.Time) Step {
	last := map[string]time.Time{}
	for _, c := range e.certificates {
		if c.Status == bank.CertificateActive && now.Before(c.NotAfter) && c.NotAfter.After(last[c.CN]) {
			last[c.CN] = c.NotAfter
		}
	}
	if len(last) == 0 {
		return step("certificate", "A client certificate for the server API", "no certificate is active")
	}
	var notes []string
	for _, cn := range slices.Sorted(maps.Keys(last)) {
		if ExpiresSoon(last[cn], now) {
			notes = append(notes, fmt.Sprintf("the last active certificate of %s expires on %s, in %d days", cn, last[cn].Format(time.DateOnly), DaysLeft(last[cn], now)))
		}
	}
	return Step{Code: "certificate", Title: "A client certificate for the server API", Done: true, Note: strings.Join(notes, "; ")}
}

func (e *estate) admins() Step {
	n := e.countStaff(func(o store.Staff) bool { return o.Role == bank.Admin })
	missing := ""
	if n < wantedApprovers {
		missing = fmt.Sprintf("%d of %d ADMINs have signed in and are active", n, wantedApprovers)
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
		missing = fmt.Sprintf("%d of %d operators of the issuing institution who may execute files have signed in and are active", n, want)
	}
	return step("file-operators", "Operators of the issuing institution who execute transaction files", missing)
}

func (e *estate) hosts() Step {
	missing := ""
	if len(e.domains) == 0 {
		missing = "no host is registered: browsers get 403"
	}
	return step("domains", "A host for the panel, and for pages that call the API", missing)
}

// notified is the one step that a customer can do without.
func (e *estate) notified() Step {
	missing := ""
	switch {
	case e.endpoint.Customer == 0:
		missing = "events are not sent; GET /secure/transactions?after= tells the same"
	case !e.endpoint.Active:
		missing = "the endpoint is switched off"
	case e.endpoint.Stopped != "":
		missing = "sending has stopped: " + e.endpoint.Stopped
	}
	result := step("notification-endpoint", "An endpoint that is told of transactions", missing)
	result.Optional = true
	return result
}

// countStaff counts the active operators: those who came and are not locked.
func (e *estate) countStaff(counts func(store.Staff) bool) (n int) {
	for _, o := range e.staff {
		if !o.Locked && !o.AcceptedAt.IsZero() && counts(o) {
			n++
		}
	}
	return n
}
