package panel

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
)

// uploadFault is why an upload was refused.
type uploadFault struct {
	account       string // that was chosen
	file, whole   string
	accountFault  string
	earlier       *bank.TransactionFile // the one that was there first
	earlierByName bool
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
		case part.FormName() == "account":
			text, err := io.ReadAll(io.LimitReader(part, 64))
			if err != nil {
				return f, unreadable(err)
			}
			fault.account = string(text)
		case part.FormName() == "file":
			if part.FileName() == "" {
				return f, errNoUpload
			}
			account, err := bank.ParseID(fault.account)
			if err != nil {
				return f, bank.ErrNotFound.With("there is no such master account")
			}
			return v.Files.Receive(v.r.Context(), v.actor, files.Upload{Name: part.FileName(), MasterAccount: account, Body: part})
		}
	}
}

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
