package panel

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/sheet"
	"ims/internal/web"
)

func fileRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/files", need: bank.PermFilesRead, page: (*visit).files, group: "group.ibans", entry: "files.title", letter: "f"},
		{method: http.MethodGet, path: "/live/files", need: bank.PermFilesRead, page: (*visit).filesStream, live: true},
		{method: http.MethodPost, path: "/files", need: bank.PermFilesUpload, page: (*visit).upload},
		{method: http.MethodGet, path: "/files/sample", need: bank.PermFilesUpload, page: (*visit).fileSample},
		{method: http.MethodGet, path: "/files/{id}", need: bank.PermFilesRead, page: (*visit).file},
		{method: http.MethodGet, path: "/live/files/{id}", need: bank.PermFilesRead, page: (*visit).fileStream, live: true},
		{method: http.MethodGet, path: "/files/{id}/execute", need: bank.PermFilesExecute, page: (*visit).askExecute},
		{method: http.MethodPost, path: "/files/{id}/execute", need: bank.PermFilesExecute, page: (*visit).execute},
		{method: http.MethodGet, path: "/files/{id}/reject", need: bank.PermFilesExecute, page: (*visit).askRejectFile},
		{method: http.MethodPost, path: "/files/{id}/reject", need: bank.PermFilesExecute, page: (*visit).rejectFile},
		{method: http.MethodGet, path: "/files/{id}/validate", need: bank.PermFilesUpload, page: (*visit).askValidate},
		{method: http.MethodPost, path: "/files/{id}/validate", need: bank.PermFilesUpload, page: (*visit).validateAgain},
		{method: http.MethodGet, path: "/files/{id}/retry", need: bank.PermFilesExecute, page: (*visit).askRetry},
		{method: http.MethodPost, path: "/files/{id}/retry", need: bank.PermFilesExecute, page: (*visit).retryFile},
		{method: http.MethodGet, path: "/files/{id}/findings", need: bank.PermFilesRead, page: (*visit).findings},
		{method: http.MethodGet, path: "/files/{id}/validation-report", need: bank.PermFilesRead, page: (*visit).validationReport},
		{method: http.MethodGet, path: "/files/{id}/rejected-records", need: bank.PermFilesRead, page: (*visit).rejectedRecords},
		{method: http.MethodGet, path: "/files/{id}/report", need: bank.PermFilesRead, page: (*visit).executedReport},
		{method: http.MethodGet, path: "/executed-files", need: bank.PermFilesRead, page: (*visit).executedFiles, group: "group.ibans", entry: "executed.title", letter: "e"},
	}
}

// The marks of cursors of these lists.
const (
	fileList     = 'f'
	executedList = 'e'
	findingList  = 'n'
)

// filePace is how often a page looks how far a file is.
const filePace = time.Second

// fileRow is a file in a list, with what is needed to show it.
type fileRow struct {
	bank.TransactionFile
	account  bank.MasterAccount
	progress *files.Progress // nil while no stage runs
}

func (v *visit) files() error       { return listOfFiles(nil).serve(v) }
func (v *visit) filesStream() error { return listOfFiles(nil).stream(v, 2*filePace) }

// listOfFiles is the page of uploads: the form, and the files that came so far. A form that was refused says why.
func listOfFiles(refused *uploadFault) *list[fileRow] {
	return &list[fileRow]{
		name: "files", path: "/files", title: "files.title",
		filters: []filter{
			{name: "fileName"},
			{name: "status", kind: manyFilter, choices: []string{"Pending", "Validated", "Invalid", "Executing", "Executed"}, family: "fileStatus"},
			{name: "uploader", more: true},
			{name: "uploaded", kind: dayFilter, more: true},
		},
		columns: fileColumns(),
		fetch:   fetchFiles,
		cursor:  func(f fileRow) web.Cursor { return web.NumberCursor(fileList, int64(f.No)) },
		href:    func(f fileRow) string { return fileHref(f.TransactionFile) },
		live:    anyRuns,
		above: func(v *visit) templ.Component {
			if !v.may(bank.PermFilesUpload) {
				return templ.NopComponent
			}
			accounts, err := uploadAccounts(v)
			if err != nil {
				return templ.ComponentFunc(func(context.Context, io.Writer) error { return err })
			}
			return uploadForm(v, refused, accounts)
		},
		empty: noFiles,
	}
}

func fileHref(f bank.TransactionFile) string { return "/files/" + f.ID.String() }

func fetchFiles(v *visit, q *query, limit int) ([]fileRow, error) {
	before, back, err := web.ReadNumberCursor(q.cursor, fileList)
	if err != nil {
		return nil, err
	}
	f := files.Filter{Name: q.text("fileName"), In: q.many("status"), By: q.text("uploader"), Before: bank.FileNo(before), Back: back, Limit: limit}
	f.UploadedFrom, f.UploadedTo = q.days(v, "uploaded")
	return v.fileRows(f)
}

// fileRows reads a page of files, their accounts and how far they are: three questions, however many rows.
func (v *visit) fileRows(f files.Filter) ([]fileRow, error) {
	ctx := v.r.Context()
	list, err := v.Files.Files(ctx, v.actor, f)
	if err != nil {
		return nil, err
	}
	accounts, err := v.Customers.MasterAccounts(ctx, v.customer.ID)
	if err != nil {
		return nil, err
	}
	running, err := v.Files.Running(ctx, v.actor, list)
	if err != nil {
		return nil, err
	}
	rows := make([]fileRow, len(list))
	for i, one := range list {
		rows[i] = fileRow{TransactionFile: one}
		if n := slices.IndexFunc(accounts, func(m bank.MasterAccount) bool { return m.ID == one.MasterAccount }); n >= 0 {
			rows[i].account = accounts[n]
		}
		if p, runs := running[one.ID]; runs {
			rows[i].progress = &p
		}
	}
	return rows, nil
}

func anyRuns(list []fileRow) bool {
	return slices.ContainsFunc(list, func(f fileRow) bool { return f.progress != nil })
}

func fileColumns() []column[fileRow] {
	return []column[fileRow]{
		{name: "fileName", cell: func(_ *visit, f fileRow) templ.Component { return plain(f.Name) }, sheet: func(_ *visit, f fileRow) any { return f.Name }},
		{name: "status", cell: fileStatus, sheet: func(_ *visit, f fileRow) any { return string(f.Status) }},
		{name: "sendFile", cell: sendFile, sheet: func(_ *visit, f fileRow) any { return string(f.Status) }},
		{name: "fileRecords", number: true, cell: func(v *visit, f fileRow) templ.Component { return plain(f.countOf(v, f.Totals.Records)) },
			sheet: func(_ *visit, f fileRow) any { return f.Totals.Records }},
		sumColumn("credits", "credit", 1, false),
		sumColumn("debits", "debit", -1, false),
		sumColumn("internal", "internal", 1, true),
		{name: "masterAccount", hidden: true, cell: func(_ *visit, f fileRow) templ.Component { return code(f.account.IBAN.Format()) },
			sheet: func(_ *visit, f fileRow) any { return f.account.IBAN.String() }},
		{name: "uploader", cell: func(_ *visit, f fileRow) templ.Component { return plain(f.UploadedBy) },
			sheet: func(_ *visit, f fileRow) any { return f.UploadedBy }},
		{name: "uploaded", cell: func(v *visit, f fileRow) templ.Component { return instantOf(v, f.UploadedAt) },
			sheet: func(_ *visit, f fileRow) any { return f.UploadedAt.UTC().Format(time.RFC3339) }},
		{name: "fileReport", cell: fileReports, sheet: func(_ *visit, f fileRow) any { return fileHref(f.TransactionFile) }},
		{name: "id", hidden: true, cell: func(_ *visit, f fileRow) templ.Component { return code(f.ID.String()) },
			sheet: func(_ *visit, f fileRow) any { return f.ID.String() }},
	}
}

// countOf is a figure of validation; "" while there is none.
func (f fileRow) countOf(v *visit, n int64) string {
	if f.ValidatedAt.IsZero() {
		return ""
	}
	return v.count(n)
}

// sumColumn is the sum of the records of one direction.
func sumColumn(name, direction string, sign int64, hidden bool) column[fileRow] {
	return column[fileRow]{name: name, number: true, hidden: hidden, cell: func(v *visit, f fileRow) templ.Component {
		sum := f.Totals.ByKind[direction]
		if sum.Count == 0 || !f.account.Currency.Known() {
			return plain("")
		}
		return moneyOf(v, sign*sum.Amount, f.account.Currency)
	}, sheet: func(_ *visit, f fileRow) any {
		if !f.account.Currency.Known() {
			return nil
		}
		return sheet.Amount{Minor: sign * f.Totals.ByKind[direction].Amount, Currency: f.account.Currency}
	}}
}

func (v *visit) executedFiles() error {
	l := &list[fileRow]{
		name: "executed", path: "/executed-files", title: "executed.title",
		filters: []filter{{name: "fileName"}, {name: "executed", kind: dayFilter}, {name: "uploader", more: true}},
		columns: executedColumns(),
		fetch: func(v *visit, q *query, limit int) ([]fileRow, error) {
			before, back, err := web.ReadNumberCursor(q.cursor, executedList)
			if err != nil {
				return nil, err
			}
			f := files.Filter{Status: bank.FileExecuted, Name: q.text("fileName"), By: q.text("uploader"), Before: bank.FileNo(before), Back: back, Limit: limit}
			f.ExecutedFrom, f.ExecutedTo = q.days(v, "executed")
			return v.fileRows(f)
		},
		cursor: func(f fileRow) web.Cursor { return web.NumberCursor(executedList, int64(f.No)) },
		href:   func(f fileRow) string { return fileHref(f.TransactionFile) },
		empty:  noExecuted,
	}
	return l.serve(v)
}

func executedColumns() []column[fileRow] {
	chosen := map[string]bool{"fileName": true, "fileRecords": true, "credits": true, "debits": true, "internal": true, "masterAccount": true}
	columns := slices.DeleteFunc(fileColumns(), func(c column[fileRow]) bool { return !chosen[c.name] })
	return slices.Concat(columns[:1], []column[fileRow]{
		{name: "executed", cell: func(v *visit, f fileRow) templ.Component { return instantOf(v, f.ExecutedAt) },
			sheet: func(_ *visit, f fileRow) any { return f.ExecutedAt.UTC().Format(time.RFC3339) }},
		{name: "executedBy", hidden: true, cell: func(_ *visit, f fileRow) templ.Component { return plain(f.ExecutedBy) },
			sheet: func(_ *visit, f fileRow) any { return f.ExecutedBy }},
		{name: "id", cell: func(_ *visit, f fileRow) templ.Component { return code(f.ID.String()) },
			sheet: func(_ *visit, f fileRow) any { return f.ID.String() }},
	}, columns[1:], []column[fileRow]{
		{name: "download", cell: executedDownloads, sheet: func(_ *visit, f fileRow) any { return fileHref(f.TransactionFile) + "/report" }},
	})
}
