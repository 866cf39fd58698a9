package panel

import (
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/web"
)

func certificateRoutes() []route {
	const need = bank.PermCustomerWrite
	return []route{
		{method: http.MethodGet, path: "/certificates", need: need, page: (*visit).certificates, group: "group.settings", entry: "certificates.title", letter: "c"},
		{method: http.MethodGet, path: "/certificates/new", need: need, page: (*visit).newCertificate},
		{method: http.MethodPost, path: "/certificates/new", need: need, page: (*visit).previewCertificate},
		{method: http.MethodPost, path: "/certificates/sign", need: need, page: (*visit).signCertificate, sure: true},
		{method: http.MethodGet, path: "/certificates/ca.pem", need: need, page: (*visit).downloadCA},
		{method: http.MethodGet, path: "/certificates/{id}", need: need, page: (*visit).certificate},
		{method: http.MethodGet, path: "/certificates/{id}/certificate.pem", need: need, page: (*visit).downloadCertificate},
		{method: http.MethodGet, path: "/certificates/{id}/chain.pem", need: need, page: (*visit).downloadChain},
		{method: http.MethodGet, path: "/certificates/{id}/revoke", need: need, page: (*visit).askRevoke},
		{method: http.MethodPost, path: "/certificates/{id}/revoke", need: need, page: (*visit).revoke, sure: true},
	}
}

// csrCommand makes a key and a request with what every server has.
const csrCommand = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout app.key -out app.csr -subj "/CN=V-Company-Application"`

// certificateList marks cursors of this list.
const certificateList = 'c'

// The states of a certificate as people see them.
const (
	certValid   = "VALID"
	certSoon    = "SOON"
	certExpired = "EXPIRED"
	certRevoked = "REVOKED"
)

func (v *visit) certState(c bank.Certificate) string {
	switch {
	case c.Status == bank.CertificateRevoked:
		return certRevoked
	case !v.Now().Before(c.NotAfter):
		return certExpired
	case customers.ExpiresSoon(c.NotAfter, v.Now()):
		return certSoon
	}
	return certValid
}

// certStateOf is the state with its colour and word, and the days where they are few.
func certStateOf(v *visit, c bank.Certificate) templ.Component {
	switch state := v.certState(c); state {
	case certSoon:
		return toned("wait", v.T("certificates.daysLeft", daysLeft(v, c)))
	case certValid:
		return toned("good", v.word("certState", state))
	case certExpired:
		return toned("bad", v.word("certState", state))
	default:
		return toned("off", v.word("certState", state))
	}
}

func (v *visit) certificates() error {
	waiting, err := v.noticesFor("certificates.")
	if err != nil {
		return err
	}
	return listOfCertificates(waiting).serve(v)
}

func listOfCertificates(waiting templ.Component) *list[bank.Certificate] {
	return &list[bank.Certificate]{
		name: "certificates", path: "/certificates", title: "certificates.title",
		filters: []filter{
			{name: "cn"},
			{name: "certState", kind: manyFilter, choices: []string{certValid, certSoon, certExpired, certRevoked}, family: "certState"},
		},
		columns: certificateColumns(),
		fetch:   fetchCertificates,
		cursor:  func(c bank.Certificate) web.Cursor { return web.IDCursor(certificateList, c.ID) },
		href:    func(c bank.Certificate) string { return "/certificates/" + c.ID.String() },
		actions: certificateActions,
		above:   func(*visit) templ.Component { return waiting },
		empty:   noCertificates,
	}
}

// fetchCertificates narrows the few certificates that a customer has, newest first.
func fetchCertificates(v *visit, q *query, limit int) ([]bank.Certificate, error) {
	at, back, err := web.ReadIDCursor(q.cursor, certificateList)
	if err != nil {
		return nil, err
	}
	all, err := v.Customers.Certificates(v.r.Context(), v.customer.ID)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	states, cn := q.many("certState"), strings.ToLower(q.text("cn"))
	all = slices.DeleteFunc(all, func(c bank.Certificate) bool {
		return !strings.Contains(strings.ToLower(c.CN), cn) || len(states) > 0 && !slices.Contains(states, v.certState(c))
	})
	return part(all, slices.IndexFunc(all, func(c bank.Certificate) bool { return c.ID == at }), back, limit), nil
}

// part is what lies behind the row at an index (-1: from the beginning), or in front of it.
func part[R any](all []R, at int, back bool, limit int) []R {
	if back {
		return all[max(at-limit, 0):max(at, 0)]
	}
	return all[at+1 : min(at+1+limit, len(all))]
}

func certificateColumns() []column[bank.Certificate] {
	return []column[bank.Certificate]{
		{name: "cn", cell: func(_ *visit, c bank.Certificate) templ.Component { return plain(c.CN) },
			sheet: func(_ *visit, c bank.Certificate) any { return c.CN }},
		{name: "certState", cell: certStateOf, sheet: func(v *visit, c bank.Certificate) any { return v.certState(c) }},
		{name: "ends", cell: func(v *visit, c bank.Certificate) templ.Component { return instantOf(v, c.NotAfter) },
			sheet: func(_ *visit, c bank.Certificate) any { return sheetInstant(c.NotAfter) }},
		{name: "signedAt", cell: func(v *visit, c bank.Certificate) templ.Component { return instantOf(v, c.CreatedAt) },
			sheet: func(_ *visit, c bank.Certificate) any { return sheetInstant(c.CreatedAt) }},
		{name: "serial", cell: func(_ *visit, c bank.Certificate) templ.Component { return code(c.Serial) },
			sheet: func(_ *visit, c bank.Certificate) any { return c.Serial }},
		{name: "renewalEmail", hidden: true, cell: func(_ *visit, c bank.Certificate) templ.Component { return plain(c.Email) },
			sheet: func(_ *visit, c bank.Certificate) any { return c.Email }},
		{name: "keyHash", hidden: true, cell: func(_ *visit, c bank.Certificate) templ.Component { return code(hex.EncodeToString(c.KeyHash[:])) },
			sheet: func(_ *visit, c bank.Certificate) any { return hex.EncodeToString(c.KeyHash[:]) }},
	}
}

// certificateView is one certificate with those of the same CN, and who did what to it.
type certificateView struct {
	bank.Certificate
	others []bank.Certificate
	events []bank.AuditEvent
}

func (v *visit) certificateOfPath() (c certificateView, err error) {
	id, err := v.id()
	if err != nil {
		return c, err
	}
	all, err := v.Customers.Certificates(v.r.Context(), v.customer.ID)
	if err != nil {
		return c, err
	}
	i := slices.IndexFunc(all, func(c bank.Certificate) bool { return c.ID == id })
	if i < 0 {
		return c, bank.ErrNotFound.With("there is no such certificate")
	}
	c.Certificate = all[i]
	c.others = slices.DeleteFunc(all, func(o bank.Certificate) bool { return o.CN != c.CN || o.ID == c.ID })
	return c, nil
}

func (v *visit) certificate() error {
	c, err := v.certificateOfPath()
	if err != nil {
		return err
	}
	if v.may(bank.PermAuditRead) {
		page, err := v.History.Audit(v.r.Context(), v.actor, history.AuditFilter{Object: c.Serial})
		if err != nil {
			return err
		}
		c.events = page.Events
	}
	return v.show(c.CN, certificatePage(v, c))
}

func certificateFacts(v *visit, c certificateView) []fact {
	texts := make([]string, len(c.Permissions))
	for i, p := range c.Permissions {
		texts[i] = string(p)
	}
	hash := hex.EncodeToString(c.KeyHash[:])
	return []fact{
		{v.word("column", "cn"), copyable(v, c.CN, c.CN)},
		{v.word("column", "certState"), certStateOf(v, c.Certificate)},
		{v.T("certificates.begins"), instantOf(v, c.NotBefore)},
		{v.word("column", "ends"), instantOf(v, c.NotAfter)},
		{v.word("column", "serial"), copyable(v, c.Serial, c.Serial)},
		{v.word("column", "keyHash"), copyable(v, hash, hash)},
		{v.word("column", "renewalEmail"), plain(c.Email)},
		{v.T("certificates.may"), plain(strings.Join(texts, ", "))},
	}
}

// active tells whether the certificate lets anybody in, so that it can be revoked.
func (c certificateView) active() bool { return c.Status == bank.CertificateActive }

func (v *visit) newCertificate() error {
	return v.show(v.T("certificates.new"), csrForm(v, "", ""))
}

// maxUpload bounds a form with a certificate request and a file.
const maxUpload = 256 << 10

// givenCSR is what was pasted, or the file that was chosen.
func (v *visit) givenCSR() (string, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxUpload)
	if text := v.r.PostFormValue("csr"); strings.TrimSpace(text) != "" {
		return text, nil
	}
	file, _, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil
	}
	if err != nil {
		return "", unreadable(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	return string(text), err
}

// previewCertificate shows what would be signed. Nothing is kept: the next form holds the request again.
func (v *visit) previewCertificate() error {
	text, err := v.givenCSR()
	if err != nil {
		return err
	}
	return v.preview(http.StatusOK, text, bank.CertificatePermissions(), "")
}

func (v *visit) preview(status int, text string, perms []bank.Permission, fault string) error {
	if strings.TrimSpace(text) == "" {
		return v.refuseCSR("", v.T("certificates.noCSR"))
	}
	request, err := customers.ReadCSR([]byte(text))
	if e, ok := bank.AsError(err); ok && errors.Is(err, bank.ErrCSR) {
		return v.refuseCSR(text, v.sentence(e))
	}
	if err != nil {
		return err
	}
	all, err := v.Customers.Certificates(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	same := slices.DeleteFunc(all, func(c bank.Certificate) bool {
		return c.CN != request.CN || c.Status != bank.CertificateActive || !v.Now().Before(c.NotAfter)
	})
	return v.answer(status, v.T("certificates.preview"), csrPreview(v, request, text, perms, same, fault))
}

// refuseCSR shows the form again with what was pasted; a private key that came along is not sent back.
func (v *visit) refuseCSR(text, fault string) error {
	if strings.Contains(text, "PRIVATE KEY") {
		text = ""
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("certificates.new"), csrForm(v, text, fault))
}

// grantable are the permissions that the operator may give a certificate.
func (v *visit) grantable() []bank.Permission {
	return slices.DeleteFunc(bank.AllPermissions(), func(p bank.Permission) bool {
		return !slices.Contains(bank.CertificatePermissions(), p) && !v.may(p)
	})
}

// signCertificate signs what was previewed, or asks a second person.
func (v *visit) signCertificate() error {
	text, perms := v.r.PostFormValue("csr"), []bank.Permission{}
	for _, p := range v.grantable() {
		if slices.Contains(v.r.PostForm["permissions"], string(p)) {
			perms = append(perms, p)
		}
	}
	if len(perms) == 0 {
		return v.preview(http.StatusUnprocessableEntity, text, perms, v.T("certificates.noPermissions"))
	}
	c, _, err := v.Customers.Sign(v.r.Context(), v.actor, v.customer.ID, []byte(text), perms)
	if err == nil {
		v.say("certificates.signed", c.CN)
		return v.redirect("/certificates/" + c.ID.String())
	}
	if e, ok := bank.AsError(err); ok && errors.Is(err, bank.ErrCSR) {
		return v.refuseCSR(text, v.sentence(e))
	}
	return err
}

func (v *visit) downloadCertificate() error {
	c, err := v.certificateOfPath()
	if err != nil {
		return err
	}
	return v.sendPEM(c.CN+".pem", c.PEM)
}

// downloadChain is the certificate and, behind it, that of the authority.
func (v *visit) downloadChain() error {
	c, err := v.certificateOfPath()
	if err != nil {
		return err
	}
	ca, err := v.caPEM()
	if err != nil {
		return err
	}
	return v.sendPEM(c.CN+"-chain.pem", c.PEM+ca)
}

func (v *visit) downloadCA() error {
	ca, err := v.caPEM()
	if err != nil {
		return err
	}
	return v.sendPEM("ims-ca.pem", ca)
}

func (v *visit) caPEM() (string, error) {
	ca, err := v.Customers.CACertificate(v.r.Context())
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})), nil
}

// sendPEM sends a file; a CN holds only letters, digits, '-', '.' and '_'.
func (v *visit) sendPEM(name, text string) error {
	h := v.w.Header()
	h.Set("Content-Type", "application/x-pem-file")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := io.WriteString(v.w, text)
	return err
}

func (v *visit) askRevoke() error {
	c, err := v.certificateOfPath()
	if err != nil {
		return err
	}
	if !c.active() {
		return bank.ErrConflict.With("the certificate is revoked already")
	}
	return v.show(v.T("certificates.revokeTitle", c.CN), revokeForm(v, c, nil))
}

// revoke ends a certificate whose CN was typed, so that nobody ends another by mistake.
func (v *visit) revoke() error {
	c, err := v.certificateOfPath()
	if err != nil {
		return err
	}
	faults := map[string]string{}
	if strings.TrimSpace(v.r.PostFormValue("confirm")) != c.CN {
		faults["confirm"] = v.T("certificates.confirmWrong", c.CN)
	} else if err = v.Customers.Revoke(v.r.Context(), v.actor, v.customer.ID, c.Serial, v.r.PostFormValue("reason")); err == nil {
		v.say("certificates.revoked", c.CN)
		return v.redirect("/certificates/" + c.ID.String())
	} else if faults, _, err = v.faults(err); err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("certificates.revokeTitle", c.CN), revokeForm(v, c, faults))
}
