package bank_test

import (
	"errors"
	"slices"
	"testing"

	"ims/internal/bank"
)

// TestMay: an empty list means nobody, a permission is never another's prefix, and only the system needs none.
func TestMay(t *testing.T) {
	for _, p := range bank.AllPermissions() {
		for _, kind := range []bank.ActorKind{bank.ActorOperator, bank.ActorCertificate, ""} {
			nobody := bank.Actor{Kind: kind, Name: "ada@example.test"}
			if err := nobody.May(p); !errors.Is(err, bank.ErrForbidden) {
				t.Errorf("%q without permissions may %s: %v", kind, p, err)
			}
			others := slices.DeleteFunc(bank.AllPermissions(), func(q bank.Permission) bool { return p == q })
			if err := (bank.Actor{Kind: kind, Permissions: others}).May(p); !errors.Is(err, bank.ErrForbidden) {
				t.Errorf("%q with all others may %s: %v", kind, p, err)
			}
			if err := (bank.Actor{Kind: kind, Permissions: []bank.Permission{p}}).May(p); err != nil {
				t.Errorf("%q may not %s: %v", kind, p, err)
			}
		}
		if err := bank.System(1, "worker").May(p); err != nil {
			t.Errorf("the system may not %s: %v", p, err)
		}
	}
}

// TestSelf: only an end user is one, and has no permission by that.
func TestSelf(t *testing.T) {
	user := bank.NewID()
	if got, err := (bank.Actor{Kind: bank.ActorEndUser, User: user}).Self(); err != nil || got != user {
		t.Errorf("an end user is %v, %v", got, err)
	}
	for _, a := range []bank.Actor{{}, {Kind: bank.ActorEndUser}, {Kind: bank.ActorOperator, User: user}, bank.System(1, "worker")} {
		if _, err := a.Self(); !errors.Is(err, bank.ErrForbidden) {
			t.Errorf("%+v is an end user: %v", a, err)
		}
	}
}

// TestDefaultRoles restates the table of roles.
func TestDefaultRoles(t *testing.T) {
	everyone := []bank.Permission{bank.PermUsersRead, bank.PermHistoryRead, bank.PermBalancesWrite}
	managers := []bank.Permission{bank.PermUsersWrite, bank.PermIBANsIssue, bank.PermBlocksWrite, bank.PermOperatorsRead, bank.PermOperatorsWrite}
	for _, p := range bank.AllPermissions() {
		for role, want := range map[bank.Role]bool{
			bank.Employee: slices.Contains(everyone, p),
			bank.Manager:  slices.Contains(everyone, p) || slices.Contains(managers, p),
			// To be signed in as an end user is to be that end user; who may read a name need not ask for it.
			bank.Admin: p != bank.PermSessionsWrite && p != bank.PermPayeesVerify,
		} {
			if got := slices.Contains(bank.DefaultPermissions(role), p); got != want {
				t.Errorf("%s may %s: %t", role, p, got)
			}
		}
	}
	for _, wrong := range []bank.Role{"", "admin", "ROOT"} {
		if wrong.Known() {
			t.Errorf("role %q is known", wrong)
		}
	}
}

// TestCertificatesCannotMoveFiles: files and items must be granted by name, and what only the institution may do counts for
// operators of its own.
func TestCertificatesCannotMoveFiles(t *testing.T) {
	byName := []bank.Permission{bank.PermFilesRead, bank.PermFilesUpload, bank.PermFilesExecute, bank.PermItemsDecide,
		bank.PermCustomerWrite, bank.PermOperatorsRead, bank.PermOperatorsWrite}
	for _, p := range bank.CertificatePermissions() {
		if slices.Contains(byName, p) {
			t.Errorf("a new certificate may %s", p)
		}
	}
	for _, p := range []bank.Permission{bank.PermFilesRead, bank.PermFilesUpload, bank.PermFilesExecute, bank.PermFundsRead, bank.PermItemsDecide} {
		if !bank.InstitutionOnly(p) {
			t.Errorf("%s counts for every operator", p)
		}
	}
	if bank.InstitutionOnly(bank.PermUsersRead) {
		t.Error("only the institution may read end users")
	}
}
