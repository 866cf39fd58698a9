package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store/storetest"
)

// TestWorkersWakeAtOnce: a service that looks for work by itself once an hour does at once what another process leaves it.
func TestWorkersWakeAtOnce(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(t *testing.T, dir string) string{
		"sqlite":   func(_ *testing.T, dir string) string { return "sqlite:" + filepath.Join(dir, "ims.db") },
		"postgres": func(t *testing.T, _ string) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			store := []string{"--store", dsn(t, dir), "--key", filepath.Join(dir, "ims.key")}
			at := func(args ...string) string { return mustIMS(t, append(args, store...)...) }
			balance := openedBalance(t, at)
			at("ca", "init", "--out", filepath.Join(dir, "ca.pem"))
			startService(t, dir, append(store, "--idle", "1h")...)

			file := filepath.Join(dir, "bank.pli")
			mustIMS(t, "pli", "generate", "--records", "3", "--iban", balance.IBAN, "--out", file)
			at("file", "upload", file, "--no-wait")
			awaitStatus(t, at, bank.FileValidated)
			at("file", "execute", "bank.pli", "--no-wait")
			awaitStatus(t, at, bank.FileExecuted)
		})
	}
}

// openedBalance makes a customer and a balance with an IBAN on a new store.
func openedBalance(t *testing.T, at func(args ...string) string) (balance balanceView) {
	t.Helper()
	at("migrate")
	at("customer", "create", "Test Pay", "--four-eyes=off")
	at("master-account", "add", "83111111110000000000000010", "--currency", "PLN")
	at("base-iban", "add", "PL111111117700")
	var user userView
	decode(t, at("user", "create", "--first-name", "JAN", "--last-name", "TESTOWY", "-o", "json"), &user)
	decode(t, at("balance", "create", user.ID.String(), "--currency", "PLN", "-o", "json"), &balance)
	return balance
}

// awaitStatus looks at the only file again and again; it does no work itself.
func awaitStatus(t *testing.T, at func(args ...string) string, want bank.FileStatus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		var file fileView
		if decode(t, at("file", "status", "bank.pli", "-o", "json"), &file); file.Status == want {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the file is %s, want %s", file.Status, want)
		}
	}
}
