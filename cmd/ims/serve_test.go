package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// serving is a service that runs inside this process.
type serving struct {
	t          *testing.T
	dir        string
	api, admin string // addresses
	stop       context.CancelFunc
	log        *serviceLog
	code       chan int
}

// serviceLog takes the log of a service and lets a test wait for a line.
type serviceLog struct {
	mu    sync.Mutex
	more  *sync.Cond
	lines []string
	ended bool
}

// follow reads until the service ends.
func (l *serviceLog) follow(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		l.mu.Lock()
		l.lines = append(l.lines, lines.Text())
		l.more.Broadcast()
		l.mu.Unlock()
	}
	l.mu.Lock()
	l.ended = true
	l.more.Broadcast()
	l.mu.Unlock()
}

// await returns the first line that holds all the parts.
func (l *serviceLog) await(t *testing.T, parts ...string) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for seen := 0; ; l.more.Wait() {
		for ; seen < len(l.lines); seen++ {
			if holdsAll(l.lines[seen], parts) {
				return l.lines[seen]
			}
		}
		if l.ended {
			t.Fatalf("the service ended without a line with %q:\n%s", parts, strings.Join(l.lines, "\n"))
		}
	}
}

func holdsAll(line string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(line, part) {
			return false
		}
	}
	return true
}

// startService serves the store of a demonstration until the test ends.
func startService(t *testing.T, dir string, args ...string) *serving {
	t.Helper()
	return startCommand(t, dir, append([]string{"serve", "--store", "sqlite:" + filepath.Join(dir, "ims.db"), "--idle", "10ms"}, args...)...)
}

// startCommand runs a command that serves, on ports of its own, until the test ends. Its log has all that it writes.
func startCommand(t *testing.T, dir string, args ...string) *serving {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	s := &serving{t: t, dir: dir, stop: stop, log: &serviceLog{}, code: make(chan int, 1)}
	s.log.more = sync.NewCond(&s.log.mu)
	go s.log.follow(r)
	go func() {
		s.code <- run(ctx, append(args, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--panel-listen", "127.0.0.1:0"), strings.NewReader(""), w, w)
		_ = w.Close() // never fails
	}()
	t.Cleanup(func() { s.end() })
	s.admin = addressIn(s.log.await(t, "door=admin"))
	s.api = addressIn(s.log.await(t, "door=api"))
	return s
}

func addressIn(line string) string {
	_, address, _ := strings.Cut(line, "address=")
	return address
}

// end stops the service and returns its exit code.
func (s *serving) end() int {
	s.stop()
	code := <-s.code
	s.code <- code
	return code
}

// caller is a client with the demonstration's certificate, or without.
func (s *serving) caller(certified bool) *http.Client {
	s.t.Helper()
	ca, err := os.ReadFile(filepath.Join(s.dir, "ca.pem"))
	if err != nil {
		s.t.Fatal(err)
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(ca)
	if certified {
		pair, err := tls.LoadX509KeyPair(filepath.Join(s.dir, "client.pem"), filepath.Join(s.dir, "client.key"))
		if err != nil {
			s.t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	transport := &http.Transport{TLSClientConfig: config, ExpectContinueTimeout: time.Minute}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// get returns the status and body of an answer.
func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	answer, err := c.Get(url)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	return answer.StatusCode, string(body)
}

// demonstrated makes a demonstration and returns its folder, its store, and the first balance.
func demonstrated(t *testing.T) (dir, dsn string, balance balanceView) {
	t.Helper()
	dir = t.TempDir()
	dsn = "sqlite:" + filepath.Join(dir, "ims.db")
	mustIMS(t, "demo", "--once", "--dir", dir)
	var users []userView
	decode(t, mustIMS(t, "user", "list", "--store", dsn, "-o", "json"), &users)
	var balances []balanceView
	decode(t, mustIMS(t, "balance", "list", users[0].ID.String(), "--store", dsn, "-o", "json"), &balances)
	return dir, dsn, balances[0]
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// TestServe: callers with a certificate are served until it is revoked, others are not; probes answer; the store has one
// service; and the command line leaves the work to it.
func TestServe(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	s := startService(t, dir)
	getIBAN := "https://" + s.api + "/secure/bank-accounts?balanceId=" + balance.ID.String()
	certified := s.caller(true)
	if status, body := get(t, certified, getIBAN); status != http.StatusOK || !strings.Contains(body, balance.IBAN) {
		t.Errorf("getIban answers %d %s, want 200 with %s", status, body, balance.IBAN)
	}
	if status, body := get(t, s.caller(false), getIBAN); status != http.StatusUnauthorized {
		t.Errorf("without a certificate getIban answers %d %s, want 401", status, body)
	}
	s.log.await(t, "level=WARN", "this store is a sandbox")
	if _, body := get(t, certified, "https://"+s.api+"/secure/whoami"); !strings.Contains(body, `"sandbox":true`) {
		t.Errorf("whoami answers %s", body)
	}
	plain := &http.Client{Timeout: time.Minute}
	for _, probe := range []string{"/healthz", "/readyz"} {
		if status, body := get(t, plain, "http://"+s.admin+probe); status != http.StatusOK {
			t.Errorf("%s answers %d %s", probe, status, body)
		}
	}
	if status, _ := get(t, plain, "http://"+s.admin+"/secure/users"); status != http.StatusNotFound {
		t.Errorf("the admin listener answers /secure/users with %d, want 404", status)
	}
	for _, second := range [][]string{{"serve", "--store", dsn}, {"demo", "--once", "--dir", dir}} {
		if code, _, reason := ims(t.Context(), second...); code != exitRefused || !strings.Contains(reason, "another service") {
			t.Errorf("a second ims %s exits with %d: %s", second[0], code, reason)
		}
	}

	// Only the worker of the service runs stages: the command line has none of its own here.
	file := filepath.Join(dir, "more.pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", balance.IBAN, "--out", file)
	var uploaded fileView
	decode(t, mustIMS(t, "file", "upload", file, "--store", dsn, "--master-account", "PLN", "-o", "json"), &uploaded)
	if uploaded.Status != bank.FileValidated {
		t.Errorf("the uploaded file is %s", uploaded.Status)
	}
	mustIMS(t, "file", "execute", "more.pli", "--store", dsn)

	var authority authorityView
	decode(t, mustIMS(t, "ca", "list", "--store", dsn, "-o", "json"), &authority)
	mustIMS(t, "ca", "revoke", authority.Certificates[0].Serial, "--reason", "test", "--store", dsn)
	for status := http.StatusOK; status != http.StatusForbidden; { // also on the connection that is open
		if status, _ = get(t, certified, getIBAN); status != http.StatusOK && status != http.StatusForbidden {
			t.Fatalf("after the revocation getIban answers %d", status)
		}
	}
	if code := s.end(); code != exitDone {
		t.Errorf("the service exits with %d", code)
	}
	mustIMS(t, "verify", "--store", dsn)
}

// heldBody is a request body that comes when the test lets it.
type heldBody struct {
	release chan struct{}
	text    io.Reader
}

func (b *heldBody) Read(p []byte) (int, error) {
	<-b.release
	return b.text.Read(p)
}

// TestRequestsFinish: a service that is told to stop answers the requests it has begun.
func TestRequestsFinish(t *testing.T) {
	t.Parallel()
	dir, dsn, _ := demonstrated(t)
	s := startService(t, dir)
	begun, body := make(chan struct{}), &heldBody{make(chan struct{}), strings.NewReader(`{"type":"PERSON","firstName":"EWA","lastName":"ATRAPA"}`)}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(begun) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+s.api+"/secure/users", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Expect", "100-continue")
	request.Header.Set("Content-Type", "application/json")
	status, caller := make(chan int, 1), s.caller(true)
	go func() {
		answer, err := caller.Do(request)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		defer answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-begun // the handler reads the body
	s.stop()
	s.log.await(t, "msg=stopping")
	close(body.release)
	if got := <-status; got != http.StatusCreated {
		t.Errorf("the request that was running got %d", got)
	}
	if code := s.end(); code != exitDone {
		t.Errorf("the service exits with %d", code)
	}
	if list := mustIMS(t, "user", "list", "--store", dsn); !strings.Contains(list, "EWA ATRAPA") {
		t.Errorf("what was acknowledged is not there:\n%s", list)
	}
}

// TestRestartTakesOver: the only service of an embedded store does not wait for the leases of the one that died.
func TestRestartTakesOver(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	file := filepath.Join(dir, "left.pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", balance.IBAN, "--out", file)
	var left fileView
	decode(t, mustIMS(t, "file", "upload", file, "--store", dsn, "--master-account", "PLN", "--no-wait", "-o", "json"), &left)
	if left.Status != bank.FilePending {
		t.Fatalf("the file is %s before anybody works on it", left.Status)
	}
	leaseForAnHour(t, dsn, left.ID)
	startService(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	code, stdout, stderr := ims(ctx, "file", "status", "left.pli", "--wait", "--store", dsn)
	if code != exitDone || !strings.Contains(stdout, "Validated") {
		t.Errorf("ims file status exits with %d: %s%s", code, stdout, stderr)
	}
}

func leaseForAnHour(t *testing.T, dsn string, id bank.ID) {
	t.Helper()
	p := &program{Globals: Globals{Store: dsn}, ctx: t.Context(), now: time.Now}
	err := p.with(func(r *rooms) error {
		return r.db.Write(t.Context(), func(tx *store.Tx) error {
			now := time.Now()
			ok, err := tx.LeaseFile(store.DueFile{Customer: 1, ID: id, Status: bank.FilePending}, "who died", now, now.Add(time.Hour))
			if err == nil && !ok {
				t.Error("the file could not be leased")
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestServeRefuses: a service that cannot do its work says so at once.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "ims.db")
	mustIMS(t, "migrate", "--store", dsn)
	for _, c := range []struct {
		args   []string
		reason string
	}{
		{nil, "ims ca init"},
		{[]string{"--target", "api"}, "--target all"},
		{[]string{"--key", filepath.Join(t.TempDir(), "none.key")}, "sealing key"},
		{[]string{"--target", "worker", "--admin-listen", "256.0.0.1:x"}, "admin listener"},
	} {
		args := append([]string{"serve", "--store", dsn, "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--panel-listen", "127.0.0.1:0"}, c.args...)
		if code, _, reason := ims(t.Context(), args...); code != exitRefused || !strings.Contains(reason, c.reason) {
			t.Errorf("ims serve %v exits with %d: %s; want a word of %q", c.args, code, reason, c.reason)
		}
	}
}

// TestWaitOutlivesTheService: a command that waits for the service's work does it itself when the service ends.
func TestWaitOutlivesTheService(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	file := filepath.Join(dir, "late.pli")
	mustIMS(t, "pli", "generate", "--records", "5", "--iban", balance.IBAN, "--out", file)
	p := &program{Globals: Globals{Store: dsn}}
	address, err := p.address()
	if err != nil {
		t.Fatal(err)
	}
	idle, err := address.lock() // a service that never gets to the file
	if err != nil {
		t.Fatal(err)
	}
	uploaded := make(chan string, 1)
	go func() {
		_, stdout, stderr := ims(t.Context(), "file", "upload", file, "--store", dsn, "--master-account", "PLN")
		uploaded <- stdout + stderr
	}()
	for waiting := ""; !strings.Contains(waiting, "late.pli"); {
		waiting = mustIMS(t, "file", "list", "--store", dsn, "--status", "Pending")
	}
	if err := idle.release(); err != nil {
		t.Fatal(err)
	}
	if answer := <-uploaded; !strings.Contains(answer, "Validated") {
		t.Errorf("ims file upload says %s", answer)
	}
}
