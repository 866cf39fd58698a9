package panel

import (
	"net/http"
	"slices"

	"ims/internal/bank"
)

func (v *visit) editUser() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	return v.show(v.T("user.edit"), userForm(v, u, nil, ""))
}

// changeUser writes what the form says; a refused form comes back with what was typed.
func (v *visit) changeUser() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	typed := func(u *bank.User) error {
		u.FirstName, u.LastName, u.CompanyName = v.r.PostFormValue("firstName"), v.r.PostFormValue("lastName"), v.r.PostFormValue("companyName")
		u.Email, u.Phone, u.KYC = v.r.PostFormValue("email"), v.r.PostFormValue("phone"), bank.KYCStatus(v.r.PostFormValue("kycStatus"))
		return nil
	}
	u, err := v.Accounts.UpdateUser(v.r.Context(), v.actor, id, typed)
	if err == nil {
		v.say("user.editDone", u.Name())
		return v.redirect("/users/" + id.String())
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	if u, err = v.userOfPath(); err != nil {
		return err
	}
	_ = typed(&u) // it only copies
	return v.answer(http.StatusUnprocessableEntity, v.T("user.edit"), userForm(v, u, faults, whole))
}

// userFields are the fields of an end user's form: names by type, then the rest.
func userFields(v *visit, u bank.User, faults map[string]string) []field {
	text := func(name, value string, required bool, limit int) field {
		return field{name: name, label: v.word("column", name), value: value, required: required, limit: limit, fault: faults[name]}
	}
	names := []field{text("firstName", u.FirstName, true, 140), text("lastName", u.LastName, true, 140)}
	if u.Type == bank.Corporation {
		names = []field{text("companyName", u.CompanyName, true, 140)}
	}
	email, phone := text("email", u.Email, false, 254), text("phone", u.Phone, false, 32)
	email.kind, phone.kind = "email", "tel"
	kyc := field{name: "kycStatus", label: v.word("column", "kyc"), value: string(u.KYC), required: true, fault: faults["kycStatus"], hint: v.T("user.kycHint")}
	for _, status := range []string{"PENDING", "ACCEPTED", "REJECTED"} {
		kyc.choices = append(kyc.choices, choice{status, v.word("kyc", status)})
	}
	return slices.Concat(names, []field{email, phone, kyc})
}
