package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestRoles changes a role on the command line: with a second person, and never so that nobody could change it back.
func TestRoles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ims.db")
	dsn := "sqlite:" + path
	done := func(args ...string) string { t.Helper(); return mustIMS(t, append(args, "--store", dsn)...) }
	refused := func(reason string, args ...string) {
		t.Helper()
		if code, _, told := ims(t.Context(), append(args, "--store", dsn)...); code != exitRefused || !strings.Contains(told, reason) {
			t.Fatalf("ims %s exits with %d: %s", strings.Join(args, " "), code, told)
		}
	}
	const ada, bob = "ada@example.test", "bob@example.test"
	done("migrate")
	done("customer", "create", "Example")
	done("operator", "invite", ada, "--role", "ADMIN")
	done("operator", "invite", bob, "--role", "ADMIN")
	if err := signedIn(path, ada, bob); err != nil {
		t.Fatal(err)
	}
	refused("nobody would be left", "role", "set", "ADMIN", "--forbid", "audit:read", "--as", ada)
	change := []string{"role", "set", "MANAGER", "--allow", "audit:read", "--forbid", "blocks:write", "--as", ada}
	refused("second person", change...)
	var waiting []approvalView
	decode(t, done("approval", "list", "-o", "json", "--as", bob), &waiting)
	if len(waiting) != 1 || waiting[0].Summary != "the role MANAGER gets audit:read loses blocks:write" {
		t.Fatalf("%+v waits", waiting)
	}
	done("approval", "approve", waiting[0].ID.String(), "--as", bob)
	done(change...)
	told := done("role", "list", "--as", ada)
	for line := range strings.SplitSeq(told, "\n") {
		if strings.HasPrefix(line, "MANAGER") && (!strings.Contains(line, "audit:read") || strings.Contains(line, "blocks:write")) {
			t.Error(line)
		}
	}
}
