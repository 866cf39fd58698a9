package files_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the reports of the damaged files anew")

// damagedFiles are three files with what a clerk meets, in three encodings, with what is told about them.
const damagedFiles = "../../examples/damaged-files"

// TestDamagedFiles: the report of each file, in Polish, is what a clerk can act on, as committed; the encoding is found; and
// the rejected records are lines of the file, as received.
func TestDamagedFiles(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.Strict)
	for _, account := range []string{"40111111117700000000000001", "13111111117700000000000002", "83111111117700000000000003",
		"56111111117700000000000004", "29111111117700000000000005", "02111111117700000000000006", "72111111117700000000000007"} {
		s.numbered(account)
	}
	for name, encoding := range map[string]string{"2026-11-20-cp1250": "windows-1250", "2026-11-20-cp852": "IBM852", "2026-11-20-iso-8859-2": "ISO-8859-2"} {
		content, err := os.ReadFile(filepath.Join(damagedFiles, name+".pli"))
		must(t, err)
		f := s.validated(name+".pli", string(content))
		if f.Status != bank.FileInvalid || f.Totals.Encoding != encoding {
			t.Errorf("%s: %s, %s", name, f.Status, f.Totals.Encoding)
		}
		compareGolden(t, name+".report.csv", strings.ReplaceAll(s.written(f, files.ReportCSV, "pl"), f.ID.String(), "00000000-0000-0000-0000-000000000000"))
		var rejected bytes.Buffer
		must(t, s.files.WriteRejectedRecords(context.Background(), s.actor, f.ID, &rejected))
		compareGolden(t, name+".rejected.pli", rejected.String())
		for line := range bytes.Lines(rejected.Bytes()) {
			if !bytes.Contains(content, line) {
				t.Errorf("%s: rejected %q, which is no line of the file", name, line)
			}
		}
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(damagedFiles, name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-committed +written):\n%s", name, diff)
	}
}
