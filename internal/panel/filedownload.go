package panel

import (
	"io"
	"mime"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/sheet"
	"ims/internal/web"
)

// download sends what write writes as a file of a name, which may be anybody's: it is quoted as it must be. An error before
// the first byte is a page; behind it the connection breaks, so that nobody takes a part for the whole.
func (v *visit) download(name, media string, write func(io.Writer) error) error {
	out := &download{v: v, media: media, disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name})}
	return out.send(write)
}

// download is an answer that begins with its first byte. An empty name leaves it to be looked at.
type download struct {
	v                          *visit
	media, disposition, policy string
	begun                      bool
}

func (d *download) send(write func(io.Writer) error) error {
	err := write(d)
	switch {
	case err == nil && !d.begun:
		_, err = d.Write(nil)
	case err != nil && d.begun:
		_ = web.Shown(d.v.r.Context(), err) // it is in the log; a part is out
		panic(http.ErrAbortHandler)
	}
	return err
}

// Write implements io.Writer. A reader may be slow as long as it reads.
func (d *download) Write(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.v.w.Header()
		h.Set("Content-Type", d.media)
		h.Set("Cache-Control", "private, no-store")
		if d.disposition != "" {
			h.Set("Content-Disposition", d.disposition)
		}
		if d.policy != "" {
			h.Set("Content-Security-Policy", d.policy)
		}
	}
	_ = http.NewResponseController(d.v.w).SetWriteDeadline(time.Now().Add(partTime)) // a connection that cannot have one has no need of it
	return d.v.w.Write(p)
}

// format is the form that the address asks for, one of those offered.
func (v *visit) format(offered ...string) (string, error) {
	given := v.r.URL.Query().Get("format")
	for _, f := range offered {
		if f == given {
			return f, nil
		}
	}
	return "", bank.ErrNotFound.With("the report has no such form")
}

// validationReport sends the report of a validation: as a sheet to keep, or as a page to look at.
func (v *visit) validationReport() error {
	f, err := v.fileOfPath()
	if err != nil {
		return err
	}
	form, err := v.format("csv", "xlsx", "html")
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		return v.Files.WriteValidationReport(v.r.Context(), v.actor, f.ID, files.ReportForm(form), v.language.String(), w)
	}
	if form == "html" {
		page := &download{v: v, media: "text/html; charset=utf-8", policy: files.ReportPolicy}
		return page.send(write)
	}
	return v.download(f.Name+".validation."+form, sheetMedia[sheet.Form(form)], write)
}

// rejectedRecords sends the records with errors as the bank sent them.
func (v *visit) rejectedRecords() error {
	f, err := v.fileOfPath()
	if err != nil {
		return err
	}
	return v.download("rejected-"+f.Name, "application/octet-stream", func(w io.Writer) error {
		return v.Files.WriteRejectedRecords(v.r.Context(), v.actor, f.ID, w)
	})
}

// executedReport sends the report of an execution.
func (v *visit) executedReport() error {
	f, err := v.fileOfPath()
	if err != nil {
		return err
	}
	form, err := v.format("csv", "xlsx")
	if err != nil {
		return err
	}
	return v.download(f.Name+".executed."+form, sheetMedia[sheet.Form(form)], func(w io.Writer) error {
		return v.Files.WriteReport(v.r.Context(), v.actor, f.ID, sheet.Form(form), w)
	})
}

func (v *visit) fileOfPath() (bank.TransactionFile, error) {
	id, err := v.id()
	if err != nil {
		return bank.TransactionFile{}, err
	}
	return v.Files.File(v.r.Context(), v.actor, id)
}
