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
	at("migrate")
	at("customer", "create", "Test Pay", "--no-four-eyes")
	at("master-account", "add", "83111111110000000000000010", "--currency", "PLN")
	at("base-iban", "add", "PL111111117700")
	var user userView
	decode(t, at("user", "create", "--first-name", "JAN", "--last-name", "TESTOWY", "-o", "json"), &user)
	var balance balanceView
	decode(t, at("balance", "create", user.ID.String(), "--currency", "PLN", "-o", "json"), &balance)
	file := filepath.Join(dir, "bank.pli")
	mustIMS(t, "pli", "generate", "--records", "40", "--iban", balance.IBAN, "--out", file)
	var executed fileView
	at("file", "upload", file)
	decode(t, at("file", "execute", "bank.pli", "-o", "json"), &executed)
	decode(t, at("balance", "show", balance.IBAN, "-o", "json"), &balance)
	if sum := executed.Outcomes[bank.OutcomeCredited.String()]; executed.Status != bank.FileExecuted || sum.Count != 40 || sum.Amount != balance.Booked.Amount {
		t.Errorf("the file is %s, credited %+v, the balance holds %d", executed.Status, sum, balance.Booked.Amount)
	}
	at("verify")
}
