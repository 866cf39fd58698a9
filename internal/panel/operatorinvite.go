package panel

import (
	"net/http"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
)

// institutionMark stands behind a role in the forms, for operators of the issuing institution.
const institutionMark = "-institution"

// roleChoices are the roles that the operator may give: nobody gives what they do not hold.
func (v *visit) roleChoices() (list []choice, err error) {
	for _, institution := range []bool{false, true} {
		roles, err := v.Access.Grantable(v.r.Context(), v.actor, institution)
		if err != nil {
			return nil, err
		}
		for _, role := range roles {
			list = append(list, choice{roleValue(role, institution), v.roleName(role, institution)})
		}
	}
	return list, nil
}

// roleTyped is the role of a form.
func (v *visit) roleTyped() (bank.Role, bool) {
	role, institution := strings.CutSuffix(v.r.PostFormValue("role"), institutionMark)
	return bank.Role(role), institution
}

// roleValue is a role as the forms have it.
func roleValue(role bank.Role, institution bool) string {
	if institution {
		return string(role) + institutionMark
	}
	return string(role)
}

// roleForm is the form that invites, or changes a role: that of an operator, who is named then.
type roleForm struct {
	of          *access.Staff
	email, role string
	faults      map[string]string
	whole       string
}

func (v *visit) invitePage() error {
	return v.showRoleForm(http.StatusOK, roleForm{role: string(bank.Employee)})
}

func (v *visit) showRoleForm(status int, f roleForm) error {
	choices, err := v.roleChoices()
	if err != nil {
		return err
	}
	title := v.T("operators.invite")
	if f.of != nil {
		title = v.T("operators.role")
	}
	return v.answer(status, title, roleFormPage(v, title, f, choices))
}

// invite gives a role to somebody and makes the link to take it up.
func (v *visit) invite() error {
	return v.giveRole(roleForm{email: v.r.PostFormValue("email"), role: v.r.PostFormValue("role")}, "/operators")
}

func (v *visit) rolePage() error {
	o, may, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	return v.showRoleForm(http.StatusOK, roleForm{of: &o, email: o.Email, role: roleValue(o.Role, o.Institution)})
}

// errNotYours refuses what the page does not offer.
var errNotYours = bank.ErrForbidden.With("you may not decide about somebody who has permissions that you do not hold")

func (v *visit) changeRole() error {
	o, may, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	return v.giveRole(roleForm{of: &o, email: o.Email, role: v.r.PostFormValue("role")}, operatorPath(o, ""))
}

// giveRole does what the form says.
func (v *visit) giveRole(f roleForm, back string) error {
	role, institution := v.roleTyped()
	letter, err := v.Gate.Invite(v.r.Context(), v.actor, v.where(), f.email, role, institution)
	if err == nil {
		return v.sent(letter, back)
	}
	if f.faults, f.whole, err = v.faults(err); err != nil {
		return err
	}
	return v.showRoleForm(http.StatusUnprocessableEntity, f)
}

// sent says how a link reached somebody, or shows it once, to hand it over.
func (v *visit) sent(l access.Letter, back string) error {
	switch {
	case !l.Needed:
		v.say("operators.roleDone", l.Operator.Email)
		return v.redirect(back)
	case l.Mailed:
		v.say("operators.mailed", l.Operator.Email)
		return v.redirect(back)
	}
	return v.show(v.T("operators.link"), letterPage(v, l, back))
}

// inviteAgain makes a new link; the one before is void.
func (v *visit) inviteAgain() error {
	o, _, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	letter, err := v.Gate.InviteAgain(v.r.Context(), v.actor, v.where(), o.Email)
	if err != nil {
		return err
	}
	return v.sent(letter, operatorPath(o, ""))
}

// roleFormSteps are the pages above the form.
func roleFormSteps(v *visit, f roleForm) []step {
	steps := []step{{v.T("operators.title"), "/operators"}}
	if f.of != nil {
		steps = append(steps, step{f.of.Email, operatorPath(*f.of, "")})
	}
	return steps
}
