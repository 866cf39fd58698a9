package panel

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/qr"
)

func enrolRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/enrol", need: anybody, page: (*visit).enrolPage},
		{method: http.MethodPost, path: "/enrol/totp", need: anybody, page: (*visit).enrolTOTP},
		{method: http.MethodPost, path: "/enrol/passkey", need: anybody, page: (*visit).enrolPasskey},
		{method: http.MethodPost, path: "/recovery-codes/kept", need: signedIn, page: (*visit).codesKept},
	}
}

// enrolment is a page on which a second factor is set up: at the door with a ticket, or in the profile with the session.
type enrolment struct {
	who               string // the ticket or the session
	totpTo, passkeyTo string // where the forms go
	totp              access.TOTPEnrolment
	picture           string // of the secret, as an address of data
	passkey           *access.Ceremony
	code              string // what is wrong with it
	name, nameFault   string
	whole             string
}

// atDoor is the enrolment of who has accepted an invitation; without a ticket there is none.
func (v *visit) atDoor() enrolment {
	return enrolment{who: v.pending().ticket, totpTo: "/enrol/totp", passkeyTo: "/enrol/passkey"}
}

func (v *visit) enrolPage() error { return v.showEnrol(http.StatusOK, v.atDoor(), "") }

// showEnrol draws the choice of both factors; state is that of an enrolment that goes on after a wrong code.
func (v *visit) showEnrol(status int, e enrolment, state string) (err error) {
	if err = v.begin(&e, state); err != nil {
		return v.enrolFailed(err)
	}
	return v.answer(status, v.T("enrol.title"), enrolForm(v, e))
}

// begin asks for a secret and its picture, and for a passkey's ceremony.
func (v *visit) begin(e *enrolment, state string) (err error) {
	if e.totp, err = v.Gate.EnrolTOTP(v.r.Context(), v.where(), e.who, state); err != nil {
		return err
	}
	if e.picture, err = pictureOf(e.totp.URL); err != nil {
		return err
	}
	e.passkey, err = ceremony(v.Gate.BeginPasskey(v.r.Context(), v.where(), e.who))
	return err
}

// pictureOf is a QR code as an address of data, which the content policy allows for pictures.
func pictureOf(text string) (string, error) {
	code, err := qr.Text(text)
	if err != nil {
		return "", err
	}
	png, err := code.PNG()
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(png), err
}

// enrolFailed sends away whose ticket is over; others see the error.
func (v *visit) enrolFailed(err error) error {
	if errors.Is(err, bank.ErrUnauthenticated) {
		return v.tooLate()
	}
	return err
}

func (v *visit) enrolTOTP() error {
	e := v.atDoor()
	opened, err := v.Gate.ConfirmTOTP(v.r.Context(), v.where(), e.who, v.r.PostFormValue("state"), v.r.PostFormValue("code"))
	if errors.Is(err, bank.ErrInvalid) {
		e.code = v.T("enrol.codeWrong")
		return v.showEnrol(http.StatusUnprocessableEntity, e, v.r.PostFormValue("state"))
	}
	if err != nil {
		return v.enrolFailed(err)
	}
	return v.opened(opened)
}

func (v *visit) enrolPasskey() error {
	e := v.atDoor()
	opened, err := v.addPasskey(&e)
	if e.faulty() {
		return v.showEnrol(http.StatusUnprocessableEntity, e, "")
	}
	if err != nil {
		return v.enrolFailed(err)
	}
	return v.opened(opened)
}

// addPasskey keeps what the browser made; what is wrong with the form goes into the enrolment.
func (v *visit) addPasskey(e *enrolment) (access.Opened, error) {
	e.name = v.r.PostFormValue("name")
	opened, err := v.Gate.AddPasskey(v.r.Context(), v.where(), e.who, v.r.PostFormValue("state"), e.name, []byte(v.r.PostFormValue("response")))
	if refused, ok := bank.AsError(err); ok && errors.Is(err, bank.ErrInvalid) {
		e.whole = v.T("passkey.failed")
		for _, f := range refused.Fields {
			if pointerName(f.Pointer) == "name" {
				e.whole, e.nameFault = v.T("form.wrong"), v.T("passkey.nameWrong")
			}
		}
	}
	return opened, err
}

// faulty tells whether the form was refused.
func (e enrolment) faulty() bool { return e.whole != "" }

// spaced writes a secret in groups of four, as people type it.
func spaced(secret string) string {
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// showCodes shows recovery codes, which nobody can show again.
func (v *visit) showCodes(codes []string, next string) error {
	return v.show(v.T("recovery.title"), codesPage(v, codes, next))
}

// codesFile is the address of a file with the codes, made in the browser: they cross the network once.
func (v *visit) codesFile(codes []string) string {
	text := brandName(v) + "\n" + v.actor.Name + "\n\n" + strings.Join(codes, "\n") + "\n"
	return "data:text/plain;charset=utf-8;base64," + base64.StdEncoding.EncodeToString([]byte(text))
}

// codesKept goes on behind the codes.
func (v *visit) codesKept() error { return v.redirect(v.next()) }
