package history

import (
	"context"
	"io"

	"ims/internal/bank"
)

// StatementForm is the form of a statement as a document.
type StatementForm string

// The forms of statements.
const (
	StatementCSV   StatementForm = "csv"
	StatementXLSX  StatementForm = "xlsx"
	StatementPDF   StatementForm = "pdf"
	StatementCamt  StatementForm = "camt053" // camt.053.001.08
	StatementMT940 StatementForm = "mt940"
)

// statementForms are the forms with what a download of each is called.
var statementForms = map[StatementForm]struct {
	mediaType, extension string
	begin                func(io.Writer, speech) statementSheet
}{
	StatementCSV:   {"text/csv", ".csv", newStatementCSV},
	StatementXLSX:  {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", newStatementXLSX},
	StatementPDF:   {"application/pdf", ".pdf", newStatementPDF},
	StatementCamt:  {"application/xml", ".xml", newStatementCamt},
	StatementMT940: {"application/x-mt940", ".sta", newStatementMT940},
}

// StatementForms lists the forms, the one for programs first.
func StatementForms() []StatementForm {
	return []StatementForm{StatementCSV, StatementXLSX, StatementPDF, StatementCamt, StatementMT940}
}

// MediaType is what a statement of this form is sent as; empty for a form that is none.
func (f StatementForm) MediaType() string { return statementForms[f].mediaType }

// Extension is how the name of a file of this form ends.
func (f StatementForm) Extension() string { return statementForms[f].extension }

// statementSheet writes one statement.
type statementSheet interface {
	begin(*Statement) error
	line(*Row) error
	end() error
	discard() // gives up what is held besides memory
}

// WriteStatement writes a statement as a document of one form with words in "pl" or English, as ReadStatement reads it; an
// error behind the first byte means that the document is broken off. A PDF takes at most MostPDFLines lines.
func (s *Service) WriteStatement(ctx context.Context, actor bank.Actor, balance bank.ID, p Period, form StatementForm, lang string, w io.Writer) error {
	f, ok := statementForms[form]
	if !ok {
		return bank.ErrInvalid.With("there is no statement of the form %q", form)
	}
	out := f.begin(w, speechOf(lang))
	defer out.discard()
	err := s.ReadStatement(ctx, actor, balance, p, out.begin, func(r Row) error { return out.line(&r) })
	if err != nil {
		return err
	}
	return out.end()
}
