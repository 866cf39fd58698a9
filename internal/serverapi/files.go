package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/web"
)

func fileRoutes() []route {
	const tag = "Transaction files"
	return append([]route{
		{method: http.MethodGet, path: "/secure/transaction-files", id: "listTransactionFiles", tag: tag, summary: "List transaction files",
			description: "Newest first.",
			need:        bank.PermFilesRead, answer: listOf(fileExample), mount: typed((*server).listFiles)},
		{method: http.MethodGet, path: "/secure/transaction-files/{fileId}", id: "getTransactionFile", tag: tag, summary: "Read a transaction file",
			description: "With its progress while a stage runs, and what became of its records so far.",
			need:        bank.PermFilesRead, answer: fileStateExample, tagged: true, mount: typed((*server).getFile)},
		{method: http.MethodPost, path: "/secure/transaction-files/{fileId}/validate", id: "validateTransactionFile", located: true, tag: tag, summary: "Validate an Invalid file again",
			description: "The same bytes, after a setting or an account was mended. The file is Pending again. What was said of a file that holds something else is set aside.",
			status:      http.StatusAccepted, need: bank.PermFilesUpload, key: keyOptional, problems: []*bank.Error{bank.ErrConflict, bank.ErrFileNameTaken},
			answer: fileExample, mount: typed((*server).validateFile)},
		{method: http.MethodPost, path: "/secure/transaction-files/{fileId}/execute", id: "executeTransactionFile", tag: tag, summary: "Execute a Validated file",
			description: "Once for ever. The file is Executing, or, where a second person is needed, still Validated with the approval that waits. Who uploaded the file may ask so, but not execute it: once it is approved, the operator who approved it, or another caller, executes it, and the uploader gets 403 with the code `second-person-required`.",
			status:      http.StatusAccepted, need: bank.PermFilesExecute, key: keyOptional, problems: []*bank.Error{bank.ErrFileNotExecutable, bank.ErrConflict, bank.ErrApprovalStale, bank.ErrFourEyes},
			answer: map[string]any{"file": fileExample}, mount: typed((*server).executeFile)},
	}, streamRoutes(tag)...)
}

// Sum counts records and adds their amounts.
type Sum struct {
	Count  int64 `json:"count"`
	Amount int64 `json:"amount" doc:"In minor units of the master account's currency."`
}

func sumsOf(m map[string]bank.Sum) map[string]Sum {
	sums := make(map[string]Sum, len(m))
	for name, sum := range m {
		sums[name] = Sum(sum)
	}
	return sums
}

// Totals tell what validation saw in a file.
type Totals struct {
	Records     int64            `json:"records"`
	Errors      int64            `json:"errors" doc:"Findings of severity ERROR."`
	Warnings    int64            `json:"warnings" doc:"Findings of severity WARNING."`
	Encoding    string           `json:"encoding,omitempty"`
	ByDirection map[string]Sum   `json:"byDirection,omitempty" nullable:"false" doc:"Records without errors."`
	Refused     Sum              `json:"refused" doc:"Records with an error, as far as their amounts can be read."`
	Codes       map[string]int64 `json:"codes,omitempty" nullable:"false" doc:"Findings per code, complete; the list of findings is capped."`
}

// TransactionFile is an uploaded file of a bank.
type TransactionFile struct {
	ID              string     `json:"id" format:"uuid"`
	Name            string     `json:"name" example:"20261120.pli"`
	MasterAccountID string     `json:"masterAccountId" format:"uuid"`
	Status          string     `json:"status" enum:"Pending,Validated,Invalid,Executing,Executed"`
	StopReason      string     `json:"stopReason,omitempty" doc:"Why the running stage stopped; an operator can retry it."`
	SHA256          string     `json:"sha256" pattern:"^[0-9a-f]{64}$"`
	Bytes           int64      `json:"bytes"`
	Acceptance      string     `json:"acceptance" enum:"STRICT,BY_RECORD"`
	Totals          Totals     `json:"totals"`
	Expected        *Expected  `json:"expected,omitempty" doc:"What was said of the file when it was uploaded."`
	UploadedBy      string     `json:"uploadedBy"`
	UploadedAt      time.Time  `json:"uploadedAt"`
	ValidatedAt     *time.Time `json:"validatedAt,omitempty"`
	ExecutedBy      string     `json:"executedBy,omitempty"`
	ExecutingAt     *time.Time `json:"executingAt,omitempty"`
	ExecutedAt      *time.Time `json:"executedAt,omitempty"`
}

// Expected is what was said of a file.
type Expected struct {
	Direction string `json:"direction,omitempty" enum:"credits,debits" doc:"What it holds; left out: both."`
	Records   int64  `json:"records,omitempty" doc:"How many it has; left out: not stated."`
	Sum       int64  `json:"sum,omitempty" doc:"What they add up to, in minor units of the master account's currency; left out: not stated."`
}

func expectedFrom(e bank.FileExpected) *Expected {
	if e == (bank.FileExpected{}) {
		return nil
	}
	return &Expected{e.Direction, e.Records, e.Sum}
}

// Location implements web.Located.
func (t TransactionFile) Location() string { return "/secure/transaction-files/" + t.ID }

func fileFrom(f bank.TransactionFile) TransactionFile {
	t := f.Totals
	return TransactionFile{ID: f.ID.String(), Name: f.Name, MasterAccountID: f.MasterAccount.String(), Status: string(f.Status),
		StopReason: f.StopReason, SHA256: hexadecimal(f.SHA256[:]), Bytes: f.Bytes, Acceptance: string(f.Acceptance),
		Totals:   Totals{Records: t.Records, Errors: t.Errors, Warnings: t.Warnings, Encoding: t.Encoding, ByDirection: sumsOf(t.ByKind), Refused: Sum(t.Refused), Codes: t.Codes},
		Expected: expectedFrom(t.Expected), UploadedBy: f.UploadedBy, UploadedAt: web.Moment(f.UploadedAt), ValidatedAt: web.Instant(f.ValidatedAt), ExecutedBy: f.ExecutedBy,
		ExecutingAt: web.Instant(f.ExecutingAt), ExecutedAt: web.Instant(f.ExecutedAt)}
}

// Progress tells how far a stage is.
type Progress struct {
	Stage string `json:"stage"`
	Done  int64  `json:"done" doc:"Records."`
	Total int64  `json:"total" doc:"Records."`
}

// FileState is a file with how far it is.
type FileState struct {
	TransactionFile
	Progress Progress       `json:"progress"`
	Outcomes map[string]Sum `json:"outcomes" nullable:"false" doc:"Per outcome of its records; POSTINGS: all postings."`
}

type listFilesInput struct {
	Page
	Status string `query:"status" enum:"Pending,Validated,Invalid,Executing,Executed"`
}

// TransactionFileList is one page of files.
type TransactionFileList struct {
	Items []TransactionFile `json:"items" nullable:"false"`
	web.Links
}

type fileListAnswer struct{ Body TransactionFileList }

func (s *server) listFiles(ctx context.Context, actor bank.Actor, in *listFilesInput) (*fileListAnswer, error) {
	before, back, err := web.ReadNumberCursor(in.Cursor, listFiles)
	if err != nil {
		return nil, err
	}
	rows, err := s.Files.Files(ctx, actor, files.Filter{Status: bank.FileStatus(in.Status), Before: bank.FileNo(before), Back: back, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, in.Page, fileFrom, func(f bank.TransactionFile) web.Cursor { return web.NumberCursor(listFiles, int64(f.No)) })
	return &fileListAnswer{TransactionFileList{items, links}}, nil
}

type filePath struct {
	FileID string `path:"fileId" format:"uuid" doc:"Of the transaction file."`
}

type fileAnswer struct{ Body TransactionFile }

type fileStateAnswer struct{ Body FileState }

func (s *server) getFile(ctx context.Context, actor bank.Actor, in *filePath) (*fileStateAnswer, error) {
	id, err := web.IDOf(in.FileID, "fileId")
	if err != nil {
		return nil, err
	}
	f, err := s.Files.File(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.Files.Outcomes(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	progress, err := s.Files.Progress(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &fileStateAnswer{FileState{TransactionFile: fileFrom(f), Outcomes: sumsOf(outcomes),
		Progress: Progress{Stage: progress.Stage, Done: progress.Done, Total: progress.Total}}}, nil
}

func (s *server) validateFile(ctx context.Context, actor bank.Actor, in *filePath) (*fileAnswer, error) {
	id, err := web.IDOf(in.FileID, "fileId")
	if err != nil {
		return nil, err
	}
	f, err := s.Files.ValidateAgain(web.Answered(ctx, http.StatusAccepted, fileFrom), actor, id)
	if err != nil {
		return nil, err
	}
	return &fileAnswer{fileFrom(f)}, nil
}

// FileExecution is the file and, where a second person must agree first, what waits for them.
type FileExecution struct {
	File     TransactionFile `json:"file"`
	Approval *Approval       `json:"approval,omitempty" doc:"Waits; nothing has happened yet."`
}

type fileExecutionAnswer struct{ Body FileExecution }

func (s *server) executeFile(ctx context.Context, actor bank.Actor, in *filePath) (*fileExecutionAnswer, error) {
	id, err := web.IDOf(in.FileID, "fileId")
	if err != nil {
		return nil, err
	}
	answer := func(f bank.TransactionFile) FileExecution { return FileExecution{File: fileFrom(f)} }
	f, pending, err := s.Files.Execute(web.Answered(ctx, http.StatusAccepted, answer), actor, id)
	if err != nil {
		return nil, err
	}
	return &fileExecutionAnswer{FileExecution{fileFrom(f), approvalOf(pending)}}, nil
}
