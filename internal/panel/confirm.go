package panel

import (
	"errors"
	"net/http"
	"net/url"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/web"
)

func confirmRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/confirm", need: signedIn, page: (*visit).confirmPage},
		{method: http.MethodPost, path: "/confirm", need: signedIn, page: (*visit).confirmed},
	}
}

// proofField is the field of a form in which the operator proves who they are. Any form may have one; of a form that has none
// the panel asks when the action needs a proof, and sends the form again with it, with all that was typed.
const proofField = "proof"

// needProof refuses what is grave unless the operator proved within five minutes who they are: the panel then asks for it.
func (v *visit) needProof() error {
	if v.session.Confirmed(v.Now()) {
		return nil
	}
	return access.ErrConfirm
}

// takeProof checks the proof that a form brings along, before its page sees the form. What was not right is asked again.
func (v *visit) takeProof() (proceed bool, err error) {
	secret := v.r.PostForm.Get(proofField)
	v.r.PostForm.Del(proofField)
	v.r.Form.Del(proofField)
	if secret == "" {
		return true, nil
	}
	err = v.Gate.Confirm(v.r.Context(), v.where(), v.cookie(sessionCookie), secret)
	if fault := v.signInFault(err); fault != "" {
		return false, v.askProof(http.StatusUnauthorized, fault)
	}
	if err == nil {
		v.session.ConfirmedAt = v.Now()
	}
	return err == nil, err
}

// askProof answers with the question who it is. Its form is that which was sent, or leads back to the page that was asked for.
func (v *visit) askProof(status int, fault string) error {
	q := proofQuestion{action: "/confirm", kept: url.Values{"next": {v.r.URL.RequestURI()}}, back: v.cameFrom(), fault: fault}
	switch {
	case v.r.URL.Path == "/confirm":
		q.kept.Set("next", v.next())
	case v.r.Method == http.MethodPost:
		q.action, q.kept = v.r.URL.RequestURI(), v.r.PostForm
	}
	return v.answer(status, v.T("confirm.title"), confirmForm(v, q))
}

// proofQuestion is what the page asks, and what it holds meanwhile.
type proofQuestion struct {
	action string
	kept   url.Values // of the form that goes on
	back   string
	fault  string
}

// asksProof tells whether an error is one that a proof mends.
func (v *visit) asksProof(err error) bool {
	return errors.Is(err, bank.ErrConfirmation) && v.actor.Name != ""
}

func (v *visit) confirmPage() error { return v.askProof(http.StatusOK, "") }

// confirmed goes on to the page that asked for a proof.
func (v *visit) confirmed() error {
	if err := v.needProof(); err != nil {
		return err
	}
	return v.redirect(v.next())
}

// cameFrom is the page of ours that led here, or "/".
func (v *visit) cameFrom() string {
	u, err := url.Parse(v.r.Referer())
	if err != nil || u.Host != v.r.Host {
		return "/"
	}
	return localPath(u.RequestURI())
}

// where is the visit as sign-in sees it.
func (v *visit) where() access.Visit {
	return access.Visit{Customer: v.customer.ID, Origin: v.connection.origin(v.r), Remote: v.connection.remote, UserAgent: v.r.UserAgent(),
		Request: web.RequestID(v.r.Context())}
}
