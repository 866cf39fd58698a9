package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs every line of the README that calls the program, in its order, beside a demonstration: what a newcomer
// types first must work as it stands there. The benchmark alone is left out, for its length.
func TestReadme(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(buildProgram(t), filepath.Join(dir, "bin", "ims")); err != nil {
		t.Fatal(err)
	}
	lines := readmeCommands(t)
	if len(lines) < 5 {
		t.Fatalf("the README has %d commands", len(lines))
	}
	for _, line := range append([]string{"bin/ims demo --once"}, lines...) {
		c := exec.Command("sh", "-c", line)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}

func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		command, _, _ := strings.Cut(line, "#")
		if strings.HasPrefix(command, "bin/ims ") && !strings.HasPrefix(command, "bin/ims bench") {
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	return commands
}
