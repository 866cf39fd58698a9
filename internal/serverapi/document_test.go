package serverapi

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/api"
	"ims/internal/bank"
	"ims/internal/web"
	"ims/internal/web/webtest"
)

var update = flag.Bool("update", false, "write the document anew")

const committed = "../../api/server.yaml"

func TestDocumentIsCommitted(t *testing.T) {
	text, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(committed, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(text, api.Server) {
		t.Errorf("api/server.yaml is not what the code says; go generate ./api writes it\n%s", cmp.Diff(string(api.Server), string(text)))
	}
}

// TestDocumentIsValid includes the examples: kin-openapi holds each to its schema.
func TestDocumentIsValid(t *testing.T) {
	document := contract(t)
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	webtest.Explained(t, document)
}

// TestEveryRouteDeclaresItsPermission is the guard: a row without a permission, or with one that nobody can grant, would be
// open to every certificate.
func TestEveryRouteDeclaresItsPermission(t *testing.T) {
	open := map[string]bank.Permission{"whoami": anyCertificate, "listApprovals": anyCertificate, "health": anybody, "ready": anybody,
		"getDocument": anybody}
	for _, r := range routes() {
		want, exempt := open[r.id]
		switch {
		case exempt && r.need != want:
			t.Errorf("%s needs %q, want %q", r.id, r.need, want)
		case !exempt && !slices.Contains(bank.AllPermissions(), r.need):
			t.Errorf("%s needs %q, which is no permission", r.id, r.need)
		}
		if secure := strings.HasPrefix(r.path, "/secure/"); secure != r.secured() {
			t.Errorf("%s: %s is secured: %v", r.id, r.path, r.secured())
		}
		o := web.OperationAt(newServer(Config{}, routes()).api.OpenAPI(), r.method, r.path)
		if o == nil || o.Extensions[permissionExtension] != string(r.need) {
			t.Errorf("%s: the document does not tell the permission", r.id)
		}
	}
}

// TestEveryPostTakesAKey: whoever did not hear the answer to a change may always ask again. A session token alone is not
// kept to be told twice; another session in its place does no harm.
func TestEveryPostTakesAKey(t *testing.T) {
	changesNothing, tellsASecret := []string{"testNotificationEndpoint", "verifyPayee"}, "createSession"
	for _, r := range routes() {
		if (r.method == http.MethodPost && !slices.Contains(changesNothing, r.id) && r.id != tellsASecret) != (r.key != keyIgnored) {
			t.Errorf("%s: %s, key rule %d", r.id, r.method, r.key)
		}
	}
}

// TestMoneyNeedsAKey guards what must never be done twice.
func TestMoneyNeedsAKey(t *testing.T) {
	for _, r := range routes() {
		if (r.need == bank.PermMoneyPost || r.id == "orderTransfer") != (r.key == keyRequired) {
			t.Errorf("%s: permission %s, key rule %d", r.id, r.need, r.key)
		}
	}
}
