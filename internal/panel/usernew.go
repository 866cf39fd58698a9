package panel

import (
	"net/http"

	"ims/internal/accounts"
	"ims/internal/bank"
)

// newUser is the form of an end user to add, as it was typed.
type newUser struct {
	accounts.NewUser
	key    string
	faults map[string]string
	whole  string
}

func (v *visit) askUser() error {
	return v.show(v.T("user.addTitle"), newUserForm(v, newUser{key: bank.NewID().String(), NewUser: accounts.NewUser{Type: bank.Person}}))
}

// addUser makes an end user; names that the other type has are left out.
func (v *visit) addUser() error {
	post := v.r.PostFormValue
	n := newUser{key: post(onceKey), NewUser: accounts.NewUser{ExternalID: post("externalId"), Type: bank.UserType(post("type")), FirstName: post("firstName"),
		LastName: post("lastName"), CompanyName: post("companyName"), Email: post("email"), Phone: post("phone"), KYC: bank.KYCStatus(post("kycStatus"))}}
	u, err := v.Accounts.CreateUser(v.once(userLocation), v.actor, n.fitting())
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err == nil {
		v.say("user.addDone", u.Name())
		return v.redirect(userLocation(u))
	}
	if n.faults, n.whole, err = v.faults(err); err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("user.addTitle"), newUserForm(v, n))
}

func userLocation(made any) string {
	if u, ok := made.(bank.User); ok {
		return "/users/" + u.ID.String()
	}
	return "/users"
}

// fitting is what is made: the form shows the names of both types, since it works without scripts.
func (n newUser) fitting() accounts.NewUser {
	if n.Type == bank.Corporation {
		n.FirstName, n.LastName = "", ""
	} else {
		n.CompanyName = ""
	}
	return n.NewUser
}

// fields are those of the form.
func (n newUser) fields(v *visit) []field {
	text := func(name, value string, limit int) field {
		return field{name: name, label: v.word("column", name), value: value, limit: limit, fault: n.faults[name], complete: "off"}
	}
	kind := field{name: "type", label: v.word("column", "type"), value: string(n.Type), required: true, fault: n.faults["type"],
		choices: []choice{{string(bank.Person), v.word("userType", string(bank.Person))}, {string(bank.Corporation), v.word("userType", string(bank.Corporation))}}}
	first, company := text("firstName", n.FirstName, 140), text("companyName", n.CompanyName, 140)
	first.hint, company.hint = v.T("user.personOnly"), v.T("user.companyOnly")
	external := text("externalId", n.ExternalID, 140)
	external.hint = v.T("user.externalHint")
	email, phone := text("email", n.Email, 254), text("phone", n.Phone, 32)
	email.kind, phone.kind = "email", "tel"
	kyc := field{name: "kycStatus", label: v.word("column", "kyc"), value: string(n.KYC), required: true, fault: n.faults["kycStatus"], hint: v.T("user.kycHint")}
	for _, status := range []string{"PENDING", "ACCEPTED", "REJECTED"} {
		kyc.choices = append(kyc.choices, choice{status, v.word("kyc", status)})
	}
	return []field{kind, first, text("lastName", n.LastName, 140), company, external, email, phone, kyc}
}
