package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuickstart is a newcomer: they type what the demonstration tells them at its end, and then every command of
// docs/quickstart.md; getIban answers each time, and with a session token too.
func TestQuickstart(t *testing.T) {
	t.Parallel()
	clone := t.TempDir()
	sdks, err := filepath.Abs(filepath.Join("..", "..", "sdk"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(sdks, filepath.Join(clone, "sdk")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(clone, "demo")
	s := startCommand(t, dir, "demo", "--dir", dir)
	told := typed(t, clone, s.api, s.commands(t))
	if n := strings.Count(told, `"ibanFormatted":"PL`); n != 2 || !strings.Contains(told, `"amount":{"amount":5000,"currency":"PLN"}`) {
		t.Errorf("what the demonstration tells answers with %d IBANs, want 2, and a bonus:\n%s", n, told)
	}
	answers := typed(t, clone, s.api, strings.Join(shellBlocks(t, filepath.Join("..", "..", "docs", "quickstart.md")), "\n"))
	if n := strings.Count(answers, `"ibanFormatted":"PL`); n != 2 {
		t.Errorf("docs/quickstart.md answers with %d IBANs, want 2:\n%s", n, answers)
	}
	tells(t, answers, `PL\d\d( \d{4}){6}\n$`) // of the program in Go
}

// commands are what a demonstration that serves has told to type, but for its own.
func (s *serving) commands(t *testing.T) string {
	t.Helper()
	s.log.await(t, "for a browser:")
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	var lines []string
	for _, line := range s.log.lines {
		if strings.HasPrefix(line, "  curl ") || strings.HasPrefix(line, "  TOKEN=") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// typed runs commands in a folder as somebody at a shell does, and returns what they said.
func typed(t *testing.T, folder, api, script string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") == "" {
		t.Skip("curl is not installed; scripts/install installs it")
	}
	c := exec.Command("sh", "-euc", script)
	c.Dir = folder
	c.Env = append(os.Environ(), "IMS=https://"+api, "GOFLAGS=-buildvcs=false")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
