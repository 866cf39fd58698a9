package panel

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/notify"
)

// decidedItem is one of several items that are decided at once, with what is known of it.
type decidedItem struct {
	files.DecidedItem
	known bank.Item // zero where the reader may not know
}

// aboutOf is what an approval is about in the reader's language; of one without content, or that no page knows, the sentence
// that it is bound to.
func (v *visit) aboutOf(a bank.Approval) about {
	if d, known := deedOf(a.Action); known {
		if told, ok := d.about(v, a); ok {
			return told
		}
	}
	return about{line: a.Summary, facts: []fact{{v.word("column", "content"), plain(a.Summary)}}}
}

// contentOf is aboutOf with what the reader may know of the things that it names.
func (v *visit) contentOf(a bank.Approval) (c about, err error) {
	c = v.aboutOf(a)
	switch noun, _, _ := strings.Cut(a.Action, "."); {
	case noun == "item" && v.may(bank.PermFundsRead):
		err = v.itemContent(a, &c)
	case noun == "items" && v.may(bank.PermFundsRead):
		err = v.itemsContent(&c)
	case noun == "transfer" && v.may(bank.PermHistoryRead):
		err = v.orderContent(a, &c)
	}
	if err == nil && c.home != nil && v.may(bank.PermUsersRead) {
		err = v.homeContent(&c)
	}
	if errors.Is(err, bank.ErrNotFound) {
		err = nil // what it was about is gone; its content stays
	}
	c.facts = append(c.facts, fact{v.T("approvals.digest"), code(fingerprint(a.Digest))})
	return c, err
}

// itemContent shows whose the money is.
func (v *visit) itemContent(a bank.Approval, c *about) error {
	id, err := bank.ParseID(a.Object)
	if err != nil {
		return bank.ErrNotFound
	}
	i, err := v.Files.Item(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	c.facts = append(c.facts,
		fact{v.T("approvals.noHome"), plain(v.reasonWords(i.Reason))},
		fact{v.word("column", "payer"), party(v, i.Details.PayerName, i.Details.PayerAccount)},
		fact{v.word("column", "payee"), party(v, i.Details.PayeeName, i.Details.PayeeAccount)},
		fact{v.word("column", "paymentTitle"), plain(i.Details.Title)})
	return nil
}

// itemsContent brings what is known of each of several items.
func (v *visit) itemsContent(c *about) error {
	ids := make([]bank.ID, len(c.items))
	for n, i := range c.items {
		ids[n] = i.ID
	}
	list, err := v.Files.SomeItems(v.r.Context(), v.actor, ids)
	for _, i := range list {
		at := slices.IndexFunc(c.items, func(d decidedItem) bool { return d.ID == i.ID })
		c.items[at].known = i
	}
	if len(list) > 0 {
		c.facts = append(c.facts, fact{v.T("approvals.noHome"), plain(v.reasonWords(list[0].Reason))})
	}
	return err
}

func (v *visit) homeContent(c *about) error {
	home, err := v.candidate(*c.home)
	if err != nil {
		return err
	}
	c.facts = append(c.facts, fact{v.T("items.target"), candidateOf(v, home)})
	return nil
}

// fileDirections are the sums of a file, as its totals and the words about them name them.
var fileDirections = [][2]string{{"credit", "fileSum.credits"}, {"debit", "fileSum.debits"}, {"internal", "fileSum.internal"}, {"charges", "fileSum.charges"}, {"unallocated", "fileSum.unplaced"}}

func tellExecution(v *visit, c files.ExecutionContent) about {
	currency := currencyNamed(c.Currency)
	a := about{line: v.T("approvals.fileLine", c.Totals.Records, c.Name), facts: []fact{
		{v.word("column", "name"), plain(c.Name)},
		{v.word("column", "records"), plain(v.count(c.Totals.Records))},
	}}
	for _, d := range fileDirections {
		if sum, there := c.Totals.ByKind[d[0]]; there {
			a.facts = append(a.facts, fact{v.T(d[1]), sumOf(v, sum, currency)})
		}
	}
	a.facts = append(a.facts,
		fact{v.word("column", "warnings"), plain(v.count(c.Totals.Warnings))},
		fact{v.word("column", "uploadedBy"), plain(c.UploadedBy)},
		fact{v.T("approvals.sha"), code(c.SHA256)})
	return a
}

func tellDecision(v *visit, c files.DecisionContent) about {
	currency := currencyNamed(c.Currency)
	a := about{line: v.amount(c.Sum(), currency) + " " + c.Currency, sum: currency}
	a.facts = []fact{{v.word("column", "amount"), moneyOf(v, c.Sum(), currency)}}
	if len(c.Items) > 1 {
		a.line = v.T("items.open", int64(len(c.Items))) + ": " + a.line
		a.facts = append([]fact{{v.T("items.chosen"), plain(v.count(int64(len(c.Items))))}}, a.facts...)
		for _, i := range c.Items {
			a.items = append(a.items, decidedItem{DecidedItem: i})
		}
	}
	a.line += ": " + c.Reason
	a.facts = append(a.facts, fact{v.T("items.reason"), plain(c.Reason)})
	if c.OwnFunds {
		a.facts = append(a.facts, fact{v.T("items.target"), plain(v.T("items.ownFunds", c.Currency))})
	} else if !c.Balance.IsZero() {
		a.home = &c.Balance
	}
	return a
}

// named is one value of a change in words.
func named(name, before, after string) difference {
	return difference{path: name, before: before, after: after, named: true}
}

// changed is a change in words, of the values that differ.
func changed(list ...difference) about {
	var parts []string
	for _, d := range list {
		if !d.same() {
			parts = append(parts, d.path+": "+cmp.Or(d.before, "–")+" → "+cmp.Or(d.after, "–"))
		}
	}
	return about{line: strings.Join(parts, "; "), changes: list}
}

func tellSettings(v *visit, c customers.SettingsContent) about {
	before, after := settingsTexts(v, c.Before), settingsTexts(v, c.After)
	before = append(before, [2]string{v.T("settings.transferFourEyes"), v.yesNo(c.Before.TransferFourEyes)})
	after = append(after, [2]string{v.T("settings.transferFourEyes"), v.yesNo(c.After.TransferFourEyes)})
	list := make([]difference, len(before))
	for n := range before {
		list[n] = named(before[n][0], before[n][1], after[n][1])
	}
	for _, d := range differences(bank.AuditEvent{Before: jsonOf(c.Before), After: jsonOf(c.After)}) {
		if !d.same() && !slices.Contains(wordedSettings, d.path) {
			list = append(list, d) // a setting that has no words of its own is shown as it is written
		}
	}
	return changed(list...)
}

// wordedSettings are those that have words.
var wordedSettings = []string{"ibanMode", "fourEyes", "transferFourEyes", "kycGate", "slidingSessions", "retentionYears", "addBalanceRoles"}

func jsonOf(v any) string {
	text, _ := json.Marshal(v) // settings always marshal
	return string(text)
}

func tellFeed(v *visit, c customers.FeedContent) about {
	a := changed(named(v.word("column", "name"), c.Before.Name, c.After.Name),
		named(v.T("masters.acceptance"), v.word("acceptance", string(c.Before.Acceptance)), v.word("acceptance", string(c.After.Acceptance))),
		named(v.T("masters.dialect"), c.Before.Dialect.String(), c.After.Dialect.String()))
	a.facts = []fact{{v.T("masters.iban"), code(c.IBAN)}}
	return a
}

func tellBase(v *visit, c customers.BaseIBANContent) about {
	issuing := v.T("bases.ours")
	if c.Issuing {
		issuing = v.T("bases.issuing")
	}
	return about{line: c.Base + " · " + c.Currency + " · " + issuing, facts: []fact{
		{v.T("bases.base"), code(c.Base)},
		{v.T("bases.suffix"), code(c.Suffix)},
		{v.word("column", "currency"), plain(c.Currency)},
		{v.T("bases.state"), plain(issuing)},
		{v.T("masters.iban"), code(c.MasterIBAN)},
	}}
}

func tellCertificate(v *visit, c customers.CertificateContent) about {
	return about{line: c.CN, facts: []fact{
		{v.word("column", "cn"), plain(c.CN)},
		{v.word("column", "keyHash"), code(c.KeySHA256)},
		{v.word("column", "renewalEmail"), plain(c.Email)},
		{v.T("certificates.may"), plain(v.permissionWords(c.Permissions))},
	}}
}

func (v *visit) permissionWords(list []bank.Permission) string {
	words := make([]string, len(list))
	for n, p := range list {
		words[n] = v.word("permission", string(p))
	}
	return strings.Join(words, "; ")
}

func tellDomain(v *visit, c customers.DomainContent) about {
	return about{line: c.Host, facts: []fact{{v.T("domains.host"), plain(c.Host)}, {v.T("domains.use"), plain(v.T("domains.both"))}}}
}

func tellOperator(v *visit, c access.OperatorContent) about {
	a := about{line: c.Email, facts: []fact{{v.word("column", "email"), plain(c.Email)}}}
	if c.Role != "" {
		role := v.roleName(c.Role, c.Institution)
		a.line += " · " + role
		a.facts = append(a.facts, fact{v.word("column", "role"), plain(role)})
	}
	if c.Reason != "" {
		a.facts = append(a.facts, fact{v.T("operators.reason"), plain(c.Reason)})
	}
	return a
}

func tellRole(v *visit, c access.RoleContent) about {
	var list []difference
	for _, p := range bank.AllPermissions() {
		before, after := slices.Contains(c.Before, p), slices.Contains(c.After, p)
		if before != after {
			list = append(list, named(v.word("permission", string(p)), v.T(yesKey(before)), v.T(yesKey(after))))
		}
	}
	a := changed(list...)
	role := v.word("role", string(c.Role))
	a.line = role + ": " + a.line
	a.facts = []fact{{v.word("column", "role"), plain(role)}}
	return a
}

func tellEndpoint(v *visit, c notify.EndpointContent) about {
	ca := v.T("notifications.systemCA")
	if c.OwnCA {
		ca = v.T("notifications.ownCA")
	}
	a := about{line: c.URL + " · " + v.word("endpointAuth", string(c.Authentication)), facts: []fact{
		{v.T("notifications.url"), code(c.URL)},
		{v.T("notifications.authentication"), plain(v.word("endpointAuth", string(c.Authentication)))},
		{v.T("notifications.ca"), plain(ca)},
		{v.T("notifications.active"), plain(v.yesNo(c.Active))},
	}}
	if c.Username != "" {
		a.facts = append(a.facts, fact{v.T("notifications.username"), plain(c.Username)})
	}
	if c.NewPassword || c.OwnCertificate {
		a.facts = append(a.facts, fact{v.T("approvals.newSecret"), plain(v.T(yesKey(true)))})
	}
	return a
}

func tellRotation(v *visit, _ struct{}) about {
	return about{line: v.T("notifications.rotateText"), facts: []fact{{v.word("column", "content"), plain(v.T("notifications.rotateText"))}}}
}

// openApprovals are those that are not over, of all that the page is about: they wait, or are approved and not carried out.
// The page shows them with @approvalNotices.
func (v *visit) openApprovals(about func(bank.Approval) bool) ([]approvalView, error) {
	var open []approvalView
	for _, status := range []bank.ApprovalStatus{bank.ApprovalPending, bank.ApprovalApproved} {
		list, err := v.approvalsIn(status)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if about(a) {
				open = append(open, v.approvalView(a))
			}
		}
	}
	return open, nil
}

// noticesOf is what the page of an object says of the approvals about it.
func (v *visit) noticesOf(object string) (templ.Component, error) {
	open, err := v.openApprovals(func(a bank.Approval) bool { return a.Object == object })
	return approvalNotices(v, open), err
}

// noticesOfItem is noticesOf an item, which may be one of several.
func (v *visit) noticesOfItem(id bank.ID) (templ.Component, error) {
	open, err := v.openApprovals(func(a bank.Approval) bool {
		bulk, several := files.BulkOf(a)
		return a.Object == id.String() || several && slices.Contains(bulk.Items, id)
	})
	return approvalNotices(v, open), err
}

// noticesFor is what a page of settings says of the approvals whose actions begin with one of the prefixes.
func (v *visit) noticesFor(prefixes ...string) (templ.Component, error) {
	open, err := v.openApprovals(func(a bank.Approval) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(a.Action, p) })
	})
	return approvalNotices(v, open), err
}
