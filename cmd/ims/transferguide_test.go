package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestTransferGuide runs every command of docs/transfers.md beside a demonstration that is served.
func TestTransferGuide(t *testing.T) {
	t.Parallel()
	dir, _, balance := demonstrated(t)
	s := startService(t, dir)
	blocks := shellBlocks(t, filepath.Join("..", "..", "docs", "transfers.md"))
	said := typed(t, dir, s.api, "BALANCE_ID="+balance.ID.String()+"\n"+strings.Join(blocks, "\necho\n"))
	if strings.Contains(said, `"requestId":`) {
		t.Errorf("a command of the guide is refused:\n%s", said)
	}
	tells(t, said, `"status":"HELD"`, `"bankReference":"IMS`, `"steps":\[`, `"status":"CANCELLED"`)
}
