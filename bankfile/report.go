package bankfile

import (
	"math"
	"slices"
)

// Total is a number of records and the sum of their amounts in minor units. Overflow says that the sum is
// beyond int64 and means nothing.
type Total struct {
	Count    int
	Sum      int64
	Overflow bool
}

func (t *Total) add(amount int64) {
	t.Count++
	if t.Sum > math.MaxInt64-amount {
		t.Overflow = true
	}
	if !t.Overflow {
		t.Sum += amount
	}
}

// Report says what a file as a whole is. It is complete after [Reader.Next] has returned io.EOF.
type Report struct {
	Complete bool // the file was read to its end, or as far as it is worth reading
	Encoding Encoding
	Bytes    int64 // read; one window above the limit at most where the file is too large
	Lines    int   // physical lines
	Records  int   // all, also those with errors
	Accepted int   // those without an error

	Totals  [Directions]Total // of the accepted records, by direction
	Refused Total             // of the records with an error, as far as amounts were readable
	All     Total             // of both together

	File     []Finding    // about the file, codes file.*, at most Limits.Findings and one error; Line is 0 or the line that shows it
	Findings []Finding    // about lines, at most Limits.Findings, errors before warnings, then by line
	Counts   map[Code]int // of every code, complete whatever was kept
	Errors   int          // complete
	Warnings int          // complete
}

// Executable reports whether the file may be executed under strict acceptance: it was read to its end
// and there is no error in it.
func (r *Report) Executable() bool { return r.Complete && r.Errors == 0 }

// Damaged reports whether the file cannot be trusted as a whole, so that also an acceptance by record
// must refuse it: it is something else, it is torn, it broke a limit, it is not what was announced, or
// nothing in it is free of errors.
func (r *Report) Damaged() bool { return HasError(r.File) }

// tally collects the findings of a file. Errors and warnings are kept apart so that many warnings
// cannot crowd out an error.
type tally struct {
	keep             int
	file             []Finding
	damaged          bool // there is an error in file
	errors, warnings []Finding
	counts           map[Code]int
	nErrors, nWarns  int
}

func (t *tally) add(f Finding) {
	if t.counts == nil {
		t.counts = make(map[Code]int)
	}
	t.counts[f.Code]++
	list := &t.warnings
	if f.Severity == Error {
		list = &t.errors
		t.nErrors++
	} else {
		t.nWarns++
	}
	switch {
	case f.Code.AboutFile():
		t.addFile(f)
	case len(*list) < t.keep:
		*list = append(*list, f)
	}
}

// addFile keeps as many findings about the file as about lines, and in any case one error: it says that the file is damaged.
func (t *tally) addFile(f Finding) {
	if len(t.file) < t.keep || f.Severity == Error && !t.damaged {
		t.file = append(t.file, f)
		t.damaged = t.damaged || f.Severity == Error
	}
}

// kept returns the errors and, as far as there is room, the warnings, each in the order of the file.
func (t *tally) kept() []Finding {
	room := min(t.keep-len(t.errors), len(t.warnings))
	return slices.Concat(t.errors, t.warnings[:room])
}
