package panel

import (
	"net/http"

	"ims/internal/access"
	"ims/internal/bank"
)

func (v *visit) passkeyPage() error { return v.showPasskey(http.StatusOK, v.inProfile()) }

func (v *visit) showPasskey(status int, e enrolment) (err error) {
	if e.passkey, err = ceremony(v.Gate.BeginPasskey(v.r.Context(), v.where(), e.who)); err != nil {
		return err
	}
	return v.answer(status, v.T("profile.passkeyNew"), profilePasskey(v, e))
}

func (v *visit) makePasskey() error {
	e := v.inProfile()
	opened, err := v.addPasskey(&e)
	switch {
	case e.faulty():
		return v.showPasskey(http.StatusUnprocessableEntity, e)
	case kindOf(err) == bank.Unauthenticated: // the offer waited too long: begin again
		return v.redirect("/profile/passkeys/new")
	case err != nil:
		return err
	}
	return v.factorAdded(opened, "profile.passkeyDone")
}

// passkeyOfPath is one of the operator's own passkeys.
func (v *visit) passkeyOfPath() (access.Passkey, error) {
	id, err := v.id()
	if err != nil {
		return access.Passkey{}, err
	}
	f, err := v.Gate.Factors(v.r.Context(), v.where(), v.token())
	if err != nil {
		return access.Passkey{}, err
	}
	for _, p := range f.Passkeys {
		if p.ID == id {
			return p, nil
		}
	}
	return access.Passkey{}, bank.ErrNotFound.With("You have no such passkey.")
}

func (v *visit) passkeyName() error {
	p, err := v.passkeyOfPath()
	if err != nil {
		return err
	}
	return v.show(v.T("profile.rename"), renameForm(v, p, ""))
}

func (v *visit) renamePasskey() error {
	p, err := v.passkeyOfPath()
	if err != nil {
		return err
	}
	p.Name = v.r.PostFormValue("name")
	err = v.Gate.RenamePasskey(v.r.Context(), v.where(), v.token(), p.ID, p.Name)
	if kindOf(err) == bank.Invalid {
		return v.answer(http.StatusUnprocessableEntity, v.T("profile.rename"), renameForm(v, p, v.T("passkey.nameWrong")))
	}
	if err != nil {
		return err
	}
	return v.redirect("/profile")
}

func (v *visit) askRemovePasskey() error {
	p, err := v.passkeyOfPath()
	if err != nil {
		return err
	}
	return v.show(v.T("profile.passkeyRemove"), askPage(v, ask{title: v.T("profile.passkeyRemoveTitle", p.Name), text: v.T("profile.passkeyRemoveText"),
		action: "/profile/passkeys/" + p.ID.String() + "/remove", back: "/profile", button: v.T("profile.remove"), danger: true}))
}

func (v *visit) removePasskey() error {
	p, err := v.passkeyOfPath()
	if err != nil {
		return err
	}
	if err := v.Gate.RemovePasskey(v.r.Context(), v.where(), v.token(), p.ID); err != nil {
		return err
	}
	v.say("profile.passkeyRemoved", p.Name)
	return v.redirect("/profile")
}
