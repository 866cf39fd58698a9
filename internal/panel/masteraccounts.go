package panel

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

func masterAccountRoutes() []route {
	const need = bank.PermCustomerWrite
	return []route{
		{method: http.MethodGet, path: "/master-accounts", need: need, page: (*visit).masterAccounts, group: "group.settings", entry: "masters.title", letter: "m"},
		{method: http.MethodGet, path: "/master-accounts/new", need: need, page: (*visit).newMaster},
		{method: http.MethodPost, path: "/master-accounts/new", need: need, page: (*visit).addMaster, sure: true},
		{method: http.MethodGet, path: "/master-accounts/{id}/edit", need: need, page: (*visit).editMaster},
		{method: http.MethodPost, path: "/master-accounts/{id}/edit", need: need, page: (*visit).changeMaster, sure: true},
		{method: http.MethodGet, path: "/master-accounts/{id}/base", need: need, page: (*visit).newBase},
		{method: http.MethodPost, path: "/master-accounts/{id}/base", need: need, page: (*visit).addBase, sure: true},
		{method: http.MethodGet, path: "/master-accounts/issue", need: bank.PermIBANsIssue, page: (*visit).askIssueMissing},
		{method: http.MethodPost, path: "/master-accounts/issue", need: bank.PermIBANsIssue, page: (*visit).issueMissing},
	}
}

// masterView is a master account with its base IBANs.
type masterView struct {
	bank.MasterAccount
	bases []bank.BaseIBAN
}

// issuing tells whether new IBANs of the account's currency come from one of its base IBANs.
func (m masterView) issuing() bool {
	for _, b := range m.bases {
		if b.Issuing {
			return true
		}
	}
	return false
}

func (v *visit) masterAccounts() error {
	accounts, err := v.Customers.MasterAccounts(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	bases, err := v.Customers.BaseIBANs(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	views := make([]masterView, len(accounts))
	for i, m := range accounts {
		views[i].MasterAccount = m
		for _, b := range bases {
			if b.MasterAccount == m.ID {
				views[i].bases = append(views[i].bases, b)
			}
		}
	}
	waiting, err := v.noticesFor("base-ibans.", "customers.master-account")
	if err != nil {
		return err
	}
	return v.show(v.T("masters.title"), mastersPage(v, views, waiting))
}

func masterFacts(v *visit, m masterView) []fact {
	return []fact{
		{v.T("masters.iban"), copyable(v, m.IBAN.Format(), m.IBAN.String())},
		{v.word("column", "currency"), plain(m.Currency.Code())},
		{v.T("masters.format"), plain(v.word("bankFormat", formatKey(m.Format)))},
		{v.T("masters.acceptance"), plain(v.word("acceptance", string(m.Acceptance)))},
		{v.T("masters.dialect"), foreign(m.Dialect.String())},
		{v.word("column", "created"), instantOf(v, m.CreatedAt)},
	}
}

// formatKey is the key of a format's name: keys have no dots within.
func formatKey(format string) string { return strings.ReplaceAll(format, ".", "") }

// left are the numbers that a base IBAN can still give.
func left(b bank.BaseIBAN) int64 { return int64(b.Capacity - min(b.Next, b.Capacity)) }

// masterOfPath is the master account that the address names.
func (v *visit) masterOfPath() (bank.MasterAccount, error) {
	id, err := v.id()
	if err != nil {
		return bank.MasterAccount{}, err
	}
	all, err := v.Customers.MasterAccounts(v.r.Context(), v.customer.ID)
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return bank.MasterAccount{}, errors.Join(err, bank.ErrNotFound.With("there is no such master account"))
}

// typed is what a form said of a field: the text that was posted, or where none was, the value that is.
func (v *visit) typed(name, value string) string {
	if v.r.Method == http.MethodPost {
		return v.r.PostFormValue(name)
	}
	return value
}

// ticked is typed for a box.
func (v *visit) ticked(name string, on bool) bool {
	if v.r.Method == http.MethodPost {
		return v.r.PostFormValue(name) != ""
	}
	return on
}

func (v *visit) newMaster() error {
	return v.show(v.T("masters.new"), masterForm(v, bank.MasterAccount{Acceptance: bank.Strict}, nil, ""))
}

func (v *visit) addMaster() error {
	n := customers.NewMasterAccount{IBAN: v.r.PostFormValue("iban"), Name: v.r.PostFormValue("name"), Format: v.r.PostFormValue("format"),
		Acceptance: bank.Acceptance(v.r.PostFormValue("acceptance"))}
	n.Currency, _ = money.ParseCurrency(v.r.PostFormValue("currency")) // an unknown one is refused by the room
	err := v.typedDialect(&n.Dialect)
	if err == nil {
		_, err = v.Customers.AddMasterAccount(v.r.Context(), v.actor, n)
	}
	if err == nil {
		v.say("masters.added", "")
		return v.redirect("/master-accounts")
	}
	return v.refuseMaster(err, bank.MasterAccount{})
}

// refuseMaster shows a form about a master account again with what was typed.
func (v *visit) refuseMaster(err error, m bank.MasterAccount) error {
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	for name, text := range faults {
		if bare, ok := strings.CutPrefix(name, "dialect/"); ok {
			faults[bare] = text
		}
	}
	title := v.T("masters.new")
	if !m.ID.IsZero() {
		title = v.T("masters.edit")
	}
	return v.answer(http.StatusUnprocessableEntity, title, masterForm(v, m, faults, whole))
}

// typedDialect reads how the bank fills its files.
func (v *visit) typedDialect(d *bank.Dialect) error {
	*d = bank.Dialect{Encoding: v.r.PostFormValue("encoding"), TwoHundreds: bank.TwoHundreds(v.r.PostFormValue("twoHundreds")),
		AllowMissingPayer: v.r.PostFormValue("allowMissingPayer") != "", StrictTextOnCredit: v.r.PostFormValue("strictTextOnCredit") != "",
		Types:    strings.FieldsFunc(v.r.PostFormValue("types"), func(r rune) bool { return r == ' ' || r == ',' }),
		Subfield: strings.TrimSpace(v.r.PostFormValue("subfield"))}
	if days := strings.TrimSpace(v.r.PostFormValue("maxAgeDays")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil {
			return bank.ErrInvalid.With("the dialect is wrong").Field("/dialect/maxAgeDays", "invalid", v.T("masters.badDays"))
		}
		d.MaxAgeDays = n
	}
	return nil
}

func (v *visit) editMaster() error {
	m, err := v.masterOfPath()
	if err != nil {
		return err
	}
	return v.show(v.T("masters.edit"), masterForm(v, m, nil, ""))
}

func (v *visit) changeMaster() error {
	m, err := v.masterOfPath()
	if err != nil {
		return err
	}
	_, err = v.Customers.UpdateMasterAccount(v.r.Context(), v.actor, m.ID, func(f *customers.Feed) error {
		f.Name, f.Acceptance = v.r.PostFormValue("name"), bank.Acceptance(v.r.PostFormValue("acceptance"))
		return v.typedDialect(&f.Dialect)
	})
	if err == nil {
		v.say("masters.changed", "")
		return v.redirect("/master-accounts")
	}
	return v.refuseMaster(err, m)
}

// newFields are what is told of a master account once.
func newFields(v *visit, faults map[string]string) []field {
	currency := field{name: "currency", label: v.word("column", "currency"), value: v.typed("currency", money.PLN.Code()), required: true, fault: faults["currency"]}
	for _, c := range money.Currencies() {
		currency.choices = append(currency.choices, choice{c.Code(), c.Code()})
	}
	format := field{name: "format", label: v.T("masters.format"), value: v.typed("format", ""), plain: true, fault: faults["format"], hint: v.T("masters.formatHint")}
	format.choices = []choice{{"", v.T("masters.formatUsual")}}
	for _, f := range bank.Formats() {
		format.choices = append(format.choices, choice{f, v.word("bankFormat", formatKey(f))})
	}
	return []field{{name: "iban", label: v.T("masters.iban"), value: v.typed("iban", ""), required: true, limit: 64, fault: faults["iban"], hint: v.T("masters.ibanHint")}, currency, format}
}

// feedFields are what may be changed of a master account besides its dialect.
func feedFields(v *visit, m bank.MasterAccount, faults map[string]string) []field {
	acceptance := field{name: "acceptance", label: v.T("masters.acceptance"), value: v.typed("acceptance", string(m.Acceptance)), required: true,
		fault: faults["acceptance"], hint: v.T("masters.acceptanceHint")}
	for _, a := range []bank.Acceptance{bank.Strict, bank.ByRecord} {
		acceptance.choices = append(acceptance.choices, choice{string(a), v.word("acceptance", string(a))})
	}
	return []field{{name: "name", label: v.word("column", "name"), value: v.typed("name", m.Name), limit: 140, fault: faults["name"]}, acceptance}
}

// dialectFields are how the bank fills its files, but for what is on or off.
func dialectFields(v *visit, d bank.Dialect, faults map[string]string) []field {
	days := ""
	if d.MaxAgeDays > 0 {
		days = strconv.Itoa(d.MaxAgeDays)
	}
	encoding := field{name: "encoding", label: v.T("masters.encoding"), value: v.typed("encoding", d.Encoding), plain: true, fault: faults["encoding"],
		choices: []choice{{"", v.T("masters.encodingAuto")}}}
	for _, e := range bank.Encodings() {
		encoding.choices = append(encoding.choices, choice{e, e})
	}
	return []field{encoding,
		{name: "maxAgeDays", label: v.T("masters.maxAgeDays"), value: v.typed("maxAgeDays", days), limit: 4, fault: faults["maxAgeDays"], hint: v.T("masters.maxAgeDaysHint")},
		{name: "types", label: v.T("masters.types"), value: v.typed("types", strings.Join(d.Types, " ")), limit: 100, fault: faults["types"], hint: v.T("masters.typesHint")},
		{name: "twoHundreds", label: v.T("masters.twoHundreds"), value: v.typed("twoHundreds", string(d.TwoHundreds)), plain: true, fault: faults["twoHundreds"],
			choices: []choice{{"", v.T("masters.twoHundredsRefuse")}, {string(bank.StatementPKO), v.T("masters.twoHundredsPKO")}}},
		{name: "subfield", label: v.T("masters.subfield"), value: v.typed("subfield", d.Subfield), limit: 2, fault: faults["subfield"], hint: v.T("masters.subfieldHint")},
	}
}

func (v *visit) newBase() error {
	m, err := v.masterOfPath()
	if err != nil {
		return err
	}
	return v.show(v.T("bases.new"), baseForm(v, m, nil, ""))
}

// addBase registers a base IBAN, or asks a second person.
func (v *visit) addBase() error {
	m, err := v.masterOfPath()
	if err != nil {
		return err
	}
	b, err := v.Customers.AddBaseIBAN(v.r.Context(), v.actor, customers.NewBaseIBAN{Base: v.r.PostFormValue("base"), Suffix: v.r.PostFormValue("suffix"),
		MasterAccount: m.ID, NotIssuing: v.r.PostFormValue("issuing") == ""})
	if err == nil {
		v.say("bases.added", b.Base)
		return v.redirect("/master-accounts")
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("bases.new"), baseForm(v, m, faults, whole))
}

// askIssueMissing asks before IBANs are issued for all balances of a currency that wait.
func (v *visit) askIssueMissing() error {
	c, err := money.ParseCurrency(v.r.FormValue("currency"))
	if err != nil {
		return bank.ErrCurrencyUnsupported
	}
	title := v.T("bases.issueTitle", c.Code())
	return v.show(title, askPage(v, ask{title: title, text: v.T("bases.issueText"), action: "/master-accounts/issue", back: "/master-accounts",
		button: v.T("bases.issue"), fields: hiddenField("currency", c.Code())}))
}

func (v *visit) issueMissing() error {
	c, err := money.ParseCurrency(v.r.PostFormValue("currency"))
	if err != nil {
		return bank.ErrCurrencyUnsupported
	}
	n, err := v.Accounts.IssueMissing(v.r.Context(), v.actor, c)
	if err != nil {
		return err
	}
	v.say("bases.issued", v.count(int64(n)))
	return v.redirect("/master-accounts")
}

// masterName is what people call a master account, or its IBAN.
func masterName(m bank.MasterAccount) string {
	if m.Name != "" {
		return m.Name
	}
	return m.IBAN.Format()
}
