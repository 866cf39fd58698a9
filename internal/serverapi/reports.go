package serverapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/web"
)

func reportRoutes() []route {
	const tag = "Reports"
	return []route{
		{method: http.MethodPost, path: "/secure/reports", id: "requestReport", located: true, tag: tag, summary: "Ask for a transaction report", status: http.StatusAccepted,
			description: "All transactions that the filters select of those there are now, oldest first, as CSV or a workbook (XLSX). It is written in the background: read the report until it is READY, then its content.",
			need:        bank.PermHistoryRead, key: keyOptional, problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict},
			request: reportOrderExample, answer: reportExample, mount: typed((*server).requestReport)},
		{method: http.MethodGet, path: "/secure/reports", id: "listReports", tag: tag, summary: "List transaction reports",
			description: "Newest first; they are kept until expiresAt.",
			need:        bank.PermHistoryRead, answer: listOf(reportExample), mount: typed((*server).listReports)},
		{method: http.MethodGet, path: "/secure/reports/{reportId}", id: "getTransactionReport", tag: tag, summary: "Read how far a transaction report is",
			description: "FAILED says why in stopReason; ask for a new one.",
			need:        bank.PermHistoryRead, answer: reportExample, mount: typed((*server).getReport)},
		{method: http.MethodGet, path: "/secure/reports/{reportId}/content", id: "getReportContent", tag: tag, summary: "The file of a transaction report",
			description: "There once the report is READY. A text that a spreadsheet would take for a formula has an apostrophe before it in CSV; in a workbook texts are texts.",
			need:        bank.PermHistoryRead, problems: []*bank.Error{bank.ErrConflict}, mount: direct((*server).reportContent, documentReportContent)},
	}
}

// ReportOrder says what a report is of. What is left out does not filter.
type ReportOrder struct {
	Format       string   `json:"format" enum:"csv,xlsx"`
	Lang         string   `json:"lang,omitempty" enum:"en,pl" doc:"Language of the headings; English where it is left out."`
	BalanceID    string   `json:"balanceId,omitempty" format:"uuid"`
	UserID       string   `json:"userId,omitempty" format:"uuid" doc:"All balances of the end user."`
	IBAN         string   `json:"iban,omitempty" maxLength:"64" doc:"The balance of the IBAN, with spaces or without."`
	Status       []string `json:"status,omitempty" nullable:"false" enum:"AUTHORIZED,CLEARED,REVERSED,DECLINED"`
	Type         []string `json:"type,omitempty" nullable:"false" enum:"TRANSFER_IN,TRANSFER_OUT,INTERNAL_IN,INTERNAL_OUT,CREDIT,DEBIT,SHORTFALL,REPAYMENT,TECHNICAL,ASSIGNMENT,RETURN,REVERSAL"`
	From         string   `json:"from,omitempty" format:"date" doc:"Booking date, inclusive."`
	To           string   `json:"to,omitempty" format:"date" doc:"Booking date, inclusive."`
	MinAmount    int64    `json:"minAmount,omitempty" minimum:"0" maximum:"9007199254740991"`
	MaxAmount    int64    `json:"maxAmount,omitempty" minimum:"0" maximum:"9007199254740991"`
	Counterparty string   `json:"counterparty,omitempty" maxLength:"140"`
	Title        string   `json:"title,omitempty" maxLength:"140"`
	Reference    string   `json:"reference,omitempty" maxLength:"140" doc:"The whole reference, operation number or idempotency key."`
	FileID       string   `json:"fileId,omitempty" format:"uuid"`
}

// filter reads the filters as the list of transactions does.
func (o *ReportOrder) filter() (history.Filter, error) {
	in := listTransactionsInput{BalanceID: o.BalanceID, UserID: o.UserID, IBAN: o.IBAN, Status: o.Status, Type: o.Type, From: o.From, To: o.To,
		MinAmount: o.MinAmount, MaxAmount: o.MaxAmount, Counterparty: o.Counterparty, Title: o.Title, Reference: o.Reference, FileID: o.FileID}
	return in.filter()
}

// Report is a transaction report.
type Report struct {
	ID          string     `json:"id" format:"uuid"`
	Name        string     `json:"name" doc:"Of its file." example:"transactions-2026-11-20-1d9c10.csv"`
	Format      string     `json:"format" enum:"csv,xlsx"`
	Status      string     `json:"status" enum:"PENDING,READY,FAILED"`
	Percent     int        `json:"percent" minimum:"0" maximum:"100" doc:"How much of it is written."`
	Rows        int64      `json:"rows" doc:"Transactions written."`
	Bytes       int64      `json:"bytes" doc:"Of the file, so far."`
	RequestedBy string     `json:"requestedBy"`
	RequestedAt time.Time  `json:"requestedAt"`
	FinishedAt  *time.Time `json:"finishedAt,omitempty"`
	ExpiresAt   *time.Time `json:"expiresAt,omitempty" doc:"It is removed behind it."`
	StopReason  string     `json:"stopReason,omitempty"`
}

// Location implements web.Located.
func (r Report) Location() string { return "/secure/reports/" + r.ID }

func reportFrom(r bank.Report) Report {
	view := Report{ID: r.ID.String(), Name: r.Name, Format: r.Form, Status: string(r.Status), Percent: r.Percent(), Rows: r.Rows, Bytes: r.Bytes,
		RequestedBy: r.RequestedBy, RequestedAt: web.Moment(r.RequestedAt), StopReason: r.StopReason}
	if !r.FinishedAt.IsZero() {
		finished, expires := web.Moment(r.FinishedAt), web.Moment(r.ExpiresAt)
		view.FinishedAt, view.ExpiresAt = &finished, &expires
	}
	return view
}

type reportAnswer struct{ Body Report }

type requestReportInput struct{ Body ReportOrder }

func (s *server) requestReport(ctx context.Context, actor bank.Actor, in *requestReportInput) (*reportAnswer, error) {
	f, err := in.Body.filter()
	if err != nil {
		return nil, err
	}
	r, err := s.Reports.Request(web.Answered(ctx, http.StatusAccepted, reportFrom), actor,
		history.NewReport{Filter: f, Form: sheet.Form(in.Body.Format), Lang: in.Body.Lang})
	if err != nil {
		return nil, err
	}
	return &reportAnswer{reportFrom(r)}, nil
}

// ReportList is one page of reports.
type ReportList struct {
	Items []Report `json:"items" nullable:"false"`
	web.Links
}

type reportListAnswer struct{ Body ReportList }

func (s *server) listReports(ctx context.Context, actor bank.Actor, in *Page) (*reportListAnswer, error) {
	before, back, err := web.ReadIDCursor(in.Cursor, listReports)
	if err != nil {
		return nil, err
	}
	rows, err := s.Reports.List(ctx, actor, history.ReportFilter{Before: before, Back: back, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, *in, reportFrom, func(r bank.Report) web.Cursor { return web.IDCursor(listReports, r.ID) })
	return &reportListAnswer{ReportList{items, links}}, nil
}

type reportPath struct {
	ID string `path:"reportId" format:"uuid" doc:"Of the report."`
}

func (s *server) getReport(ctx context.Context, actor bank.Actor, in *reportPath) (*reportAnswer, error) {
	id, err := web.IDOf(in.ID, "reportId")
	if err != nil {
		return nil, err
	}
	r, err := s.Reports.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &reportAnswer{reportFrom(r)}, nil
}

func documentReportContent(o *huma.Operation, _ huma.Registry) {
	o.Parameters = append(o.Parameters, parameter("reportId", "path", "Of the report.", uuidSchema()))
	o.Responses["200"] = sheetResponse()
}

func (s *server) reportContent(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("reportId"), "reportId")
	if err != nil {
		return err
	}
	if _, err := queryOf(r.URL.RawQuery); err != nil {
		return err
	}
	report, err := s.Reports.Get(r.Context(), actor, id)
	if err != nil {
		return err
	}
	d := download{history.StatementForm(report.Form).MediaType(), report.Name}
	if report.Form == string(sheet.CSV) {
		d.contentType += "; charset=utf-8"
	}
	return s.stream(w, r, d, func(out http.ResponseWriter) error { return s.Reports.WriteContent(r.Context(), actor, id, out) })
}
