package main

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestMetrics: what Prometheus is told of a demonstration is what its store holds, and nothing about a person.
func TestMetrics(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	s := startService(t, dir)
	caller := s.caller(true)
	get(t, caller, "https://"+s.api+"/secure/balances/"+balance.ID.String())
	get(t, caller, "https://"+s.api+"/secure/nothing")
	get(t, s.caller(false), "https://"+s.api+"/secure/users")
	verifyPayee(t, caller, s.api, balance.IBAN)
	file := filepath.Join(dir, "waits.pli")
	mustIMS(t, "pli", "generate", "--records", "2", "--iban", balance.IBAN, "--out", file)
	mustIMS(t, "file", "upload", file, "--store", dsn, "--master-account", "PLN")
	mustIMS(t, "verify", "--store", dsn)
	told := metricsOf(t, s)
	for ; told.values[`ims_proof_ok{customer="1",depth="LIGHT"}`] == 0; told = metricsOf(t, s) { // made in the background
	}

	var items []itemView
	decode(t, mustIMS(t, "item", "list", "--store", dsn, "-o", "json"), &items)
	open := map[string]float64{}
	for _, i := range items {
		if i.Status == bank.ItemOpen {
			key := fmt.Sprintf(`{currency=%q,customer="1",reason=%q,state=%q}`, i.Amount.Currency, i.Reason, i.State)
			open["ims_open_items"+key]++
			open["ims_open_items_minor_units"+key] += float64(i.Amount.Amount)
		}
	}
	if len(open) == 0 {
		t.Error("the demonstration leaves no open item, so this test proves little")
	}
	want := map[string]float64{
		`ims_files{customer="1",status="Validated"}`:                                 1,
		`ims_files{customer="1",status="Pending"}`:                                   0,
		`ims_files_stopped{customer="1"}`:                                            0,
		`ims_lease_overdue_seconds{customer="1"}`:                                    0,
		`ims_proof_ok{customer="1",depth="FULL"}`:                                    1,
		`ims_work_paused{customer="1"}`:                                              0,
		`ims_payee_verifications_total{customer="1",result="NO_MATCH",source="OWN"}`: 1,
		`ims_figures_up`:   1,
		`ims_writer_queue`: 0,
		`ims_db_connections{pool="write",state="most"}`:                                    1,
		`ims_requests_total{operation="GET /secure/balances/{balanceId}",status="200"}`:    1,
		`ims_requests_total{operation="unrouted",status="404"}`:                            1,
		`ims_requests_total{operation="refused",status="401"}`:                             1,
		`ims_request_duration_seconds_count{operation="GET /secure/balances/{balanceId}"}`: 1,
	}
	maps.Copy(want, open)
	for name, value := range want {
		if got, ok := told.values[name]; !ok || got != value {
			t.Errorf("%s is %v (%v), want %v", name, got, ok, value)
		}
	}
	for _, name := range []string{`ims_oldest_unexecuted_file_seconds{customer="1"}`, `ims_oldest_open_item_seconds{customer="1"}`,
		`ims_base_iban_used_ratio{base="PL111111117700",currency="PLN",customer="1",issuing="true"}`, "ims_authority_expires_timestamp_seconds"} {
		if told.values[name] <= 0 {
			t.Errorf("%s is %v", name, told.values[name])
		}
	}
	if !strings.Contains(told.text, "ims_certificate_expires_timestamp_seconds{cn=") {
		t.Error("no certificate of a caller is told")
	}
	if number := regexp.MustCompile(`[A-Z]{2}[0-9]{2}[ 0-9]{15,}`).FindString(told.text); number != "" {
		t.Errorf("an IBAN is told: %s", number)
	}
	for _, person := range personsOf(t, dsn) {
		if strings.Contains(strings.ToUpper(told.text), person) {
			t.Errorf("a person is told: %s", person)
		}
	}
}

// verifyPayee asks for a name that is nobody's.
func verifyPayee(t *testing.T, caller *http.Client, api, number string) {
	t.Helper()
	answer, err := caller.Post("https://"+api+"/secure/payee-verifications", "application/json", strings.NewReader(`{"iban":"`+number+`","name":"Qxq Xqx"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // the metrics tell what came
	if answer.StatusCode != http.StatusOK {
		t.Errorf("verification of a payee: %s", answer.Status)
	}
}

// personsOf lists the names of all end users, in capitals.
func personsOf(t *testing.T, dsn string) (names []string) {
	t.Helper()
	var users []userView
	decode(t, mustIMS(t, "user", "list", "--store", dsn, "-o", "json"), &users)
	for _, u := range users {
		for _, name := range []string{u.FirstName, u.LastName, u.CompanyName, u.Email, u.ExternalID} {
			if len(name) > 2 {
				names = append(names, strings.ToUpper(name))
			}
		}
	}
	if len(names) < 2 {
		t.Fatal("the demonstration has nobody")
	}
	return names
}

// told is what /metrics says.
type told struct {
	text   string
	values map[string]float64 // by name with labels
}

func metricsOf(t *testing.T, s *serving) told {
	t.Helper()
	status, text := get(t, &http.Client{Timeout: time.Minute}, "http://"+s.admin+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d %s", status, text)
	}
	m := told{text, map[string]float64{}}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndex(line, " ")
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		m.values[line[:at]] = value
	}
	return m
}

// TestMetricsOfWork: a pause and a broken ledger are told, and a broken ledger is not resumed.
func TestMetricsOfWork(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	file := filepath.Join(dir, "left.pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", balance.IBAN, "--out", file)
	var left fileView
	decode(t, mustIMS(t, "file", "upload", file, "--store", dsn, "--master-account", "PLN", "--no-wait", "-o", "json"), &left)
	mustIMS(t, "restore", "--in-place", "--store", dsn)
	p := &program{Globals: Globals{Store: dsn}, ctx: t.Context(), now: time.Now}
	err := p.with(func(r *rooms) error {
		return r.db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.SetProof(store.ProofResult{Customer: 1, Depth: store.ProofFull, At: time.Now(), Violation: "an invented one"})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	told := metricsOf(t, startService(t, dir))
	if told.values[`ims_work_paused{customer="1"}`] != 1 || told.values[`ims_files{customer="1",status="Pending"}`] != 1 {
		t.Errorf("the pause is not told:\n%s", told.text)
	}
	if ok, there := told.values[`ims_proof_ok{customer="1",depth="FULL"}`]; !there || ok != 0 {
		t.Errorf("the broken ledger is not told: %v %v", ok, there)
	}
	if code, _, reason := ims(t.Context(), "resume", "--store", dsn); code != exitRefused || !strings.Contains(reason, "invented") {
		t.Errorf("with a broken ledger ims resume exits with %d: %s", code, reason)
	}
}
