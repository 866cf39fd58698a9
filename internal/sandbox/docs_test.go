package sandbox_test

import (
	"os"
	"strings"
	"testing"

	"ims/iban"
)

// published reads the rows of the tables in docs/sandbox.md whose first cell fits.
func published(t *testing.T, fits func(cells []string) bool) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if fits(cells) {
			rows = append(rows, cells)
		}
	}
	return rows
}

// TestPublishedIBANs holds the published numbers to their word.
func TestPublishedIBANs(t *testing.T) {
	quoted := func(cells []string, n int) bool { return len(cells) == n && len(cells[0]) > 10 && cells[0][0] == '`' }
	valid := published(t, func(cells []string) bool {
		return quoted(cells, 2) && !strings.Contains(cells[1], "transfer") && isUpper(cells[0])
	})
	invalid := published(t, func(cells []string) bool { return quoted(cells, 3) })
	if len(valid) < 10 || len(invalid) < 8 {
		t.Fatalf("%d valid and %d invalid ones are published", len(valid), len(invalid))
	}
	for _, row := range valid {
		if _, err := iban.Parse(strings.Trim(row[0], "`")); err != nil {
			t.Errorf("%s: %v", row[0], err)
		}
	}
	for _, row := range invalid {
		faults := iban.Check(strings.Trim(row[0], "`")).Faults
		if len(faults) != 1 || string(faults[0].Kind) != row[1] {
			t.Errorf("%s: %+v, published is %s", row[0], faults, row[1])
		}
	}
}

func isUpper(cell string) bool { return cell == strings.ToUpper(cell) }
