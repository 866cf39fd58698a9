package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
	"ims/internal/store/storetest"
	"ims/pli"

	"ims/iban"
)

// killRounds is how many files are killed on their way per engine; IMS_KILL_ROUNDS changes it.
const killRounds = 3

// killRecords and killChunk make a file of many chunks, so that a kill rarely meets none.
const (
	killRecords = 4_000
	killChunk   = 100
)

// TestKill kills the real program (SIGKILL) at random moments of validation and execution, restarts it, on PostgreSQL also
// with a second replica beside it, and proves that every file completes with no record lost or doubled.
func TestKill(t *testing.T) {
	program := buildProgram(t)
	rounds := killRounds
	if n, err := strconv.Atoi(os.Getenv("IMS_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "ims.db")
		newVictim(t, program, sqlite.Engine{Path: path}, "sqlite:"+path, 1).rounds(rounds)
	})
	t.Run("postgres", func(t *testing.T) {
		url := storetest.PostgresURL(t)
		newVictim(t, program, postgres.Engine{URL: url}, url, 2).rounds(rounds)
	})
}

func buildProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ims")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// victim is a store that processes work on and are killed at, with an oracle of what every balance must hold.
type victim struct {
	t        *testing.T
	program  string
	address  string
	keyFile  string
	replicas int
	db       *store.DB
	files    *files.Service
	actor    bank.Actor
	master   bank.MasterAccount
	numbers  []iban.IBAN
	balances []bank.ID
	want     []int64
	rng      *rand.Rand
	serial   int
	kills    int // before the stage was done
	midway   int // of these, with some chunks of an execution committed and some not
	workers  []*exec.Cmd
	receiver *eventReceiver
}

func newVictim(t *testing.T, program string, engine store.Engine, address string, replicas int) *victim {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	v := &victim{t: t, program: program, address: address, keyFile: filepath.Join(t.TempDir(), "ims.key"), replicas: replicas,
		rng: rand.New(rand.NewPCG(seed, 1))}
	key, err := store.ReadOrMakeSealKey(v.keyFile)
	v.must(err)
	v.db, err = store.Open(context.Background(), engine, key)
	v.must(err)
	t.Cleanup(func() { v.db.Close() })
	v.must(v.db.Migrate(context.Background()))
	v.onboard()
	v.receiver = newEventReceiver(t, v.db, v.actor)
	v.files = files.New(files.Config{DB: v.db, Now: time.Now})
	t.Cleanup(v.killAll)
	return v
}

func (v *victim) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *victim) onboard() {
	ctx := context.Background()
	onboard := customers.New(v.db, time.Now)
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c, err := onboard.Create(ctx, bank.System(0, "test"), "Killed", settings)
	v.must(err)
	v.actor = bank.System(c.ID, "test")
	v.master, err = onboard.AddMasterAccount(ctx, v.actor, customers.NewMasterAccount{IBAN: "83111111110000000000000010", Currency: money.PLN})
	v.must(err)
	_, err = onboard.AddBaseIBAN(ctx, v.actor, customers.NewBaseIBAN{Base: "PL111111117700", MasterAccount: v.master.ID})
	v.must(err)
	people := accounts.New(v.db, time.Now)
	u, err := people.CreateUser(ctx, v.actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	v.must(err)
	for range 40 {
		b, err := people.CreateBalance(ctx, v.actor, u.ID, money.PLN)
		v.must(err)
		v.numbers, v.balances, v.want = append(v.numbers, b.Accounts[0].IBAN), append(v.balances, b.ID), append(v.want, 0)
	}
}

// content writes a file and adds its effect to the oracle. Credits are large enough that nobody is ever short.
func (v *victim) content() string {
	v.serial++
	outside, err := iban.FromNRB("39222222220000000012345678")
	v.must(err)
	var out bytes.Buffer
	w := pli.NewWriter(&out, pli.WriterOptions{})
	for i := range killRecords {
		a, b := v.rng.IntN(len(v.numbers)), v.rng.IntN(len(v.numbers))
		o := pli.Order{Date: bank.CivilDate(time.Now()), Amount: 1_000 + v.rng.Int64N(1_000), Payer: outside, Payee: v.numbers[a],
			PayerName: "ANNA PROBNA", PayeeName: "JAN TESTOWY", Title: fmt.Sprintf("FILE %d RECORD %d", v.serial, i)}
		switch {
		case i < len(v.numbers): // everybody has something before anybody pays
			a, o.Amount = i, 10_000_000
			o.Payee = v.numbers[a]
			v.want[a] += o.Amount
		case i%4 == 1:
			o.Payer, o.Payee = v.numbers[a], outside
			v.want[a] -= o.Amount
		case i%4 == 2 && a != b:
			o.Payer, o.Payee = v.numbers[a], v.numbers[b]
			v.want[a] -= o.Amount
			v.want[b] += o.Amount
		default:
			v.want[a] += o.Amount
		}
		v.must(w.Write(o))
	}
	return out.String()
}

func (v *victim) rounds(n int) {
	for range n {
		f, err := v.files.Receive(context.Background(), v.actor, files.Upload{Name: fmt.Sprintf("%d.pli", v.serial+1), MasterAccount: v.master.ID,
			Body: strings.NewReader(v.content())})
		v.must(err)
		v.haunt(f.ID, bank.FilePending, bank.FileValidated)
		_, _, err = v.files.Execute(context.Background(), v.actor, f.ID)
		v.must(err)
		v.haunt(f.ID, bank.FileExecuting, bank.FileExecuted)
		v.compare()
	}
	v.startAll()
	v.receiver.wantAll(v.db, v.actor.Customer)
	v.t.Logf("%d files, %d kills before a stage was done, %d of them between chunks", n, v.kills, v.midway)
}

// haunt starts workers and kills them at random moments until the file has left the status, at most eight times; then it
// lets them live. Killing stops mattering once the work is done, so the moments lie within the time a stage takes here.
func (v *victim) haunt(id bank.ID, from, to bank.FileStatus) {
	deadline := time.Now().Add(90 * time.Second)
	for kills := 0; ; kills++ {
		v.startAll()
		life := time.Duration(20+v.rng.IntN(250)) * time.Millisecond
		if kills >= 8 {
			life = time.Until(deadline)
		}
		status := v.wait(id, from, life)
		v.killAll()
		if status == to {
			return
		}
		v.count(id)
		if status != from || time.Now().After(deadline) {
			f, err := v.files.File(context.Background(), v.actor, id)
			v.t.Fatalf("file is %s after %d kills, want %s: %+v %v", status, kills, to, f, err)
		}
	}
}

// count notes where a kill has hit.
func (v *victim) count(id bank.ID) {
	v.kills++
	p, err := v.files.Progress(context.Background(), v.actor, id)
	v.must(err)
	if p.Done > 0 && p.Done < p.Total {
		v.midway++
	}
}

// wait returns the status of the file once it is no longer the given one, or at the end of the time.
func (v *victim) wait(id bank.ID, status bank.FileStatus, life time.Duration) bank.FileStatus {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for end := time.After(life); ; {
		f, err := v.files.File(context.Background(), v.actor, id)
		v.must(err)
		if f.Status != status {
			return f.Status
		}
		select {
		case <-end:
			return f.Status
		case <-ticker.C:
		}
	}
}

// startAll starts one worker, and where the store takes more than one process, its replicas.
func (v *victim) startAll() {
	for range v.replicas {
		c := exec.Command(v.program, "serve", "--store", v.address, "--key", v.keyFile, "--target", "worker", "--admin-listen", "127.0.0.1:0",
			"--lease", "300ms", "--notify-private", "--idle", "10ms", "--chunk", strconv.Itoa(killChunk))
		c.Env = append(os.Environ(), "GOTRACEBACK=all")
		v.must(c.Start())
		v.workers = append(v.workers, c)
	}
}

func (v *victim) killAll() {
	for _, c := range v.workers {
		_ = c.Process.Kill()
		_ = c.Wait() // its error is the kill
	}
	v.workers = nil
}

// compare proves the ledger and holds every balance against the oracle.
func (v *victim) compare() {
	v.t.Helper()
	proof, err := ledger.Verify(context.Background(), v.db)
	v.must(err)
	for _, c := range proof.Checks {
		if !c.OK {
			v.t.Errorf("%s: %v", c.Name, c.Violations)
		}
	}
	err = v.db.Read(context.Background(), func(tx *store.Tx) error {
		for i, id := range v.balances {
			b, err := tx.Balance(v.actor.Customer, id)
			if err != nil {
				return err
			}
			if b.Booked != v.want[i] {
				v.t.Errorf("balance %d: booked %d, want %d", i, b.Booked, v.want[i])
			}
		}
		return nil
	})
	v.must(err)
}
