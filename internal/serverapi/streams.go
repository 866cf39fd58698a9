package serverapi

import (
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/web"
)

// streamRoutes are the operations whose bodies are too long to be held.
func streamRoutes(tag string) []route {
	return []route{
		{method: http.MethodPost, path: "/secure/transaction-files", id: "uploadTransactionFile", located: true, tag: tag, summary: "Upload a transaction file",
			description: "The bank's bytes as they are, up to 512 MiB, as application/octet-stream or text/plain. The answer comes when they are stored; validation follows: read the file until it is no longer Pending.",
			status:      http.StatusCreated, need: bank.PermFilesUpload, key: keyOptional, problems: []*bank.Error{bank.ErrNotFound, bank.ErrFileDuplicate, bank.ErrFileNameTaken},
			answer: fileExample, mount: direct((*server).uploadFile, documentUpload)},
		{method: http.MethodGet, path: "/secure/transaction-files/{fileId}/findings", id: "listFindings", tag: tag, summary: "What validation found",
			description: "Errors first, then warnings, each with the record it is about: as JSON, or whole as CSV with Accept: text/csv (without limit and cursor; the same as the validation report). In English or Polish, by lang or Accept-Language.",
			need:        bank.PermFilesRead, problems: []*bank.Error{bank.ErrNotAcceptable}, answer: listOf(findingExample), mount: direct((*server).findings, documentFindings)},
		{method: http.MethodGet, path: "/secure/transaction-files/{fileId}/validation-report", id: "getValidationReport", tag: tag, summary: "The validation report for people",
			description: "Totals first, then the findings, errors first, each with its line, field, text and the record with the field marked: CSV, a workbook (XLSX) or a page (HTML), by format or Accept, in English or Polish, by lang or Accept-Language. There once the file is validated.",
			need:        bank.PermFilesRead, problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable}, mount: direct((*server).validationReport, documentValidationReport)},
		{method: http.MethodGet, path: "/secure/transaction-files/{fileId}/rejected-records", id: "getRejectedRecords", tag: tag, summary: "The records with errors, as received",
			description: "All of them, whatever the cap on findings, in the bank's own bytes: a file again, to talk to the bank about.",
			need:        bank.PermFilesRead, problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable}, mount: direct((*server).rejectedRecords, documentRejectedRecords)},
		{method: http.MethodGet, path: "/secure/transaction-files/{fileId}/report", id: "getReport", tag: tag, summary: "The executed-file report",
			description: "The file, the totals per outcome, then every line with what became of it, first those that reached the technical balance or opened an item. CSV or a workbook (XLSX), by format or Accept. There once the file is Executed.",
			need:        bank.PermFilesRead, problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable}, mount: direct((*server).report, documentReport)},
	}
}

func hexadecimal(b []byte) string { return hex.EncodeToString(b) }

// parameter documents a parameter of a direct operation.
func parameter(name, in, description string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: in, Required: in == "path", Description: description, Schema: schema}
}

func uuidSchema() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "uuid"} }

func textSchema(longest int) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
}

func documentUpload(o *huma.Operation, schemas huma.Registry) {
	name := parameter("name", "query", "The bank's name of the file; unique among those that are not Invalid.", textSchema(255))
	account := parameter("masterAccountId", "query", "The account of yours at the bank that the file tells about.", uuidSchema())
	name.Required, account.Required, name.Example = true, true, "20261120.pli"
	o.Parameters = append(o.Parameters, name, account,
		parameter("expect", "query", "What you know the file to hold. A file with a record that goes the other way is Invalid as a whole; transfers between two of your IBANs fit each. Left out: both.",
			&huma.Schema{Type: huma.TypeString, Enum: []any{bank.ExpectCredits, bank.ExpectDebits}}),
		parameter("expectedRecords", "query", "How many records you know the file to have; with another number it is Invalid as a whole.", countSchema()),
		parameter("expectedSum", "query", "What you know its records to add up to, in minor units of the master account's currency; with another sum it is Invalid as a whole.", countSchema()))
	bytes := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	o.RequestBody = &huma.RequestBody{Required: true, Description: "The file.",
		Content: map[string]*huma.MediaType{"application/octet-stream": bytes, "text/plain": bytes}}
	answersJSON(o, schemas.Schema(reflect.TypeFor[TransactionFile](), true, "TransactionFile"))
}

// countSchema is a whole number above zero.
func countSchema() *huma.Schema {
	least := 1.0
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least}
}

// expectedOf reads what the caller knows of a file.
func expectedOf(values url.Values) (e bank.FileExpected, err error) {
	e.Direction = values.Get("expect")
	for name, to := range map[string]*int64{"expectedRecords": &e.Records, "expectedSum": &e.Sum} {
		if !values.Has(name) {
			continue
		}
		if *to, err = strconv.ParseInt(values.Get(name), 10, 64); err != nil || *to < 1 {
			return e, bank.ErrInvalid.With("the request has invalid fields").Field(name, "invalid", "must be a whole number above 0")
		}
	}
	return e, e.Check()
}

// uploadFile streams the body to the room, which stores it part by part.
func (s *server) uploadFile(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	values, err := queryOf(r.URL.RawQuery, "name", "masterAccountId", "expect", "expectedRecords", "expectedSum")
	if err != nil {
		return err
	}
	expected, err := expectedOf(values)
	if err != nil {
		return err
	}
	if err := fileMedia(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	account, err := web.IDOf(values.Get("masterAccountId"), "masterAccountId")
	if err != nil {
		return err
	}
	r, done, err := s.keys.Streamed(r, actor.Customer)
	if err != nil {
		return err
	}
	defer done()
	f, err := s.Files.Receive(web.Answered(r.Context(), http.StatusCreated, fileFrom), actor, files.Upload{Name: values.Get("name"), MasterAccount: account, Body: web.Body(r), Expected: expected})
	if err != nil {
		return err
	}
	made := fileFrom(f)
	w.Header().Set(web.LocationHeader, made.Location())
	return writeJSON(w, http.StatusCreated, made)
}

// fileMedia refuses what is surely not the file itself: a form around it would be stored as if the bank had written it.
func fileMedia(contentType string) error {
	kind, _, err := mime.ParseMediaType(contentType)
	if contentType == "" || err == nil && (kind == "application/octet-stream" || kind == "text/plain") {
		return nil
	}
	return bank.ErrUnsupportedMedia.With("send the file's bytes as application/octet-stream")
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	text, err := web.JSON(body)
	if err != nil {
		return err
	}
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller who has gone cannot be told
	return nil
}

// Finding is one validation result.
type Finding struct {
	Code     string `json:"code" example:"record.amount_format"`
	Severity string `json:"severity" enum:"ERROR,WARNING"`
	Line     int64  `json:"line" doc:"0: the file as a whole."`
	Field    int64  `json:"field" doc:"Its number, from 1, in formats with numbered fields; 0: the record as a whole."`
	Element  string `json:"element,omitempty" doc:"Its name in formats whose fields have names." example:"CdtrAcct"`
	Value    string `json:"value,omitempty" doc:"From the file: shortened, control characters escaped."`
	Message  string `json:"message" doc:"In the language of the answer."`
	Record   string `json:"record,omitempty" doc:"The record as received, decoded, at most 4096 characters, control characters escaped."`
	From     int64  `json:"from" doc:"Where the field begins in record, in characters; from and to are both 0 where it has no place in it."`
	To       int64  `json:"to" doc:"Where the field ends in record; an empty field ends where it begins."`
}

func findingFrom(f bank.FileFinding) Finding {
	return Finding{Code: f.Code, Severity: f.Severity, Line: f.Line, Field: int64(f.Field), Element: f.Element, Value: f.Value,
		Message: f.Message, Record: f.Record, From: int64(f.From), To: int64(f.To)}
}

// FindingList is one page of findings.
type FindingList struct {
	Items []Finding `json:"items" nullable:"false"`
	web.Links
}

func documentFindings(o *huma.Operation, schemas huma.Registry) {
	least, most := 1.0, 200.0
	o.Parameters = append(o.Parameters, parameter("fileId", "path", "Of the transaction file.", uuidSchema()),
		langParameter(),
		parameter("limit", "query", "Elements of one page.", &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Default: defaultLimit}),
		parameter("cursor", "query", "nextCursor or previousCursor of another page of the same list.", textSchema(200)))
	answersJSON(o, schemas.Schema(reflect.TypeFor[FindingList](), true, "FindingList"))
	o.Responses["200"].Content["text/csv"] = csvMedia()
}

func csvMedia() *huma.MediaType {
	return &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

// limitOf reads the parameter limit of a direct operation.
func limitOf(text string) (int, error) {
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, bank.ErrInvalid.With("the request has invalid fields").Field("limit", "invalid", "must be 1 to 200")
	}
	return n, nil
}

func (s *server) findings(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("fileId"), "fileId")
	if err != nil {
		return err
	}
	switch web.Offered(r.Header.Get("Accept"), "application/json", "text/csv") {
	case "text/csv":
		values, err := queryOf(r.URL.RawQuery, "lang")
		if err != nil {
			return err
		}
		return s.streamReport(w, r, actor, id, files.ReportCSV, values)
	case "application/json":
		return s.findingsPage(w, r, actor, id)
	}
	return bank.ErrNotAcceptable.With("findings are application/json or text/csv")
}

func (s *server) findingsPage(w http.ResponseWriter, r *http.Request, actor bank.Actor, id bank.ID) error {
	values, err := queryOf(r.URL.RawQuery, "lang", "limit", "cursor")
	if err != nil {
		return err
	}
	lang, err := languageOf(w, r, values)
	if err != nil {
		return err
	}
	limit, err := limitOf(values.Get("limit"))
	if err != nil {
		return err
	}
	page := web.Page{Limit: limit, Cursor: values.Get("cursor")}
	from, back, err := web.ReadNumberCursor(page.Cursor, listFindings)
	if err != nil {
		return err
	}
	count := int64(limit) + 1
	if back { // findings are numbered without gaps
		count = min(count, from-1)
		from = max(from-count-1, 0)
	}
	var rows []bank.FileFinding
	if count > 0 {
		if rows, err = s.Files.Findings(r.Context(), actor, id, lang, from, int(count)); err != nil {
			return err
		}
	}
	items, links := web.Paged(numbered(rows, from), page, func(f numberedFinding) Finding { return findingFrom(f.FileFinding) },
		func(f numberedFinding) web.Cursor { return web.NumberCursor(listFindings, f.number) })
	return writeJSON(w, http.StatusOK, FindingList{items, links})
}

// numberedFinding is a finding with its number in the file's list.
type numberedFinding struct {
	bank.FileFinding
	number int64
}

// numbered numbers the findings behind one.
func numbered(rows []bank.FileFinding, behind int64) []numberedFinding {
	list := make([]numberedFinding, len(rows))
	for i, row := range rows {
		list[i] = numberedFinding{row, behind + 1 + int64(i)}
	}
	return list
}

// languageOf chooses the language of an answer and says so in its headers.
func languageOf(w http.ResponseWriter, r *http.Request, values url.Values) (string, error) {
	lang, err := web.Language(values.Get("lang"), r.Header.Get("Accept-Language"))
	if err == nil {
		w.Header().Set("Content-Language", lang)
		w.Header().Add("Vary", "Accept, Accept-Language")
	}
	return lang, err
}

// sheetTypes are the media types of a report as a sheet, CSV where the caller takes any.
var sheetTypes = []struct {
	form      sheet.Form
	mediaType string
}{{sheet.CSV, history.StatementCSV.MediaType()}, {sheet.XLSX, history.StatementXLSX.MediaType()}}

func documentReport(o *huma.Operation, _ huma.Registry) {
	format := parameter("format", "query", "Form of the report, before Accept.", &huma.Schema{Type: huma.TypeString, Enum: []any{"csv", "xlsx"}})
	o.Parameters = append(o.Parameters, parameter("fileId", "path", "Of the transaction file.", uuidSchema()), format)
	o.Responses["200"] = sheetResponse()
}

// sheetResponse documents a report as a sheet.
func sheetResponse() *huma.Response {
	binary := csvMedia()
	binary.Schema.Format = "binary"
	return &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{sheetTypes[0].mediaType: csvMedia(), sheetTypes[1].mediaType: binary}}
}

func (s *server) report(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("fileId"), "fileId")
	if err != nil {
		return err
	}
	values, err := queryOf(r.URL.RawQuery, "format")
	if err != nil {
		return err
	}
	form, d, err := sheetForm(values.Get("format"), r.Header.Get("Accept"))
	if err != nil {
		return err
	}
	d.name = "report-" + id.String() + "." + string(form)
	w.Header().Add("Vary", "Accept")
	return s.stream(w, r, d, func(out http.ResponseWriter) error {
		return s.Files.WriteReport(r.Context(), actor, id, form, out)
	})
}

// sheetForm is what the parameter names, or what the caller accepts.
func sheetForm(format, accept string) (sheet.Form, download, error) {
	chosen := web.Offered(accept, sheetTypes[0].mediaType, sheetTypes[1].mediaType)
	for _, t := range sheetTypes {
		if format != string(t.form) && (format != "" || chosen != t.mediaType) {
			continue
		}
		if t.form == sheet.CSV {
			return t.form, download{contentType: t.mediaType + "; charset=utf-8"}, nil
		}
		return t.form, download{contentType: t.mediaType}, nil
	}
	if format != "" {
		return "", download{}, bank.ErrInvalid.With("the request has invalid fields").Field("format", "invalid", "must be csv or xlsx")
	}
	return "", download{}, bank.ErrNotAcceptable.With("the report is CSV or XLSX")
}
