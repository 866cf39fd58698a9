package pli

import (
	"maps"

	"strings"
	"testing"

	"ims/bankfile"
)

// TestEveryRuleFires: each code that this package raises is raised by some test file below testdata or
// by a line made here; a rule nobody can break is a rule nobody checks.
func TestEveryRuleFires(t *testing.T) {
	fired := map[bankfile.Code]int{}
	for _, s := range samples(t) {
		maps.Copy(fired, readAll(t, append(s.line, "\r\n"...), sampleOptions()).report.Counts)
	}
	for _, c := range []bankfile.Code{bankfile.RecordTypeMissing, bankfile.RecordAmountFormat, bankfile.DomainNoOwnAccount, bankfile.DomainMasterAccountUnallocated} {
		if fired[c] == 0 {
			t.Errorf("%s never fires in the samples", c)
		}
	}
	if len(fired) < 50 {
		t.Errorf("the samples raise %d codes only", len(fired))
	}
}

// TestNoMessageHasGaps: whatever a sample raises reads well in both languages, nothing left to fill.
func TestNoMessageHasGaps(t *testing.T) {
	for _, s := range samples(t) {
		for _, f := range readAll(t, append(s.line, "\r\n"...), sampleOptions()).report.Findings {
			for _, lang := range []string{"en", "pl"} {
				if m := f.Message(lang); strings.ContainsAny(m, "{}") || strings.Contains(m, "“”") || strings.Contains(m, "„”") {
					t.Errorf("%s: %s", s.name, m)
				}
			}
		}
	}
}
