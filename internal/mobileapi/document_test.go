package mobileapi

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/api"
	"ims/internal/web/webtest"
)

var update = flag.Bool("update", false, "write the document anew")

const committed = "../../api/mobile.yaml"

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
	if !bytes.Equal(text, api.Mobile) {
		t.Errorf("api/mobile.yaml is not what the code says; go generate ./api writes it\n%s", cmp.Diff(string(api.Mobile), string(text)))
	}
}

// TestDocumentIsValid includes the examples: kin-openapi holds each to its schema.
func TestDocumentIsValid(t *testing.T) {
	contract := webtest.Load(t, api.Mobile)
	if err := contract.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	webtest.Explained(t, contract)
}

// TestTags: the reference shows what belongs together in the order of the table.
func TestTags(t *testing.T) {
	var want, got []string
	for _, r := range routes() {
		if !slices.Contains(want, r.tag) {
			want = append(want, r.tag)
		}
	}
	for _, tag := range webtest.Load(t, api.Mobile).Tags {
		got = append(got, tag.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEveryRouteNeedsASession is the guard: two rows are open, and say so in the document.
func TestEveryRouteNeedsASession(t *testing.T) {
	open := map[string]bool{"createSession": true, "getDocument": true}
	contract := webtest.Load(t, api.Mobile)
	for _, r := range routes() {
		if r.open != open[r.id] {
			t.Errorf("%s is open: %v", r.id, r.open)
		}
		if err := r.check(t.Context()); (err == nil) != r.open {
			t.Errorf("%s lets in whoever has no session: %v", r.id, err)
		}
		if !Serves(r.path) || !strings.HasPrefix(r.path, root+"/") && r.path != document {
			t.Errorf("%s: %s is not of this API", r.id, r.path)
		}
		o := contract.Paths.Value(r.path).GetOperation(r.method)
		if o == nil || (len(*o.Security) == 0) != r.open {
			t.Errorf("%s: the document does not tell that it needs a session", r.id)
		}
	}
	for _, path := range []string{"/", "/mobiles", "/secure/mobile", "/openapi/server.yaml", "/problems/invalid"} {
		if Serves(path) {
			t.Errorf("%s is of this API", path)
		}
	}
}
