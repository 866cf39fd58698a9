package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnboardingGuide runs every command of docs/onboarding.md, the openssl one as well, as one script in one folder: whoever
// follows the page has a customer whose checklist is complete.
func TestOnboardingGuide(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: scripts/install does it")
	}
	dir := t.TempDir()
	script := strings.Join(shellBlocks(t, filepath.Join("..", "..", "docs", "onboarding.md")), "")
	if n := strings.Count(script, "ims "); n < 15 || !strings.Contains(script, "openssl req") {
		t.Fatalf("the guide has %d commands:\n%s", n, script)
	}
	c := exec.Command("sh", "-eu", "-c", script)
	c.Dir = dir
	c.Env = append(os.Environ(), "PATH="+filepath.Dir(buildProgram(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"AUTOMATIC  on         on        MANAGER,ADMIN", "V-ExamplePay-Backend", "ops@example-pay.example", "which is SETUP", "0 of 2 ADMINs have signed in"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	verify := exec.Command("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "ca.pem", "client.pem")
	verify.Dir = dir
	if out, err := verify.CombinedOutput(); err != nil {
		t.Errorf("openssl verify: %v\n%s", err, out)
	}
}

// shellBlocks are the blocks of a page that begin with ```sh.
func shellBlocks(t *testing.T, page string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(text), "```") {
		if block, ok := strings.CutPrefix(part, "sh\n"); ok && i%2 == 1 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}
