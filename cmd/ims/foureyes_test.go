package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestOneAdminIsLeft: where one of two ADMINs is locked, the other can approve nothing that they asked for. Whoever holds
// the store asks for them, so that the customer is not lost, and may no more once there are two.
func TestOneAdminIsLeft(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ims.db")
	dsn := "sqlite:" + path
	refused := func(reason string, args ...string) {
		t.Helper()
		if code, _, told := ims(t.Context(), append(args, "--store", dsn)...); code != exitRefused || !strings.Contains(told, reason) {
			t.Fatalf("ims %s exits with %d: %s", strings.Join(args, " "), code, told)
		}
	}
	done := func(args ...string) string { t.Helper(); return mustIMS(t, append(args, "--store", dsn)...) }
	const ada, bob = "ada@example.test", "bob@example.test"
	waiting := func() string {
		t.Helper()
		var list []approvalView
		decode(t, done("approval", "list", "-o", "json"), &list)
		if len(list) != 1 {
			t.Fatalf("%d approvals wait", len(list))
		}
		return list[0].ID.String()
	}
	done("migrate")
	done("customer", "create", "Example")
	done("operator", "invite", ada, "--role", "ADMIN")
	done("operator", "invite", bob, "--role", "ADMIN")
	if err := signedIn(path, ada, bob); err != nil {
		t.Fatal(err)
	}
	refused("say who acts", "operator", "unlock", bob)
	done("operator", "lock", bob, "--as", ada)

	refused("second person", "operator", "unlock", bob, "--as", ada)
	refused("requested by you", "approval", "approve", waiting(), "--as", ada)
	done("approval", "reject", waiting(), "--reason", "withdrawn", "--as", ada)
	refused("second person", "operator", "unlock", bob)
	refused("say who acts", "customer", "set", "--four-eyes=off")
	done("approval", "approve", waiting(), "--as", ada)
	done("operator", "unlock", bob)
	refused("say who acts", "operator", "invite", "eve@example.test", "--role", "ADMIN")
}
