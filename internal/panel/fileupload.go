package panel

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
)

// uploadFault is why an upload was refused.
type uploadFault struct {
	account       string // that was chosen
	said          said
	file, whole   string
	accountFault  string
	earlier       *bank.TransactionFile // the one that was there first
	earlierByName bool
}

// said is what was typed of what the file holds, and what is wrong with it by field.
type said struct {
	direction, records, sum string
	faults                  map[string]string
}

// formSlack is what the form around a file may take.
const formSlack = 2 << 20

// upload takes a file while it arrives. What is wrong with it as a form is said above the list; what is wrong inside it, its
// validation says.
func (v *visit) upload() error {
	fault := &uploadFault{}
	f, err := v.receive(fault)
	if err == nil {
		v.say("files.received", f.Name)
		return v.redirect(fileHref(f))
	}
	// The rest is read, as a browser that cannot send it does not read the answer either.
	_, _ = io.Copy(io.Discard, v.r.Body)
	status, err := fault.of(v, err)
	if err != nil {
		return err
	}
	return listOfFiles(fault).serveAs(v, status)
}

// receive reads the form, whose last part is the file.
func (v *visit) receive(fault *uploadFault) (f bank.TransactionFile, err error) {
	v.r.Body = http.MaxBytesReader(v.w, &patientBody{ReadCloser: v.r.Body, v: v, renewed: time.Now()}, files.MaxBytes+formSlack)
	form, err := v.r.MultipartReader()
	if err != nil {
		return f, unreadable(err)
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return f, errNoUpload
		case err != nil:
			return f, unreadable(err)
		case fault.typed(part.FormName()) != nil:
			text, err := io.ReadAll(io.LimitReader(part, 64))
			if err != nil {
				return f, unreadable(err)
			}
			*fault.typed(part.FormName()) = strings.TrimSpace(string(text))
		case part.FormName() == "file":
			if part.FileName() == "" {
				return f, errNoUpload
			}
			u := files.Upload{Name: part.FileName(), Body: part}
			if u.MasterAccount, u.Expected, err = v.saidOf(fault); err != nil {
				return f, err
			}
			return v.Files.Receive(v.r.Context(), v.actor, u)
		}
	}
}

// typed is where the text of a field goes; nil for one that there is not.
func (u *uploadFault) typed(name string) *string {
	switch name {
	case "account":
		return &u.account
	case "expect":
		return &u.said.direction
	case "expectedRecords":
		return &u.said.records
	case "expectedSum":
		return &u.said.sum
	}
	return nil
}

// saidOf reads the account and what is said of its file.
func (v *visit) saidOf(u *uploadFault) (account bank.ID, e bank.FileExpected, err error) {
	accounts, err := v.Customers.MasterAccounts(v.r.Context(), v.customer.ID)
	if err != nil {
		return account, e, err
	}
	i := slices.IndexFunc(accounts, func(m bank.MasterAccount) bool { return m.ID.String() == u.account })
	if i < 0 {
		return account, e, bank.ErrNotFound.With("there is no such master account")
	}
	u.said.faults, e.Direction = map[string]string{}, u.said.direction
	if u.said.records != "" {
		if e.Records, err = strconv.ParseInt(u.said.records, 10, 64); err != nil || e.Records < 1 {
			u.said.faults["expectedRecords"] = v.T("upload.badRecords")
		}
	}
	if u.said.sum != "" {
		sum, err := money.ParseDecimal(strings.ReplaceAll(strings.ReplaceAll(u.said.sum, " ", ""), ",", "."), accounts[i].Currency)
		if e.Sum = sum.Minor(); err != nil || e.Sum < 1 {
			u.said.faults["expectedSum"] = v.T("upload.badSum", accounts[i].Currency.Code())
		}
	}
	if len(u.said.faults) > 0 {
		return account, e, errSaid
	}
	return accounts[i].ID, e, nil
}

var errSaid = bank.ErrInvalid.With("what is said of the file cannot be read")

var errNoUpload = bank.ErrInvalid.With("no file was chosen")

// of says what a refusal means for the form; an error that is not about it comes back.
func (u *uploadFault) of(v *visit, err error) (int, error) {
	e, ok := bank.AsError(err)
	if !ok {
		return 0, err
	}
	var earlier *files.Earlier
	switch {
	case errors.As(err, &earlier):
		u.earlier, u.earlierByName = &earlier.File, errors.Is(err, bank.ErrFileNameTaken)
	case errors.Is(err, errNoUpload) && len(e.Fields) == 0 && e.Message == errNoUpload.Message:
		u.file = v.T("upload.none")
	case len(u.said.faults) > 0:
	case errors.Is(err, bank.ErrInvalid) && len(e.Fields) > 0:
		u.file = v.T("upload.badName")
	case errors.Is(err, bank.ErrTooLarge):
		u.file = v.T("upload.tooLarge", int64(files.MaxBytes>>20))
	case errors.Is(err, bank.ErrNotFound):
		u.accountFault = v.T("upload.noAccount")
	case errors.Is(err, bank.ErrMalformed), errors.Is(err, bank.ErrFileDuplicate), errors.Is(err, bank.ErrInvalid):
		u.whole = v.sentence(e)
	default:
		return 0, err
	}
	return int(e.Kind), nil
}

// How long a part of an upload may take to come, and how often an upload shows that somebody is still there.
const (
	partTime   = time.Minute
	renewEvery = time.Minute
)

// patientBody lets a body take long as long as it comes, and keeps the operator's session alive meanwhile: to upload is to work.
type patientBody struct {
	io.ReadCloser
	v       *visit
	renewed time.Time
}

// Read implements io.Reader.
func (b *patientBody) Read(p []byte) (int, error) {
	now, control := time.Now(), http.NewResponseController(b.v.w)
	_ = control.SetReadDeadline(now.Add(partTime)) // a connection that cannot have one has no need of it
	_ = control.SetWriteDeadline(now.Add(2 * partTime))
	if now.Sub(b.renewed) > renewEvery {
		if b.renewed = now; b.v.authenticate(true) != nil || b.v.over {
			return 0, bank.ErrUnauthenticated.With("the session ended while the file was sent")
		}
	}
	return b.ReadCloser.Read(p)
}

// uploadAccounts are the master accounts that a file may be for.
func uploadAccounts(v *visit) ([]choice, error) {
	list, err := v.Customers.MasterAccounts(v.r.Context(), v.customer.ID)
	choices := make([]choice, len(list))
	for i, m := range list {
		choices[i] = choice{m.ID.String(), v.T("upload.account", m.Name, m.Currency.Code(), shortIBAN(m.IBAN), m.Format)}
	}
	return choices, err
}

// shortIBAN is the beginning and the end of an IBAN, enough to tell accounts apart.
func shortIBAN(x iban.IBAN) string {
	text := x.String()
	return text[:4] + " … " + text[len(text)-4:]
}

// samplePayees is how many records a sample has.
const samplePayees = 5

// fileSample sends a file to try the upload with, whose payees are the customer's own end users, where the money is invented;
// elsewhere, and where it is asked for, one record with what its fields say.
func (v *visit) fileSample() error {
	day := bank.CivilDate(v.Now())
	if !v.Sandbox || v.r.URL.Query().Get("explain") != "" {
		return v.download("sample-explained.txt", "text/plain; charset=utf-8", func(w io.Writer) error {
			return files.WriteExplainedSample(w, day, v.language.String())
		})
	}
	payees, err := v.somePayees()
	if err != nil {
		return err
	}
	if len(payees) == 0 {
		return bank.ErrConflict.With("no end user has a Polish IBAN yet that the sample could pay to")
	}
	return v.download("sample-"+day+".pli", "application/octet-stream", func(w io.Writer) error { return files.WriteSample(w, payees, day) })
}

// somePayees are a few Polish IBANs of the customer's end users.
func (v *visit) somePayees() (payees []iban.IBAN, err error) {
	ctx := v.r.Context()
	users, err := v.Accounts.Users(ctx, v.actor, accounts.UserFilter{Limit: 4 * samplePayees})
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		balances, err := v.Accounts.UserBalances(ctx, v.actor, u.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range balances {
			for _, a := range b.Accounts {
				if a.Status == bank.IBANActive && a.IBAN.Country() == "PL" && len(payees) < samplePayees {
					payees = append(payees, a.IBAN)
				}
			}
		}
	}
	return payees, nil
}

// accountField is the choice of a master account.
func accountField(v *visit, refused *uploadFault, accounts []choice) field {
	f := field{name: "account", label: v.T("upload.accountLabel"), required: true, choices: accounts}
	if refused != nil {
		f.value, f.fault = refused.account, refused.accountFault
	}
	return f
}

// saidFields are those of what the file holds, none of which must be filled.
func saidFields(v *visit, refused *uploadFault) []field {
	var was said
	if refused != nil {
		was = refused.said
	}
	return []field{
		{name: "expect", label: v.T("upload.expect"), plain: true, value: was.direction, choices: []choice{{"", v.T("upload.expectBoth")},
			{bank.ExpectCredits, v.T("upload.expectCredits")}, {bank.ExpectDebits, v.T("upload.expectDebits")}}},
		{name: "expectedRecords", label: v.T("upload.expectRecords"), plain: true, limit: 10, complete: "off", value: was.records, fault: was.faults["expectedRecords"]},
		{name: "expectedSum", label: v.T("upload.expectSum"), plain: true, limit: 30, complete: "off", value: was.sum, fault: was.faults["expectedSum"]},
	}
}

// saidOpen tells whether something was typed there.
func saidOpen(refused *uploadFault) bool {
	return refused != nil && (refused.said.direction != "" || refused.said.records != "" || refused.said.sum != "")
}

func fileFault(refused *uploadFault) string {
	if refused == nil {
		return ""
	}
	return refused.file
}

// fileAttributes tie the field of the file to its hint and its fault.
func fileAttributes(refused *uploadFault) templ.Attributes {
	a := templ.Attributes{"aria-describedby": "field-file-hint field-file-fault"}
	if fileFault(refused) != "" {
		a["aria-invalid"] = "true"
	}
	return a
}
