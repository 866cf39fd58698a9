package serverapi

import (
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/web"
)

// download is what a streamed answer says of itself.
type download struct{ contentType, name string }

// reportTypes are the media types of the forms of a validation report, the first where the caller takes any.
var reportTypes = []struct {
	form      files.ReportForm
	mediaType string
}{
	{files.ReportCSV, "text/csv"},
	{files.ReportHTML, "text/html"},
	{files.ReportXLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

func langParameter() *huma.Param {
	return parameter("lang", "query", "Language of the texts, before Accept-Language.", &huma.Schema{Type: huma.TypeString, Enum: []any{"en", "pl"}})
}

func documentValidationReport(o *huma.Operation, _ huma.Registry) {
	format := parameter("format", "query", "Form of the report, before Accept.", &huma.Schema{Type: huma.TypeString, Enum: []any{"csv", "xlsx", "html"}})
	o.Parameters = append(o.Parameters, parameter("fileId", "path", "Of the transaction file.", uuidSchema()), format, langParameter())
	content := map[string]*huma.MediaType{}
	for _, t := range reportTypes {
		content[t.mediaType] = csvMedia()
	}
	content[reportTypes[2].mediaType].Schema.Format = "binary"
	o.Responses["200"] = &huma.Response{Description: "OK", Content: content}
}

func (s *server) validationReport(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("fileId"), "fileId")
	if err != nil {
		return err
	}
	values, err := queryOf(r.URL.RawQuery, "format", "lang")
	if err != nil {
		return err
	}
	form, err := reportForm(values.Get("format"), r.Header.Get("Accept"))
	if err != nil {
		return err
	}
	return s.streamReport(w, r, actor, id, form, values)
}

// reportForm is what the parameter names, or what the caller accepts.
func reportForm(format, accept string) (files.ReportForm, error) {
	var offered []string
	for _, t := range reportTypes {
		if string(t.form) == format {
			return t.form, nil
		}
		offered = append(offered, t.mediaType)
	}
	if format != "" {
		return "", bank.ErrInvalid.With("the request has invalid fields").Field("format", "invalid", "must be csv, xlsx or html")
	}
	chosen := web.Offered(accept, offered...)
	for _, t := range reportTypes {
		if t.mediaType == chosen {
			return t.form, nil
		}
	}
	return "", bank.ErrNotAcceptable.With("the validation report is CSV, XLSX or HTML")
}

// streamReport writes a validation report; a page is to be looked at, not to be kept.
func (s *server) streamReport(w http.ResponseWriter, r *http.Request, actor bank.Actor, id bank.ID, form files.ReportForm, values url.Values) error {
	lang, err := languageOf(w, r, values)
	if err != nil {
		return err
	}
	d := download{name: "validation-" + id.String() + "." + string(form)}
	for _, t := range reportTypes {
		if t.form == form {
			d.contentType = t.mediaType
		}
	}
	switch form {
	case files.ReportHTML:
		d.name = ""
		w.Header().Set("Content-Security-Policy", files.ReportPolicy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		fallthrough
	case files.ReportCSV:
		d.contentType += "; charset=utf-8"
	}
	return s.stream(w, r, d, func(out http.ResponseWriter) error {
		return s.Files.WriteValidationReport(r.Context(), actor, id, form, lang, out)
	})
}

func documentRejectedRecords(o *huma.Operation, _ huma.Registry) {
	o.Parameters = append(o.Parameters, parameter("fileId", "path", "Of the transaction file.", uuidSchema()))
	bytes := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/octet-stream": bytes}}
}

func (s *server) rejectedRecords(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("fileId"), "fileId")
	if err != nil {
		return err
	}
	if _, err := queryOf(r.URL.RawQuery); err != nil {
		return err
	}
	if web.Offered(r.Header.Get("Accept"), "application/octet-stream") == "" {
		return bank.ErrNotAcceptable.With("rejected records are the bank's own bytes: application/octet-stream")
	}
	return s.stream(w, r, download{"application/octet-stream", "rejected-" + id.String()}, func(out http.ResponseWriter) error {
		return s.Files.WriteRejectedRecords(r.Context(), actor, id, out)
	})
}

// stream lets write stream a download. Refused before the first byte, the caller gets the problem; broken off later, the
// connection ends, so that nobody takes a part for the whole.
func (s *server) stream(w http.ResponseWriter, r *http.Request, d download, write func(http.ResponseWriter) error) error {
	out := &streamWriter{ResponseWriter: w, download: d}
	err := write(out)
	if err != nil && out.began {
		s.Log.ErrorContext(r.Context(), "download broken off", "requestId", web.RequestID(r.Context()), "cause", err.Error())
		panic(http.ErrAbortHandler)
	}
	return err
}

// streamWriter sets the headers of a download with its first byte.
type streamWriter struct {
	http.ResponseWriter
	download
	began bool
}

// Write implements io.Writer.
func (c *streamWriter) Write(p []byte) (int, error) {
	if !c.began {
		c.began = true
		c.Header().Set("Content-Type", c.contentType)
		if c.name != "" {
			c.Header().Set("Content-Disposition", `attachment; filename="`+c.name+`"`)
		}
	}
	return c.ResponseWriter.Write(p)
}
