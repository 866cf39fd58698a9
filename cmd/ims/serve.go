package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/transfers"
	"ims/internal/worker"
)

type serveCommand struct {
	Config
}

// Run serves until it is told to stop. It never migrates: a new version must not change a store behind the backs of the
// replicas of the old one.
func (c *serveCommand) Run(p *program) error {
	log := c.logger(p.stderr)
	address, err := p.address()
	if err != nil {
		return err
	}
	if address.file != "" && (c.Target == "api" || c.Target == "panel") {
		return errors.New("an embedded store has one service, which must do the work too: --target all")
	}
	r, err := p.open()
	if err != nil {
		return err
	}
	lock, err := address.lock()
	if err != nil {
		return errors.Join(err, r.close())
	}
	r = p.furnish(r.db, address, c.Config)
	return errors.Join(serve(p, r, c.Config, log), r.close(), lock.release())
}

// logger writes to standard error, without what must not stand in a log.
func (c Config) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong has checked it
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: maskAttribute}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// serve opens the listeners and runs doors and workers until the context ends. The caller holds the lock of the store.
func serve(p *program, r *rooms, c Config, log *slog.Logger) error {
	s, err := newService(p, r, c, log)
	if err != nil {
		return err
	}
	is, err := r.customers.Sandbox(p.ctx)
	if err != nil {
		return errors.Join(err, s.abandon())
	}
	if is {
		log.Warn("this store is a sandbox: its money is invented, and simulators work")
	}
	if err := s.warnOfPauses(p); err != nil {
		return errors.Join(err, s.abandon())
	}
	return s.run(p.ctx)
}

// service is what one process runs: doors in front of the rooms, and the workers behind them.
type service struct {
	Config
	rooms  *rooms
	log    *slog.Logger
	writer *ledger.Writer
	meters *metrics
	traces *traces
	payees *transfers.Payees
	doors  []*door
	ready  func(context.Context) error
}

// door is one listener with what answers on it.
type door struct {
	name     string
	listener net.Listener
	server   *http.Server
	tls      bool
}

// newService opens the listeners, so that a wrong address is told before any work begins.
func newService(p *program, r *rooms, c Config, log *slog.Logger) (*service, error) {
	traces, err := newTraces(p.ctx, c, log)
	if err != nil {
		return nil, err
	}
	s := &service{Config: c, rooms: r, log: traces.logged(log), writer: ledger.NewWriter(r.db, p.now), meters: newMetrics(), traces: traces}
	s.payees = transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(r.db), Told: s.meters.payee})
	r.transfers = r.transfers.With(transfers.WithPayeeChecker(s.payees))
	s.meters.registry.MustRegister(&figures{rooms: r, now: p.now, log: log, queued: s.writer.Queued})
	stopped := p.ctx.Done()
	s.ready = func(ctx context.Context) error {
		select {
		case <-stopped:
			return errors.New("shutting down")
		default:
			return r.db.Ping(ctx)
		}
	}
	if err := s.openDoors(p); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

func (s *service) openDoors(p *program) error {
	if err := s.open("admin", s.AdminListen, &http.Server{Handler: probes(s.ready, s.meters.handler())}, false); err != nil {
		return err
	}
	if s.Target == "all" || s.Target == "api" {
		server, err := s.api(p)
		if err != nil {
			return err
		}
		if err := s.open("api", s.Listen, server, true); err != nil {
			return err
		}
	}
	if s.Target == "all" || s.Target == "panel" {
		return s.openPanel(p)
	}
	return nil
}

// The limits of a connection, so that callers who do not send what they began, or do not read what they asked for, are let
// go. They are longer than the doors give a request, which put them off for what may take long.
const (
	headerTime  = 10 * time.Second
	requestTime = 40 * time.Second // until it has been read
	answerTime  = 45 * time.Second // until it has been written
	idleTime    = 2 * time.Minute
	headerBytes = 64 << 10
)

func limit(server *http.Server) {
	server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout = headerTime, requestTime, answerTime
	server.IdleTimeout, server.MaxHeaderBytes = idleTime, headerBytes
}

func (s *service) open(name, address string, server *http.Server, tls bool) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s listener: %w", name, err)
	}
	limit(server)
	server.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug) // failed handshakes of strangers
	if tls {                                                              // the probes must answer also when strangers have taken all connections
		listener = newBounded(listener, bounds{s.Connections, s.AddressLimit, s.TrustedProxy})
	}
	s.doors = append(s.doors, &door{name, listener, server, tls})
	return nil
}

// abandon closes what was opened when not all could be.
func (s *service) abandon() error {
	var all error
	for _, d := range s.doors {
		all = errors.Join(all, d.listener.Close())
	}
	s.writer.Close()
	return errors.Join(all, s.traces.close())
}

// run serves until the context ends or a listener fails, then lets requests finish, stops the workers, and answers what the
// writer still holds.
func (s *service) run(ctx context.Context) error {
	if s.rooms.address.file != "" {
		// Nobody else serves this store, so the leases are those of a process that died.
		if err := s.rooms.db.Write(ctx, (*store.Tx).ReleaseAllLeases); err != nil {
			return errors.Join(fmt.Errorf("release leases: %w", err), s.abandon())
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, len(s.doors))
	var background sync.WaitGroup
	for _, d := range s.doors {
		s.log.Info("listening", "door", d.name, "address", d.listener.Addr().String())
		background.Go(func() { failed <- d.serve() })
	}
	background.Go(func() { s.rooms.accounts.Watch(ctx) })
	if s.Target != "api" && s.Target != "panel" {
		background.Go(func() { s.work(ctx) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.log.Info("stopping", "grace", s.Grace)
	stop()
	err = errors.Join(err, s.closeDoors())
	s.writer.Close()
	background.Wait()
	if lost := s.traces.close(); lost != nil {
		s.log.Warn("traces are lost", "error", lost) // what they told of is done all the same
	}
	s.log.Info("stopped")
	return err
}

func (d *door) serve() error {
	err := d.listen()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("%s listener: %w", d.name, err)
}

func (d *door) listen() error {
	if d.tls {
		return d.server.ServeTLS(d.listener, "", "") // the certificate is in the TLS configuration
	}
	return d.server.Serve(d.listener)
}

// closeDoors lets running requests finish within the grace time, the probes last.
func (s *service) closeDoors() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.Grace)
	defer cancel()
	var all error
	for _, d := range slices.Backward(s.doors) {
		if err := d.server.Shutdown(ctx); err != nil {
			all = errors.Join(all, fmt.Errorf("%s listener: requests were cut off after %v: %w", d.name, s.Grace, err), d.server.Close())
		}
	}
	return all
}

// portOf is the port of an address.
func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address) // a listener's address always has one
	return port
}

// addressOf tells where a door is open; with port 0 in the configuration only this knows.
func (s *service) addressOf(name string) string {
	for _, d := range s.doors {
		if d.name == name {
			return d.listener.Addr().String()
		}
	}
	return ""
}

// The pace of housekeeping.
const (
	foldEvery    = 10 * time.Second
	blocksEvery  = 5 * time.Second
	waitsEvery   = 5 * time.Second // of transfers that were not confirmed
	collectEvery = 15 * time.Second
	sweepEvery   = time.Hour
	proofEvery   = 5 * time.Minute // of the light proof, whoever makes it
	notifyLoops  = 4               // endpoints that one process serves at once
)

// work runs the stages until the context ends.
func (s *service) work(ctx context.Context) {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	owner := fmt.Sprintf("%s %d", host, os.Getpid())
	var loops sync.WaitGroup
	for _, stage := range s.stages(owner) {
		loops.Go(func() { worker.Loop(ctx, s.log, s.Idle, stage) })
	}
	loops.Go(func() { worker.Loop(ctx, s.log, foldEvery, worker.Stage{Name: "fold", Run: s.rooms.foldDeltas}) })
	loops.Go(func() { worker.Loop(ctx, s.log, blocksEvery, worker.Stage{Name: "blocks", Run: s.rooms.endBlocks}) })
	loops.Go(func() { worker.Loop(ctx, s.log, waitsEvery, worker.Stage{Name: "transfers", Run: s.rooms.endWaits}) })
	loops.Go(func() {
		worker.Loop(ctx, s.log, collectEvery, worker.Stage{Name: "cut-offs", Run: s.rooms.collectOrders})
	})
	loops.Go(func() { worker.Loop(ctx, s.log, proofEvery/10, worker.Stage{Name: "proof", Run: s.rooms.proveLightly}) })
	loops.Go(func() { worker.Loop(ctx, s.log, sweepEvery, worker.Stage{Name: "sweep", Run: s.rooms.sweep}) })
	loops.Wait()
}

// stages are those that wake when a transaction, of this process or another, leaves them work.
func (s *service) stages(owner string) []worker.Stage {
	stage := func(name string, kind store.Work, owner string, run func(context.Context, string) (bool, error)) worker.Stage {
		return worker.Stage{Name: name, Woken: s.rooms.db.Woken(kind), Trace: s.traces.stage(name),
			Run: func(ctx context.Context) (bool, error) { return run(ctx, owner) }}
	}
	list := []worker.Stage{
		stage("files", store.WorkFiles, owner, s.rooms.files.RunDue),
		stage("history", store.WorkHistory, owner, s.rooms.history.IndexDue),
		stage("reports", store.WorkReports, owner, s.rooms.reports.RunDue),
		stage("order files", store.WorkOrders, owner, s.rooms.transfers.RunOrders),
	}
	for i := range notifyLoops {
		list = append(list, stage("notify", store.WorkEvents, fmt.Sprintf("%s %d", owner, i), s.rooms.notify.RunDue))
	}
	return list
}
