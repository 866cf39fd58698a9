package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMobileGuide runs every command of docs/mobile-api.md as one script, beside a demonstration that is served: from the
// certificate to a session token, by both ways, to the end user's IBANs.
func TestMobileGuide(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "openssl", "basenc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	dir, dsn, balance := demonstrated(t)
	var users []userView
	decode(t, mustIMS(t, "user", "list", "--store", dsn, "-o", "json"), &users)
	s := startService(t, dir)
	blocks := shellBlocks(t, filepath.Join("..", "..", "docs", "mobile-api.md"))
	if len(blocks) != 5 {
		t.Fatalf("the guide has %d blocks", len(blocks))
	}
	c := exec.Command("sh", "-euc", strings.Join(blocks, "\n"))
	c.Dir = dir
	c.Env = append(os.Environ(), "IMS=https://"+s.api, "USER_ID="+users[0].ID.String())
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := strings.Count(string(out), `"iban":"`+balance.IBAN+`"`); n != 3 { // getIbanMobile of all, of one balance, and by assertion
		t.Errorf("the IBAN %s is told %d times in\n%s", balance.IBAN, n, out)
	}
	if !strings.Contains(string(out), `"type":"TRANSFER_IN"`) {
		t.Errorf("no history in\n%s", out)
	}
	anybody := s.caller(false)
	if status, body := get(t, anybody, "https://"+s.api+"/mobile/balances"); status != 401 {
		t.Errorf("without a token: %d %s", status, body)
	}
	for _, path := range []string{"/openapi/mobile.yaml", "/openapi/server.yaml", "/docs", "/problems/assertion-refused"} {
		if status, body := get(t, anybody, "https://"+s.api+path); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := get(t, anybody, "https://"+s.api+"/mobile/../secure/whoami"); status != 401 {
		t.Errorf("a way around the certificate: %d %s", status, body)
	}
}
