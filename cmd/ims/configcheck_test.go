package main

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ims/internal/store/storetest"
)

// checking runs ims config check on a folder and returns what it found by check; ports are free ones unless args name others.
func checking(t *testing.T, want int, args ...string) map[string][]finding {
	t.Helper()
	args = append([]string{"config", "check", "-o", "json", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--host-names", "127.0.0.1"}, args...)
	code, stdout, stderr := ims(t.Context(), args...)
	var answer checked
	decode(t, stdout, &answer)
	if code != want || answer.OK != (want == exitDone) {
		t.Errorf("%q exits with %d: %s%s", args, code, stdout, stderr)
	}
	found := map[string][]finding{}
	for _, f := range answer.Checks {
		found[f.Check] = append(found[f.Check], f)
		if f.Verdict != verdictOK && f.Remedy == "" {
			t.Errorf("%s: %s without a remedy", f.Check, f.Detail)
		}
	}
	return found
}

// judged fails unless a check came to a verdict.
func judged(t *testing.T, found map[string][]finding, check, verdict string) {
	t.Helper()
	for _, f := range found[check] {
		if f.Verdict == verdict {
			return
		}
	}
	t.Errorf("no %q of %q among %+v", verdict, check, found)
}

// TestConfigCheck: a store that is fit to serve passes, and each thing that is wrong is told by its name.
func TestConfigCheck(t *testing.T) {
	t.Parallel()
	dir, dsn, _ := demonstrated(t)
	found := checking(t, exitDone, "--store", dsn)
	for _, check := range []string{"key", "database file", "store", "database", "durability", "clock", "schema", "authority", "certificates",
		"api listener", "admin listener", "host name", "notifications"} {
		judged(t, found, check, verdictOK)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := gone.Addr().String()
	_ = gone.Close() // never fails
	otherKey, noKey := filepath.Join(dir, "other.key"), filepath.Join(dir, "torn.key")
	for path, text := range map[string]string{otherKey: strings.Repeat("ab", 32), noKey: "ab"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	empty := filepath.Join(t.TempDir(), "ims.db")
	for _, c := range []struct {
		args           []string
		check, verdict string
	}{
		{[]string{"--listen", taken.Addr().String()}, "api listener", verdictFail},
		{[]string{"--admin-listen", taken.Addr().String()}, "admin listener", verdictFail},
		{[]string{"--listen", "192.0.2.1:8443"}, "api listener", verdictFail},
		{[]string{"--admin-listen", ":0"}, "admin listener", verdictWarn},
		{[]string{"--key", otherKey}, "key", verdictFail},
		{[]string{"--key", noKey}, "key", verdictFail},
		{[]string{"--key", filepath.Join(dir, "none")}, "key", verdictFail},
		{[]string{"--store", "sqlite:" + empty, "--key", otherKey}, "database file", verdictFail},
		{[]string{"--host-names", "nowhere.invalid"}, "host name", verdictWarn},
		{[]string{"--trusted-proxy", "0.0.0.0/0"}, "trusted proxy", verdictFail},
		{[]string{"--trusted-proxy", "10.0.0.0/8"}, "trusted proxy", verdictWarn},
		{[]string{"--trusted-proxy", "10.1.2.3/32"}, "trusted proxy", verdictOK},
		{[]string{"--notify-private"}, "notifications", verdictWarn},
		{[]string{"--trace-endpoint", "http://" + taken.Addr().String()}, "traces", verdictOK},
		{[]string{"--trace-endpoint", "http://" + nobody}, "traces", verdictWarn},
	} {
		code := exitDone
		if c.verdict == verdictFail {
			code = exitRefused
		}
		judged(t, checking(t, code, append([]string{"--store", dsn}, c.args...)...), c.check, c.verdict)
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("a check made a store")
	}
}

// TestConfigCheckOfFilesAndService: files that others can read, and a service that runs already.
func TestConfigCheckOfFilesAndService(t *testing.T) {
	t.Parallel()
	dir, dsn, _ := demonstrated(t)
	s := startService(t, dir)
	found := checking(t, exitDone, "--store", dsn, "--listen", s.api, "--admin-listen", s.admin)
	judged(t, found, "lock", verdictWarn)
	judged(t, found, "api listener", verdictWarn)
	if code, stdout, stderr := ims(t.Context(), "health", "--ready", "--admin-listen", s.admin); code != exitDone || stdout != "ok\n" {
		t.Errorf("ims health exits with %d: %s%s", code, stdout, stderr)
	}
	s.end()
	if code, _, _ := ims(t.Context(), "health", "--admin-listen", s.admin); code != exitRefused {
		t.Errorf("of a service that is gone, ims health exits with %d", code)
	}
	for _, name := range []string{"ims.key", "ims.db"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found = checking(t, exitDone, "--store", dsn)
	judged(t, found, "key", verdictWarn)
	judged(t, found, "database file", verdictWarn)
}

// TestConfigCheckOfTime: certificates that end soon, and an authority that has ended.
func TestConfigCheckOfTime(t *testing.T) {
	t.Parallel()
	_, dsn, _ := demonstrated(t)
	for days, want := range map[int][2]string{380: {verdictOK, verdictWarn}, 3400: {verdictWarn, verdictWarn}, 36500: {verdictFail, verdictWarn}} {
		p := &program{Globals: Globals{Store: dsn}, ctx: t.Context(), now: func() time.Time { return time.Now().AddDate(0, 0, days) }}
		err := p.with(func(r *rooms) error {
			c := &checkup{program: p}
			c.checkCertificates(t.Context(), r)
			found := map[string][]finding{}
			for _, f := range c.findings {
				found[f.Check] = append(found[f.Check], f)
			}
			judged(t, found, "authority", want[0])
			judged(t, found, "certificates", want[1])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestConfigCheckOfPostgres: a server that could lose what was acknowledged, one without a schema, one that is away; never a
// password.
func TestConfigCheckOfPostgres(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.PostgresURL(t), filepath.Join(t.TempDir(), "ims.key")
	if err := os.WriteFile(key, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	found := checking(t, exitRefused, "--store", dsn, "--key", key)
	judged(t, found, "schema", verdictFail)
	mustIMS(t, "migrate", "--store", dsn, "--key", key)
	found = checking(t, exitRefused, "--store", dsn, "--key", key)
	judged(t, found, "authority", verdictFail)
	mustIMS(t, "ca", "init", "--store", dsn, "--key", key, "--out", filepath.Join(t.TempDir(), "ca.pem"))
	found = checking(t, exitDone, "--store", dsn, "--key", key)
	for _, check := range []string{"store", "database", "durability", "clock", "schema", "key"} {
		judged(t, found, check, verdictOK)
	}
	judged(t, checking(t, exitRefused, "--store", dsn+"&synchronous_commit=off", "--key", key), "durability", verdictFail)
	away, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	away.Host, away.User = "127.0.0.1:1", url.UserPassword("ims", "hunter2")
	found = checking(t, exitRefused, "--store", away.String(), "--key", key)
	judged(t, found, "store", verdictFail)
	if strings.Contains(found["store"][0].Detail, "hunter2") {
		t.Error(found["store"][0].Detail)
	}
}
