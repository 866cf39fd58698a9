package panel

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/customers"
)

func settingsRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/settings", need: bank.PermCustomerWrite, page: (*visit).settings, group: "group.settings", entry: "settings.title", letter: "s"},
		{method: http.MethodGet, path: "/settings/edit", need: bank.PermCustomerWrite, page: (*visit).editSettings},
		{method: http.MethodPost, path: "/settings/edit", need: bank.PermCustomerWrite, page: (*visit).changeSettings, sure: true},
	}
}

// settingsView is the first page of the settings: what is missing, and how the customer works.
type settingsView struct {
	steps   []customers.Step
	set     customers.Settings
	waiting templ.Component
}

func (v *visit) settings() error {
	var s settingsView
	var err error
	ctx := v.r.Context()
	if s.steps, err = v.Customers.Check(ctx, v.customer.ID); err != nil {
		return err
	}
	if s.set, err = v.Customers.Settings(ctx, v.customer.ID); err != nil {
		return err
	}
	if s.waiting, err = v.noticesFor("customers.settings"); err != nil {
		return err
	}
	return v.show(v.T("settings.title"), settingsPage(v, s))
}

// missing is how many steps somebody must still take.
func (s settingsView) missing() (n int) {
	for _, step := range s.steps {
		if !step.Done && !step.Optional {
			n++
		}
	}
	return n
}

// stepState is what a step of the checklist is, and its tone.
func stepState(s customers.Step) (state, tone string) {
	switch {
	case s.Warning():
		return "SOON", "wait"
	case s.Done:
		return "DONE", "good"
	case s.Optional:
		return "OPTIONAL", "off"
	}
	return "MISSING", "bad"
}

// stepPages are where the steps of the checklist are taken.
var stepPages = map[string]string{
	"master-account": "/master-accounts", "own-balances": "/master-accounts", "base-iban": "/master-accounts", "base-iban-room": "/master-accounts",
	"certificate": "/certificates", "admins": "/operators", "file-operators": "/operators", "domains": "/domains", "notification-endpoint": "/notifications",
}

// stepPage is where a step is taken, or "" where the operator may not go or nobody can.
func (v *visit) stepPage(s customers.Step) string {
	path := stepPages[s.Code]
	for i := range v.routes {
		if r := &v.routes[i]; path != "" && r.method == http.MethodGet && r.path == path && r.allows(v.actor) {
			return path
		}
	}
	return ""
}

func (v *visit) yesNo(on bool) string {
	if on {
		return v.T("settings.on")
	}
	return v.T("settings.off")
}

// settingsFacts are the settings in words.
func settingsFacts(v *visit, s customers.Settings) []fact {
	var list []fact
	for _, t := range settingsTexts(v, s) {
		list = append(list, fact{t[0], plain(t[1])})
	}
	return list
}

// settingsTexts are the settings by name, in words.
func settingsTexts(v *visit, s customers.Settings) [][2]string {
	roles := v.T("settings.nobody")
	if len(s.AddBalanceRoles) > 0 {
		names := make([]string, len(s.AddBalanceRoles))
		for i, r := range s.AddBalanceRoles {
			names[i] = v.word("role", string(r))
		}
		roles = strings.Join(names, ", ")
	}
	kept := v.T("settings.forEver")
	if s.RetentionYears > 0 {
		kept = v.T("settings.years", s.RetentionYears)
	}
	return [][2]string{
		{v.T("settings.fourEyes"), v.yesNo(s.FourEyes)},
		{v.T("settings.ibanMode"), v.word("ibanMode", string(s.IBANMode))},
		{v.T("settings.kycGate"), v.yesNo(s.KYCGate)},
		{v.T("settings.addBalanceRoles"), roles},
		{v.T("settings.slidingSessions"), v.yesNo(s.SlidingSessions)},
		{v.T("settings.retentionYears"), kept},
	}
}

func (v *visit) editSettings() error {
	s, err := v.Customers.Settings(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	return v.show(v.T("settings.edit"), settingsForm(v, s, nil, ""))
}

// changeSettings writes what the form says, or asks a second person to.
func (v *visit) changeSettings() error {
	var typed customers.Settings
	err := v.Customers.UpdateSettings(v.r.Context(), v.actor, v.customer.ID, func(s *customers.Settings) error {
		err := v.typedSettings(s)
		typed = *s
		return err
	})
	if err == nil {
		v.say("settings.done", "")
		return v.redirect("/settings")
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("settings.edit"), settingsForm(v, typed, faults, whole))
}

// typedSettings puts the form over the settings; what the form does not know stays.
func (v *visit) typedSettings(s *customers.Settings) error {
	on := func(name string) bool { return v.r.PostFormValue(name) != "" }
	s.IBANMode, s.FourEyes, s.KYCGate = bank.IBANMode(v.r.PostFormValue("ibanMode")), on("fourEyes"), on("kycGate")
	s.SlidingSessions = on("slidingSessions")
	s.AddBalanceRoles = []bank.Role{}
	for _, role := range []bank.Role{bank.Employee, bank.Manager, bank.Admin} {
		if slices.Contains(v.r.PostForm["addBalanceRoles"], string(role)) {
			s.AddBalanceRoles = append(s.AddBalanceRoles, role)
		}
	}
	years, err := strconv.Atoi(strings.TrimSpace(v.r.PostFormValue("retentionYears")))
	if err != nil {
		return bank.ErrInvalid.With("the retention period is wrong").Field("/retentionYears", "out-of-range", v.T("settings.badYears"))
	}
	s.RetentionYears = years
	return nil
}

// modeField is the choice of who issues IBANs.
func modeField(v *visit, s customers.Settings, fault string) field {
	f := field{name: "ibanMode", label: v.T("settings.ibanMode"), hint: v.T("settings.ibanModeHint"), value: string(s.IBANMode), required: true, fault: fault}
	for _, mode := range []bank.IBANMode{bank.IssueAutomatic, bank.IssueByAPI, bank.IssueFromPanel} {
		f.choices = append(f.choices, choice{string(mode), v.word("ibanMode", string(mode))})
	}
	return f
}

func yearsField(v *visit, s customers.Settings, fault string) field {
	value := strconv.Itoa(s.RetentionYears)
	if fault != "" {
		value = v.r.PostFormValue("retentionYears")
	}
	return field{name: "retentionYears", label: v.T("settings.retentionYears"), hint: v.T("settings.retentionYearsHint"), value: value, required: true, limit: 3, fault: fault}
}
