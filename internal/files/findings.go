package files

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// domainFindings are the findings that need the registry, balances and earlier files. Errors and warnings are capped, each
// for itself, their counts are not.
type domainFindings struct {
	kept             []bankfile.Finding
	counts           map[bankfile.Code]int64
	errors, warnings int64
}

func (d *domainFindings) add(f bankfile.Finding) {
	if d.counts == nil {
		d.counts = map[bankfile.Code]int64{}
	}
	d.counts[f.Code]++
	if d.keeps(f.Severity) {
		d.kept = append(d.kept, f)
	}
	if f.Severity == bankfile.Error {
		d.errors++
	} else {
		d.warnings++
	}
}

// keeps tells whether the next finding of a severity will be kept.
func (d *domainFindings) keeps(s bankfile.Severity) bool {
	if s == bankfile.Error {
		return d.errors < bankfile.DefaultFindings
	}
	return d.warnings < bankfile.DefaultFindings
}

func (v *validation) totals(report *bankfile.Report) bank.FileTotals {
	t := bank.FileTotals{Records: int64(report.Records), Errors: int64(report.Errors) + v.domain.errors,
		Warnings: int64(report.Warnings) + v.domain.warnings, Encoding: report.Encoding.String(),
		ByKind: map[string]bank.Sum{}, Refused: bank.Sum{Count: int64(report.Refused.Count), Amount: report.Refused.Sum}, Codes: map[string]int64{}, Expected: v.file.Totals.Expected}
	for d, total := range report.Totals {
		if total.Count > 0 {
			name := bankfile.Direction(d).String()
			sum := t.ByKind[name]
			t.ByKind[name] = bank.Sum{Count: sum.Count + int64(total.Count), Amount: sum.Amount + total.Sum}
		}
	}
	if v.forecast != nil {
		t.Forecast = &v.forecast.FileForecast
	}
	for code, n := range report.Counts {
		t.Codes[string(code)] += int64(n)
	}
	for code, n := range v.domain.counts {
		t.Codes[string(code)] += n
	}
	return t
}

// findings merges what the reader and we found, errors first, then by line, those about the whole file in front; and adds
// to each the record it is about. The list is capped by both.
func (v *validation) findings(report *bankfile.Report) ([]bank.FileFinding, error) {
	all := slices.Concat(report.File, report.Findings, v.domain.kept)
	slices.SortStableFunc(all, func(a, b bankfile.Finding) int {
		about := func(f bankfile.Finding) int {
			if f.Code.AboutFile() {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(about(a), about(b)), cmp.Compare(a.Line, b.Line))
	})
	list, lines := make([]bank.FileFinding, len(all)), map[int][]int{}
	for i, f := range all {
		var err error
		if list[i], err = stored(f); err != nil {
			return nil, err
		}
		if f.Line > 0 {
			lines[f.Line] = append(lines[f.Line], i)
		}
	}
	return list, v.excerpts(all, list, lines)
}

// stored is a finding as it is kept: as data, and in English for whoever knows no more of it.
func stored(f bankfile.Finding) (bank.FileFinding, error) {
	severity := "WARNING"
	if f.Severity == bankfile.Error {
		severity = "ERROR"
	}
	params, err := json.Marshal(f.Params)
	return bank.FileFinding{Line: int64(f.Line), Field: f.Field, Element: f.Element, Code: string(f.Code), Severity: severity, Value: f.Value,
		Params: string(params), Message: f.Message("en")}, err
}

// told is a stored finding in a language.
func told(f bank.FileFinding, lang string) (bank.FileFinding, error) {
	if f.Params == "" {
		return f, nil
	}
	x := bankfile.Finding{Code: bankfile.Code(f.Code), Line: int(f.Line), Field: f.Field, Element: f.Element, Value: f.Value}
	if err := json.Unmarshal([]byte(f.Params), &x.Params); err != nil {
		return f, fmt.Errorf("figures of a finding %s: %w", f.Code, err)
	}
	f.Message = x.Message(lang)
	return f, nil
}

// excerpts reads the file once more, as far as there are findings about records, and gives each its record; lines are the
// findings of each line. Most files have none, and nobody knows which records will be needed before all are judged together.
func (v *validation) excerpts(all []bankfile.Finding, list []bank.FileFinding, lines map[int][]int) error {
	if len(lines) == 0 {
		return nil
	}
	r, err := v.s.reader(v.ctx, v.file, v.account.Format, v.options)
	if err != nil {
		return fmt.Errorf("read records of findings: %w", err)
	}
	defer r.Close()
	for len(lines) > 0 {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read records of findings: %w", err)
		}
		for _, i := range lines[record.Line] {
			list[i].Record, list[i].From, list[i].To = record.Excerpt(r.Encoding(), all[i], bank.MaxFindingRecord)
		}
		delete(lines, record.Line)
	}
	return nil
}

// Findings lists a file's findings behind a sequence number (from 1), errors first, their messages in "pl", or in English
// for any other language.
func (s *Service) Findings(ctx context.Context, actor bank.Actor, id bank.ID, lang string, after int64, limit int) (list []bank.FileFinding, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.File(actor.Customer, id)
		if err != nil {
			return noFile(err)
		}
		list, err = findingsOf(tx, f, lang, after, limit)
		return err
	})
	return list, err
}

func findingsOf(tx *store.Tx, f bank.TransactionFile, lang string, after int64, limit int) ([]bank.FileFinding, error) {
	list, err := tx.Findings(f.Customer, f.No, after, limit)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i], err = told(list[i], lang); err != nil {
			return nil, err
		}
	}
	return list, nil
}
