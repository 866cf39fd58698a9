package panel

import (
	"net/http"
	"slices"

	"ims/internal/access"
	"ims/internal/bank"
)

func roleRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/roles", need: bank.PermOperatorsRead, page: (*visit).roles,
			group: "group.settings", entry: "roles.title"},
		{method: http.MethodGet, path: "/roles/{role}", need: bank.PermCustomerWrite, page: (*visit).role},
		{method: http.MethodPost, path: "/roles/{role}", need: bank.PermCustomerWrite, page: (*visit).setRole, sure: true},
	}
}

// roles is the matrix of what each role may do.
func (v *visit) roles() error {
	list, err := v.Access.Roles(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	waiting, err := v.noticesFor("roles.")
	if err != nil {
		return err
	}
	return v.show(v.T("roles.title"), rolesPage(v, list, waiting))
}

// roleOfPath is one role with its permissions.
func (v *visit) roleOfPath() (access.RolePermissions, error) {
	list, err := v.Access.Roles(v.r.Context(), v.actor)
	if err != nil {
		return access.RolePermissions{}, err
	}
	for _, r := range list {
		if string(r.Role) == v.r.PathValue("role") {
			return r, nil
		}
	}
	return access.RolePermissions{}, bank.ErrNotFound.With("there is no such role")
}

func (v *visit) role() error {
	r, err := v.roleOfPath()
	if err != nil {
		return err
	}
	return v.show(v.word("role", string(r.Role)), roleEditForm(v, r, ""))
}

// setRole gives a role the permissions of the form. About those that the operator does not hold it decides nothing: they stay
// as they are.
func (v *visit) setRole() error {
	r, err := v.roleOfPath()
	if err != nil {
		return err
	}
	chosen := v.r.PostForm["permission"]
	r.Permissions = slices.DeleteFunc(bank.AllPermissions(), func(p bank.Permission) bool {
		if !v.may(p) {
			return !slices.Contains(r.Permissions, p)
		}
		return !slices.Contains(chosen, string(p))
	})
	if err = v.Access.SetRole(v.r.Context(), v.actor, r.Role, r.Permissions); err == nil {
		v.say("roles.done", v.word("role", string(r.Role)))
		return v.redirect("/roles")
	}
	_, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.word("role", string(r.Role)), roleEditForm(v, r, whole))
}

func rolePath(r bank.Role) string { return "/roles/" + string(r) }
