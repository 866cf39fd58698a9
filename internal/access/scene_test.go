package access_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// scene is a store with a clock that tests turn by hand.
type scene struct {
	t         testing.TB
	ctx       context.Context
	db        *store.DB
	service   *access.Service
	customers *customers.Service

	mutex sync.Mutex
	at    time.Time
}

func newScene(t testing.TB, db *store.DB) *scene {
	s := &scene{t: t, ctx: t.Context(), db: db, at: noon}
	s.service = access.New(db, s.now)
	s.customers = customers.New(db, s.now).WithSecondPerson(s.service)
	return s
}

func open(t testing.TB) *scene { return newScene(t, storetest.Open(t)) }

func (s *scene) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at
}

func (s *scene) pass(d time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.at = s.at.Add(d)
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *scene) customer(name string) bank.Customer {
	s.t.Helper()
	return must[bank.Customer](s.t)(s.customers.Create(s.ctx, bank.System(0, "ims"), name, bank.DefaultSettings()))
}

func (s *scene) status(c bank.Customer) bank.CustomerStatus {
	s.t.Helper()
	return must[bank.Customer](s.t)(s.customers.Get(s.ctx, c.ID)).Status
}

func system(c bank.Customer) bank.Actor { return bank.System(c.ID, "ims") }

func (s *scene) invite(c bank.Customer, email string, role bank.Role, institution bool) {
	s.t.Helper()
	must[bank.Operator](s.t)(s.service.InviteOperator(s.ctx, system(c), c.ID, email, role, institution))
}

func (s *scene) actor(c bank.Customer, email string) bank.Actor {
	s.t.Helper()
	return must[bank.Actor](s.t)(s.service.Operator(s.ctx, c.ID, email))
}

// come lets operators have signed in.
func (s *scene) come(c bank.Customer, emails ...string) {
	s.t.Helper()
	if err := storetest.Come(s.db, c.ID, emails...); err != nil {
		s.t.Fatal(err)
	}
}

// active is a customer whose four eyes bind, with two ADMINs of the issuing institution.
func (s *scene) active(name string) (c bank.Customer, ada, bob bank.Actor) {
	s.t.Helper()
	c = s.customer(name)
	s.invite(c, "ada@example.test", bank.Admin, true)
	s.invite(c, "bob@example.test", bank.Admin, true)
	s.come(c, "ada@example.test", "bob@example.test")
	return c, s.actor(c, "ada@example.test"), s.actor(c, "bob@example.test")
}

// require runs Require as a room would: in a transaction that commits. True means that the room may go on.
func (s *scene) require(actor bank.Actor, r access.Request) (bool, *bank.Approval) {
	s.t.Helper()
	var pending *bank.Approval
	err := s.db.Write(s.ctx, func(tx *store.Tx) (err error) {
		pending, err = s.service.Require(s.ctx, tx, actor, r)
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return pending == nil && err == nil, pending
}

func (s *scene) approvals(c bank.Customer, status bank.ApprovalStatus) []bank.Approval {
	s.t.Helper()
	return must[[]bank.Approval](s.t)(s.service.Approvals(s.ctx, system(c), c.ID, access.ApprovalFilter{Status: status}))
}

func (s *scene) actions(c bank.Customer) (list []string) {
	s.t.Helper()
	var events []bank.AuditEvent
	err := s.db.Read(s.ctx, func(tx *store.Tx) (err error) { events, err = tx.AuditEvents(c.ID, 1, 1<<50); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range events {
		list = append(list, e.Actor+" "+e.Action)
	}
	return list
}

func execute(content string) access.Request {
	return access.Request{Action: access.ActionExecuteFile, Object: "file 1", Digest: sha256.Sum256([]byte(content)), Summary: "execute " + content}
}

func wantError(t testing.TB, err error, want *bank.Error, says string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %s", err, want.Code)
	}
	if e, _ := bank.AsError(err); !strings.Contains(e.Message, says) {
		t.Fatalf("message %q does not say %q", e.Message, says)
	}
}
