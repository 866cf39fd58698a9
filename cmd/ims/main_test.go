package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ims/internal/store"
	"ims/internal/store/sqlite"
	"ims/internal/store/storetest"
)

// TestMain lets the test binary be the program, so that the scripts run the real main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ims": main})
}

// TestScripts runs what a user types, and compares what a user sees.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"field": field,
			"csr":   writeCSR,
			"come":  come,
		},
	})
}

// exits runs a command that must end with the given code: exits 2 ims iban.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = failed.ExitCode()
	}
	if code != want {
		ts.Fatalf("%s exits with %d, want %d", strings.Join(args[1:], " "), code, want)
	}
}

// field puts a value of the last JSON answer into a variable: field BALANCE items.0.id.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field VARIABLE PATH")
	}
	var value any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	d.UseNumber()
	ts.Check(d.Decode(&value))
	for key := range strings.SplitSeq(args[1], ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			value = v[i]
		}
	}
	if value == nil {
		ts.Fatalf("the answer has no %s", args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}

// writeCSR writes a certificate request with a fresh key: csr FILE CN.
func writeCSR(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: csr FILE CN")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: args[1]}}, key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), 0o600))
}

// come lets operators of the first customer have signed in to the panel: come EMAIL...
func come(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: come EMAIL...")
	}
	ts.Check(signedIn(ts.MkAbs("ims.db"), args...))
}

// signedIn is come for the SQLite store at a path.
func signedIn(path string, emails ...string) error {
	db, err := store.Open(context.Background(), sqlite.Engine{Path: path}, store.SealKey{})
	if err != nil {
		return err
	}
	return errors.Join(storetest.Come(db, 1, emails...), db.Close())
}

// ims runs a command inside this process and returns its exit code, standard output and standard error.
func ims(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = run(ctx, args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// mustIMS is ims for commands that must succeed.
func mustIMS(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := ims(t.Context(), args...)
	if code != exitDone {
		t.Fatalf("ims %s exits with %d: %s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}
