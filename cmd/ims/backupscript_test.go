package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ims/internal/store/storetest"
)

// backupScript runs examples/backup/ims-backup with this test binary as ims, and returns what it says.
func backupScript(t *testing.T, environment ...string) (said string, err error) {
	t.Helper()
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// As testscript does, the binary is ims where it is called by that name.
	if err := os.Symlink(self, filepath.Join(bin, "ims")); err != nil {
		t.Fatal(err)
	}
	script := exec.CommandContext(t.Context(), filepath.Join("..", "..", "examples", "backup", "ims-backup"))
	path := bin + ":" + os.Getenv("PATH")
	if tools, err := exec.CommandContext(t.Context(), filepath.Join("..", "..", "scripts", "postgres-bin")).Output(); err == nil {
		path = bin + ":" + strings.TrimSpace(string(tools)) + ":" + os.Getenv("PATH")
	}
	script.Env = append(os.Environ(), append(environment, "PATH="+path)...)
	out, err := script.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func listed(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestBackupScript: the script copies a store that is served, keeps the newest copies and never the key, and what it made can be
// brought back and worked with.
func TestBackupScript(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	startService(t, dir)
	folder := t.TempDir()
	for _, old := range []string{"ims-20250101T000000Z.db", "ims-20250102T000000Z.db", "ims-20250103T000000Z.db", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(folder, old), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(dir, "ims.key")
	backup, err := backupScript(t, "IMS_STORE="+dsn, "IMS_KEY="+key, "BACKUP_DIR="+folder, "BACKUP_KEEP=2")
	if err != nil {
		t.Fatalf("%v: %s", err, backup)
	}
	if want := []string{"ims-20250103T000000Z.db", filepath.Base(backup), "notes.txt"}; !slices.Equal(listed(t, folder), want) {
		t.Errorf("the folder holds %q, want %q", listed(t, folder), want)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the backup: %v, %v", info, err)
	}

	home := t.TempDir()
	restored := []string{"--store", "sqlite:" + filepath.Join(home, "ims.db"), "--key", key}
	at := func(args ...string) string { return mustIMS(t, append(args, restored...)...) }
	at("restore", backup)
	at("verify")
	at("resume", "--customer", "1", "--as", "admin@institution.example")
	file := filepath.Join(home, "next.pli")
	mustIMS(t, "pli", "generate", "--records", "3", "--iban", balance.IBAN, "--seed", "7", "--out", file)
	at("file", "upload", file, "--master-account", "PLN")
	at("file", "execute", "next.pli", "--as", "admin@institution.example")
	at("verify")
}

// TestBackupScriptRefuses: what could make a backup worthless is told, and what was there is left alone.
func TestBackupScriptRefuses(t *testing.T) {
	t.Parallel()
	dir, dsn, _ := demonstrated(t)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "ims-20250101T000000Z.db"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	amongThem, other := filepath.Join(folder, "ims.key"), filepath.Join(dir, "other.key")
	for _, path := range []string{amongThem, other} {
		if err := os.WriteFile(path, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := "IMS_KEY=" + filepath.Join(dir, "ims.key")
	for name, environment := range map[string][]string{
		"key lies among":    {"IMS_STORE=" + dsn, "IMS_KEY=" + amongThem, "BACKUP_DIR=" + folder},
		"no key":            {"IMS_STORE=" + dsn, "IMS_KEY=" + filepath.Join(dir, "none"), "BACKUP_DIR=" + folder},
		"no folder":         {"IMS_STORE=" + dsn, key, "BACKUP_DIR=" + filepath.Join(dir, "none")},
		"BACKUP_KEEP":       {"IMS_STORE=" + dsn, key, "BACKUP_DIR=" + folder, "BACKUP_KEEP=0"},
		"want sqlite:PATH":  {"IMS_STORE=mysql://x", key, "BACKUP_DIR=" + folder},
		"ims migrate first": {"IMS_STORE=sqlite:" + filepath.Join(dir, "none.db"), key, "BACKUP_DIR=" + folder},
		"seal":              {"IMS_STORE=" + dsn, "IMS_KEY=" + other, "BACKUP_DIR=" + folder},
	} {
		said, err := backupScript(t, append(environment, "BACKUP_SCRATCH=")...)
		if _, refused := errors.AsType[*exec.ExitError](err); !refused || !strings.Contains(said, name) {
			t.Errorf("%q: %v: %s", name, err, said)
		}
	}
	if want := []string{"ims-20250101T000000Z.db", "ims.key"}; !slices.Equal(listed(t, folder), want) {
		t.Errorf("the folder holds %q, want %q", listed(t, folder), want)
	}
}

// TestBackupScriptOfPostgres: the same with the server's own tools, proved in a database for it.
func TestBackupScriptOfPostgres(t *testing.T) {
	t.Parallel()
	server := os.Getenv(storetest.PostgresVariable)
	if server == "" {
		t.Skipf("%s is not set: this test needs PostgreSQL (make test starts one)", storetest.PostgresVariable)
	}
	store, scratch, back := database(t, server, "store"), database(t, server, "scratch"), database(t, server, "back")
	dir, folder := t.TempDir(), t.TempDir()
	key := filepath.Join(dir, "ims.key")
	openedBalance(t, func(args ...string) string { return mustIMS(t, append(args, "--store", store, "--key", key)...) })
	var backup string
	for _, proof := range []string{"", scratch} {
		said, err := backupScript(t, "IMS_STORE="+store, "IMS_KEY="+key, "BACKUP_DIR="+folder, "BACKUP_KEEP=1", "BACKUP_SCRATCH="+proof)
		if err != nil && strings.Contains(said, "exists") {
			continue // both within one second
		}
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		backup = said
	}
	if got := listed(t, folder); !slices.Equal(got, []string{filepath.Base(backup)}) {
		t.Errorf("the folder holds %q", got)
	}
	tools, err := exec.CommandContext(t.Context(), filepath.Join("..", "..", "scripts", "postgres-bin")).Output()
	if err != nil {
		t.Fatal(err)
	}
	restore := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(tools)), "pg_restore"), "--clean", "--if-exists", "--exit-on-error", "--no-owner", "--dbname="+back, backup)
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, step := range [][]string{{"restore", "--in-place"}, {"verify"}, {"user", "list"}} {
		mustIMS(t, append(step, "--store", back, "--key", key)...)
	}
}

// database makes a database for the test.
func database(t *testing.T, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	name = fmt.Sprintf("ims_%s_%d", name, os.Getpid())
	do := func(ctx context.Context, statement string) {
		t.Helper()
		connection, err := pgx.Connect(ctx, server)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close(ctx)
		if _, err := connection.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	do(t.Context(), "CREATE DATABASE "+name)
	t.Cleanup(func() { do(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}
