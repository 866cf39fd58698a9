package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ims/internal/bank"
)

// TestRestoreContinues makes a backup while the store is served, goes on, loses the store, brings it back and continues:
// nothing that was shown behind the backup is given to somebody else, and nothing happens by itself before people looked.
func TestRestoreContinues(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	at := func(args ...string) string { t.Helper(); return mustIMS(t, append(args, "--store", dsn)...) }
	s := startService(t, dir)
	backup := filepath.Join(t.TempDir(), "ims.backup")
	if told := at("backup", backup); !strings.Contains(told, "except the sealing key") || !strings.Contains(told, "ims.key") {
		t.Errorf("ims backup says %s", told)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v (%v)", info.Mode(), err)
	}
	if code, _, reason := ims(t.Context(), "backup", backup, "--store", dsn); code != exitRefused || !strings.Contains(reason, "never overwrites") {
		t.Errorf("a second backup of the name exits with %d: %s", code, reason)
	}

	// What is shown behind the backup.
	lost := shownBehind(t, at, dir, balance, "lost")
	if code, _, reason := ims(t.Context(), "restore", backup, "--replace", "--store", dsn); code != exitRefused || !strings.Contains(reason, "stop the service") {
		t.Errorf("beside a service ims restore exits with %d: %s", code, reason)
	}
	s.end()
	if code, _, reason := ims(t.Context(), "restore", backup, "--store", dsn); code != exitRefused || !strings.Contains(reason, "--replace") {
		t.Errorf("over a store ims restore exits with %d: %s", code, reason)
	}
	if told := at("restore", backup, "--replace"); !strings.Contains(told, "ims.db.before-") || !strings.Contains(told, "1000000 further") {
		t.Errorf("ims restore says %s", told)
	}

	file := filepath.Join(dir, "resting.pli")
	mustIMS(t, "pli", "generate", "--records", "3", "--iban", balance.IBAN, "--out", file)
	if code, _, reason := ims(t.Context(), "file", "upload", file, "--store", dsn, "--master-account", "PLN"); code != exitRefused || !strings.Contains(reason, "rests") {
		t.Errorf("while work rests ims file upload exits with %d: %s", code, reason)
	}
	if code, _, reason := ims(t.Context(), "resume", "--store", dsn); code != exitRefused || !strings.Contains(reason, "ims verify") {
		t.Errorf("before a proof ims resume exits with %d: %s", code, reason)
	}
	s = startService(t, dir)
	s.log.await(t, "level=WARN", "work rests")
	if status, _ := get(t, s.caller(true), "https://"+s.api+"/secure/bank-accounts?balanceId="+balance.ID.String()); status != http.StatusOK {
		t.Errorf("while work rests getIban answers %d", status)
	}
	at("verify")
	at("resume")
	if code, _, reason := ims(t.Context(), "resume", "--store", dsn); code != exitRefused || !strings.Contains(reason, "does not rest") {
		t.Errorf("a second ims resume exits with %d: %s", code, reason)
	}
	if status := at("file", "status", "resting.pli", "--wait"); !strings.Contains(status, "Validated") {
		t.Errorf("the file that waited is %s", status)
	}
	again := shownBehind(t, at, dir, balance, "again")
	for _, number := range again.ibans {
		if slices.Contains(lost.ibans, number) {
			t.Errorf("IBAN %s was issued behind the backup, and again", number)
		}
	}
	if slices.Min(again.transactions) <= slices.Max(lost.transactions) {
		t.Errorf("transactions %v were shown behind the backup, and %v afterwards", lost.transactions, again.transactions)
	}
	at("verify")
}

// shown is what people have seen.
type shown struct {
	ibans        []string
	transactions []bank.TransactionID
}

// shownBehind issues IBANs from an old and a new base IBAN and moves money.
func shownBehind(t *testing.T, at func(...string) string, dir string, credited balanceView, name string) (seen shown) {
	t.Helper()
	at("base-iban", "add", "PL111111118800", "--master-account", "PLN")
	for _, currency := range []string{"PLN", "EUR"} {
		for range 10 {
			var user userView
			decode(t, at("user", "create", "--first-name", "JAN", "--last-name", "TESTOWY", "-o", "json"), &user)
			var b balanceView
			decode(t, at("balance", "create", user.ID.String(), "--currency", currency, "-o", "json"), &b)
			seen.ibans = append(seen.ibans, b.IBAN)
		}
	}
	file := filepath.Join(dir, name+".pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", credited.IBAN, "--out", file)
	at("file", "upload", file, "--master-account", "PLN")
	at("file", "execute", name+".pli")
	var b struct{ Transactions []transactionView }
	decode(t, at("balance", "show", credited.IBAN, "--transactions", "5", "-o", "json"), &b)
	for _, v := range b.Transactions {
		seen.transactions = append(seen.transactions, v.ID)
	}
	return seen
}

// TestRestoreRefuses: what is no backup, or lacks its key, leaves everything as it was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	dir, dsn, _ := demonstrated(t)
	backup := filepath.Join(dir, "b")
	mustIMS(t, "backup", backup, "--store", dsn)
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "half")
	if err := os.WriteFile(half, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	mustIMS(t, "migrate", "--store", "sqlite:"+other)
	for _, c := range []struct{ args, reason string }{
		{half, "restore"},
		{filepath.Join(dir, "ca.pem"), "no whole SQLite database"},
		{filepath.Join(dir, "nothing"), "no such file"},
		{backup + " --key " + filepath.Join(dir, "nokey"), "does not contain the sealing key"},
		{backup + " --key " + filepath.Join(filepath.Dir(other), "ims.key"), "the sealing key is not the one"},
	} {
		args := append([]string{"restore", "--replace", "--store", dsn}, strings.Fields(c.args)...)
		if code, _, reason := ims(t.Context(), args...); code != exitRefused || !strings.Contains(reason, c.reason) {
			t.Errorf("ims restore %s exits with %d: %s", c.args, code, reason)
		}
	}
	for _, wrong := range [][]string{{"restore"}, {"restore", backup, "--in-place"}, {"restore", "--in-place", "--replace"}} {
		if code, _, _ := ims(t.Context(), wrong...); code != exitUsage {
			t.Errorf("ims %v exits with %d", wrong, code)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
	mustIMS(t, "verify", "--store", dsn)
	mustIMS(t, "user", "list", "--store", dsn)
}
