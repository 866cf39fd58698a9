package main

import (
	"path/filepath"
	"testing"

	"ims/internal/bank"
	"ims/internal/store/storetest"
)

// TestPostgres: the same commands do the same on PostgreSQL, where the key lies beside nothing and is named.
func TestPostgres(t *testing.T) {
	t.Parallel()
	dsn, dir := storetest.PostgresURL(t), t.TempDir()
	at := func(args ...string) string {
		t.Helper()
		return mustIMS(t, append(args, "--store", dsn, "--key", filepath.Join(dir, "ims.key"))...)
	}
	balance := openedBalance(t, at)
	file := filepath.Join(dir, "bank.pli")
	mustIMS(t, "pli", "generate", "--records", "40", "--iban", balance.IBAN, "--out", file)
	var executed fileView
	at("file", "upload", file)
	decode(t, at("file", "execute", "bank.pli", "-o", "json"), &executed)
	decode(t, at("balance", "show", balance.IBAN, "-o", "json"), &balance)
	if sum := executed.Outcomes[bank.OutcomeCredited.String()]; executed.Status != bank.FileExecuted || sum.Count != 40 || sum.Amount != balance.Booked.Amount {
		t.Errorf("the file is %s, credited %+v, the balance holds %d", executed.Status, sum, balance.Booked.Amount)
	}

	// Beside services, of which there may be several, the leases decide who does the work.
	at("ca", "init", "--out", filepath.Join(dir, "ca.pem"))
	for range 2 {
		startService(t, dir, "--store", dsn, "--key", filepath.Join(dir, "ims.key"))
	}
	again := filepath.Join(dir, "again.pli")
	mustIMS(t, "pli", "generate", "--records", "40", "--seed", "2", "--iban", balance.IBAN, "--out", again)
	at("file", "upload", again)
	decode(t, at("file", "execute", "again.pli", "-o", "json"), &executed)
	if sum := executed.Outcomes[bank.OutcomeCredited.String()]; executed.Status != bank.FileExecuted || sum.Count != 40 {
		t.Errorf("beside services the file is %s, credited %+v", executed.Status, sum)
	}
	at("verify")
}
