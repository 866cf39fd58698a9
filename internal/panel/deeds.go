package panel

import (
	"encoding/hex"
	"net/http"
	"slices"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/money"
	"ims/internal/notify"
	"ims/internal/transfers"
)

// deed is what waits for a second person: how it is told, and how it is carried out. It works on the content that the approval
// holds, so that what was approved is what happens, whoever asked, and from wherever.
type deed struct {
	need  bank.Permission // of whoever carries it out
	about func(v *visit, a bank.Approval) (about, bool)
	do    func(v *visit, a bank.Approval) error
}

// about is the content of an approval in the reader's language.
type about struct {
	line    string // all of it in one line
	facts   []fact
	changes []difference   // from before to after, where it is a change
	items   []decidedItem  // where it is about several
	home    *bank.ID       // the balance that money goes to, if it goes to one
	sum     money.Currency // of the items
}

// deedOn makes a deed of what is known about its content: C is what the room wrote.
func deedOn[C any](need bank.Permission, tell func(*visit, C) about, do func(*visit, bank.Approval, C) error) deed {
	return deed{need,
		func(v *visit, a bank.Approval) (about, bool) {
			var c C
			if !a.Read(&c) {
				return about{}, false
			}
			return tell(v, c), true
		},
		func(v *visit, a bank.Approval) error {
			var c C
			if !a.Read(&c) {
				return errNoContent
			}
			return do(v, a, c)
		}}
}

// errNoContent refuses to carry out what holds no content: it was asked for by an earlier version of the program.
var errNoContent = bank.ErrConflict.With("this approval does not hold what was asked for: do the same once more, and it is used")

// deedOf is the deed of an action.
func deedOf(action string) (deed, bool) {
	switch action {
	case files.ActionExecute:
		return deedOn(bank.PermFilesExecute, tellExecution, (*visit).doExecution), true
	case "item.assign", "item.return", "item.settle":
		return deedOn(bank.PermItemsDecide, tellDecision, (*visit).doDecision), true
	case "items.assign", "items.return", "items.settle":
		return deedOn(bank.PermItemsDecide, tellDecision, (*visit).doDecisions), true
	case "customers.settings":
		return deedOn(bank.PermCustomerWrite, tellSettings, (*visit).doSettings), true
	case "customers.master-account":
		return deedOn(bank.PermCustomerWrite, tellFeed, (*visit).doFeed), true
	case "base-ibans.add":
		return deedOn(bank.PermCustomerWrite, tellBase, (*visit).doBase), true
	case "certificates.sign":
		return deedOn(bank.PermCustomerWrite, tellCertificate, (*visit).doCertificate), true
	case "domain.add":
		return deedOn(bank.PermCustomerWrite, tellDomain, (*visit).doDomain), true
	case access.ActionInvite, access.ActionUnlock, access.ActionSecondFactor:
		return deedOn(bank.PermOperatorsWrite, tellOperator, (*visit).doOperator), true
	case access.ActionSetRole:
		return deedOn(bank.PermCustomerWrite, tellRole, (*visit).doRole), true
	case transfers.ActionOrderFile, bank.ActionHandOver, bank.ActionDiscard, bank.ActionRejectFile, bank.ActionRejectOrder:
		return deedOn(bank.PermFilesExecute, tellOrderFile, (*visit).doOrderFile), true
	case transfers.ActionOrder:
		return deedOn(bank.PermTransfersOrder, tellOrder, (*visit).doOrder), true
	case "notification-endpoint.set":
		return deedOn(bank.PermNotificationsWrite, tellEndpoint, (*visit).doEndpoint), true
	case "notification-endpoint.rotate":
		return deedOn(bank.PermNotificationsWrite, tellRotation, (*visit).doRotation), true
	}
	return deed{}, false
}

// mayCarryOut tells whether the operator can carry an approval out now: it is approved, they may do what it is about, and are
// not barred from it.
func (v *visit) mayCarryOut(a bank.Approval) bool {
	d, known := deedOf(a.Action)
	return known && a.Status == bank.ApprovalApproved && a.Content != "" && v.actor.Name != a.Barred && v.may(d.need)
}

// carryOut does what was approved, once.
func (v *visit) carryOut() error {
	a, err := v.approvalOfPath()
	if err != nil {
		return err
	}
	if !v.mayCarryOut(a) {
		return v.redirect("/approvals/" + a.ID.String())
	}
	d, _ := deedOf(a.Action)
	err = d.do(v, a)
	f := decisionFaults{}
	if err == nil {
		return nil
	}
	if f.fields, f.whole, err = v.faults(err); err != nil {
		return err
	}
	if a, err = v.approvalOfPath(); err != nil {
		return err
	}
	return v.showApproval(http.StatusUnprocessableEntity, a, f)
}

// done says that what was approved happened, and leads to where it shows.
func (v *visit) done(err error, path string) error {
	if err != nil {
		return err
	}
	v.say("approvals.done", "")
	return v.redirect(path)
}

func (v *visit) doExecution(_ bank.Approval, c files.ExecutionContent) error {
	_, pending, err := v.Files.Execute(v.r.Context(), v.actor, c.File)
	if err == nil {
		err = access.Waiting(pending)
	}
	return v.done(err, "/files/"+c.File.String())
}

func (v *visit) doDecision(a bank.Approval, c files.DecisionContent) (err error) {
	if len(c.Items) != 1 {
		return errNoContent
	}
	ctx, id := v.r.Context(), c.Items[0].ID
	var pending *bank.Approval
	switch a.Action {
	case "item.assign":
		_, pending, err = v.Files.Assign(ctx, v.actor, id, c.Target(), c.Reason)
	case "item.return":
		_, pending, err = v.Files.Return(ctx, v.actor, id, c.Reason)
	default:
		_, pending, err = v.Files.Settle(ctx, v.actor, id, c.Reason)
	}
	if err == nil {
		err = access.Waiting(pending)
	}
	return v.done(err, "/items/"+id.String())
}

func (v *visit) doDecisions(a bank.Approval, _ files.DecisionContent) error {
	bulk, ok := files.BulkOf(a)
	if !ok {
		return errNoContent
	}
	_, pending, err := v.Files.DecideAll(v.r.Context(), v.actor, bulk)
	if err == nil {
		err = access.Waiting(pending)
	}
	return v.done(err, "/approvals/"+a.ID.String())
}

func (v *visit) doSettings(_ bank.Approval, c customers.SettingsContent) error {
	return v.done(v.Customers.UpdateSettings(v.r.Context(), v.actor, v.customer.ID, func(s *customers.Settings) error {
		*s = c.After
		return nil
	}), "/settings")
}

func (v *visit) doFeed(_ bank.Approval, c customers.FeedContent) error {
	_, err := v.Customers.UpdateMasterAccount(v.r.Context(), v.actor, c.MasterAccount, func(f *customers.Feed) error {
		*f = c.After
		f.Dialect.Types = slices.Clone(c.After.Dialect.Types)
		return nil
	})
	return v.done(err, "/master-accounts")
}

func (v *visit) doBase(_ bank.Approval, c customers.BaseIBANContent) error {
	_, err := v.Customers.AddBaseIBAN(v.r.Context(), v.actor, customers.NewBaseIBAN{Base: c.Base, Suffix: c.Suffix, MasterAccount: c.MasterAccount, NotIssuing: !c.Issuing})
	return v.done(err, "/master-accounts")
}

func (v *visit) doCertificate(_ bank.Approval, c customers.CertificateContent) error {
	signed, _, err := v.Customers.Sign(v.r.Context(), v.actor, v.customer.ID, []byte(c.CSR), c.Permissions)
	return v.done(err, "/certificates/"+signed.ID.String())
}

func (v *visit) doDomain(_ bank.Approval, c customers.DomainContent) error {
	_, err := v.Customers.AddDomain(v.r.Context(), v.actor, c.Host)
	return v.done(err, "/domains")
}

// doOperator invites, unlocks or lets enrol anew; a link that cannot be mailed is shown once.
func (v *visit) doOperator(a bank.Approval, c access.OperatorContent) error {
	if a.Action == access.ActionUnlock {
		return v.done(v.Access.UnlockOperator(v.r.Context(), v.actor, v.customer.ID, c.Email, c.Reason), "/operators")
	}
	var letter access.Letter
	var err error
	if a.Action == access.ActionInvite {
		letter, err = v.Gate.Invite(v.r.Context(), v.actor, v.where(), c.Email, c.Role, c.Institution)
	} else {
		letter, err = v.Gate.ResetSecondFactor(v.r.Context(), v.actor, v.where(), c.Email)
	}
	if err != nil {
		return err
	}
	return v.sent(letter, "/operators")
}

func (v *visit) doRole(_ bank.Approval, c access.RoleContent) error {
	return v.done(v.Access.SetRole(v.r.Context(), v.actor, c.Role, c.After), "/roles")
}

// doEndpoint sets the endpoint with the secrets that were sealed into the content.
func (v *visit) doEndpoint(a bank.Approval, _ notify.EndpointContent) error {
	n, ok := v.Notify.Approved(a)
	if !ok {
		return errNoContent
	}
	_, secret, pending, err := v.Notify.Set(v.r.Context(), v.actor, n)
	if err == nil {
		err = access.Waiting(pending)
	}
	if err == nil && secret != "" {
		return v.show(v.T("notifications.secretTitle"), secretPage(v, secret))
	}
	return v.done(err, "/notifications")
}

func (v *visit) doRotation(bank.Approval, struct{}) error {
	secret, pending, err := v.Notify.Rotate(v.r.Context(), v.actor)
	if err == nil {
		err = access.Waiting(pending)
	}
	if err != nil {
		return err
	}
	return v.show(v.T("notifications.secretTitle"), secretPage(v, secret))
}

// fingerprint is the beginning of a digest, as people compare it.
func fingerprint(digest [32]byte) string { return hex.EncodeToString(digest[:8]) }
