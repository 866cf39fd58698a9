package pli

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"ims/bankfile"
)

// TestEveryRuleFires: each rule about a line is broken by some line of the samples or of the rules' cases; a rule nobody can
// break is a rule nobody checks.
func TestEveryRuleFires(t *testing.T) {
	fired := map[bankfile.Code]int{}
	for _, s := range samples(t) {
		maps.Copy(fired, readAll(t, append(s.line, "\r\n"...), sampleOptions()).report.Counts)
	}
	for _, c := range ruleCases {
		maps.Copy(fired, readAll(t, change(t, c.sample, c.change), sampleOptions()).report.Counts)
	}
	elsewhere := []bankfile.Code{ // of files, and of what a dialect means by 2xx
		bankfile.RecordBlankLine, bankfile.RecordTooLong, bankfile.RecordTypeDirection, bankfile.RecordDDStructure,
	}
	list := bankfile.Codes()
	first, last := slices.Index(list, bankfile.RecordBlankLine), slices.Index(list, bankfile.RecordNIPChecksum)
	for _, c := range append(list[first:last+1], bankfile.DomainNoOwnAccount, bankfile.DomainMasterAccountUnallocated) {
		if fired[c] == 0 && !slices.Contains(elsewhere, c) {
			t.Errorf("%s never fires", c)
		}
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
