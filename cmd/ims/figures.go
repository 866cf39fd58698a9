package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ims/internal/bank"
	"ims/internal/store"
)

// figures are read from the store whenever Prometheus asks, so that every replica tells the same and none goes stale.
type figures struct {
	rooms  *rooms
	now    func() time.Time
	log    *slog.Logger
	queued func() int
}

// figuresTime bounds how long Prometheus waits for the store.
const figuresTime = 5 * time.Second

// figure describes one metric of the store.
func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("ims_"+name, help, labels, nil)
}

// The metrics of the store; docs/operations.md says from which value on somebody should act.
var (
	figuresUp       = figure("figures_up", "1 if the figures of the store could be read.")
	writerQueue     = figure("writer_queue", "Single postings that wait for the writer of this process; at 1024 more are refused.")
	poolConnections = figure("db_connections", "Connections to the database.", "pool", "state")
	poolWaits       = figure("db_wait_seconds_total", "Time that callers waited for a connection.", "pool")
	authorityEnds   = figure("authority_expires_timestamp_seconds", "End of the certificate authority.")

	filesByStatus  = figure("files", "Transaction files by status.", "customer", "status")
	filesStopped   = figure("files_stopped", "Files whose stage stopped and waits for somebody (ims file retry).", "customer")
	oldestFile     = figure("oldest_unexecuted_file_seconds", "Age of the oldest file that is neither Executed nor Invalid; 0: there is none.", "customer")
	leaseOverdue   = figure("lease_overdue_seconds", "How long ago the lease of a file ran out that nobody took over; 0: none did.", "customer")
	itemsOpen      = figure("open_items", "Items that wait for a decision or a return.", "customer", "currency", "state", "reason")
	itemsAmount    = figure("open_items_minor_units", "Their sum, in minor units.", "customer", "currency", "state", "reason")
	oldestItem     = figure("oldest_open_item_seconds", "Age of the oldest open item; 0: there is none.", "customer")
	eventLag       = figure("event_lag_seconds", "Age of the oldest transaction that the customer's endpoint was not told of; 0: none.", "customer")
	eventsFailed   = figure("events_waiting", "Notifications that failed and are tried again.", "customer")
	eventsActive   = figure("endpoint_active", "1 if the notification endpoint is switched on, 0 if it was stopped.", "customer")
	proofAt        = figure("proof_timestamp_seconds", "Begin of the last proof of the ledger.", "customer", "depth")
	proofOK        = figure("proof_ok", "1 if the last proof found nothing.", "customer", "depth")
	proofTook      = figure("proof_duration_seconds", "How long the last proof took.", "customer", "depth")
	rangeUsed      = figure("base_iban_used_ratio", "Part of a base IBAN's numbers that are given, 0 to 1.", "customer", "base", "currency", "issuing")
	certificateEnd = figure("certificate_expires_timestamp_seconds", "End of an active certificate of a caller.", "customer", "cn", "serial")
	workPaused     = figure("work_paused", "1 while files and notifications rest after a restore.", "customer")
)

// Describe implements prometheus.Collector. Without descriptions the set of metrics may differ from call to call, as it does
// when a customer is added.
func (*figures) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresTime)
	defer cancel()
	t := &telling{out: out, now: f.now()}
	t.gauge(writerQueue, float64(f.queued()))
	write, read := f.rooms.db.Pools()
	t.pool("write", write)
	t.pool("read", read)
	up := 1.0
	if err := f.store(ctx, t); err != nil {
		f.log.Warn("the figures of the store cannot be read", "error", err)
		up = 0
	}
	t.gauge(figuresUp, up)
}

// telling hands values to Prometheus.
type telling struct {
	out chan<- prometheus.Metric
	now time.Time
}

func (t *telling) gauge(d *prometheus.Desc, value float64, labels ...string) {
	t.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// age is how long ago an instant was, in seconds; 0 for the zero time and for what is still to come.
func (t *telling) age(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, t.now.Sub(at).Seconds())
}

func (t *telling) pool(name string, s sql.DBStats) {
	t.gauge(poolConnections, float64(s.InUse), name, "in_use")
	t.gauge(poolConnections, float64(s.Idle), name, "idle")
	t.gauge(poolConnections, float64(s.MaxOpenConnections), name, "most")
	t.out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, s.WaitDuration.Seconds(), name)
}

func (f *figures) store(ctx context.Context, t *telling) error {
	ca, err := f.rooms.customers.CACertificate(ctx)
	if err == nil {
		t.gauge(authorityEnds, float64(ca.NotAfter.Unix()))
	} else if !errors.Is(err, bank.ErrNotFound) {
		return fmt.Errorf("certificate authority: %w", err)
	}
	list, err := f.rooms.customers.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		// Each customer in a snapshot of its own: together they could hold up the log of an embedded store for long.
		err := f.rooms.db.Read(ctx, func(tx *store.Tx) error { return t.customer(tx, c.ID) })
		if err != nil {
			return fmt.Errorf("figures of customer %d: %w", c.ID, err)
		}
	}
	return nil
}

func (t *telling) customer(tx *store.Tx, id bank.CustomerID) error {
	for _, tell := range []func(*store.Tx, bank.CustomerID, string) error{t.files, t.items, t.events, t.proofs, t.ranges, t.certificates, t.pause} {
		if err := tell(tx, id, fmt.Sprint(id)); err != nil {
			return err
		}
	}
	return nil
}

func (t *telling) files(tx *store.Tx, id bank.CustomerID, customer string) error {
	list, err := tx.FileFigures(id)
	if err != nil {
		return err
	}
	var oldest, lease, stopped float64
	counts := map[bank.FileStatus]int64{bank.FilePending: 0, bank.FileValidated: 0, bank.FileInvalid: 0, bank.FileExecuting: 0, bank.FileExecuted: 0}
	for _, f := range list {
		counts[f.Status] = f.Files
		if f.Status != bank.FileExecuted && f.Status != bank.FileInvalid {
			oldest = max(oldest, t.age(f.Oldest))
		}
		lease, stopped = max(lease, t.age(f.LeaseEnd)), stopped+float64(f.Stopped)
	}
	for status, n := range counts {
		t.gauge(filesByStatus, float64(n), customer, string(status))
	}
	t.gauge(oldestFile, oldest, customer)
	t.gauge(leaseOverdue, lease, customer)
	t.gauge(filesStopped, stopped, customer)
	return nil
}

func (t *telling) items(tx *store.Tx, id bank.CustomerID, customer string) error {
	list, err := tx.ItemFigures(id)
	if err != nil {
		return err
	}
	oldest := 0.0
	for _, f := range list {
		oldest = max(oldest, t.age(f.Oldest))
		t.gauge(itemsOpen, float64(f.Items), customer, f.Currency, string(f.State), string(f.Reason))
		t.gauge(itemsAmount, float64(f.Amount), customer, f.Currency, string(f.State), string(f.Reason))
	}
	t.gauge(oldestItem, oldest, customer)
	return nil
}

func (t *telling) events(tx *store.Tx, id bank.CustomerID, customer string) error {
	f, err := tx.EventFigure(id)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.gauge(eventLag, t.age(f.Oldest), customer)
	t.gauge(eventsFailed, float64(f.Failed), customer)
	t.gauge(eventsActive, truth(f.Active), customer)
	return nil
}

func (t *telling) proofs(tx *store.Tx, id bank.CustomerID, customer string) error {
	list, err := tx.Proofs(id)
	if err != nil {
		return err
	}
	for _, p := range list {
		t.gauge(proofAt, float64(p.At.UnixMilli())/1000, customer, string(p.Depth))
		t.gauge(proofOK, truth(p.OK), customer, string(p.Depth))
		t.gauge(proofTook, p.Duration.Seconds(), customer, string(p.Depth))
	}
	return nil
}

func (t *telling) ranges(tx *store.Tx, id bank.CustomerID, customer string) error {
	list, err := tx.BaseIBANs(id)
	if err != nil {
		return err
	}
	for _, b := range list {
		t.gauge(rangeUsed, float64(b.Next)/float64(b.Capacity), customer, b.Base, b.Currency.Code(), fmt.Sprint(b.Issuing))
	}
	return nil
}

func (t *telling) certificates(tx *store.Tx, id bank.CustomerID, customer string) error {
	list, err := tx.Certificates(id, "")
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Status == bank.CertificateActive && c.NotAfter.After(t.now) {
			t.gauge(certificateEnd, float64(c.NotAfter.Unix()), customer, c.CN, c.Serial)
		}
	}
	return nil
}

func (t *telling) pause(tx *store.Tx, id bank.CustomerID, customer string) error {
	_, err := tx.WorkPause(id)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return err
	}
	t.gauge(workPaused, truth(err == nil), customer)
	return nil
}

// truth is 1 or 0.
func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
