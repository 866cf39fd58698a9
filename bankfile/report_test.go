package bankfile

import "testing"

// TestFileFindingsAreCapped: a hostile file with a mistake on every line costs no memory, and that it is damaged is told even
// where many warnings came first.
func TestFileFindingsAreCapped(t *testing.T) {
	count := tally{keep: 10}
	for line := range 1000 {
		count.add(Finding{Code: FileFieldUnknown, Severity: Warning, Line: line})
	}
	for line := range 1000 {
		count.add(Finding{Code: FileMalformed, Severity: Error, Line: line})
	}
	if len(count.file) != 11 || !HasError(count.file) || count.nErrors != 1000 || count.counts[FileFieldUnknown] != 1000 {
		t.Errorf("%d kept, %d errors, %v", len(count.file), count.nErrors, count.counts)
	}
}
