package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ims/internal/bank"
)

// SafetyMargin is how far counters move when a store comes back from a backup: more than anybody can have taken between the
// backup and its loss, so that nothing that was shown meanwhile is given to somebody else.
const SafetyMargin = 1_000_000

// customerMargin is the margin of the numbers of customers, who are onboarded by hand.
const customerMargin = 1_000

// RangeMargin is SafetyMargin for a range of so many IBANs, or a tenth of it (rounded up) where that is less.
func RangeMargin(capacity uint64) uint64 {
	return min(SafetyMargin, (capacity+9)/10)
}

// ActionRestored is the audit event of a customer whose store came back. Its link covers the ids that are never given.
const ActionRestored = "store.restored"

// restoration is what the audit event says besides.
type restoration struct {
	SkippedIDs int64            `json:"skippedIds"`
	Counters   map[string]int64 `json:"counters"` // of base IBANs
	Sessions   int64            `json:"sessions"`
}

// SkippedIDs is how many ids behind its own an audit event takes away for ever; 0 for all but ActionRestored.
func SkippedIDs(e bank.AuditEvent) int64 {
	var r restoration
	if e.Action != ActionRestored || json.Unmarshal([]byte(e.After), &r) != nil {
		return 0
	}
	return r.SkippedIDs
}

// Pause says that the work of a customer rests, since when, and why.
type Pause struct {
	Customer bank.CustomerID
	Since    time.Time
	Reason   string
}

// RestoreInstallation moves the counters that belong to no customer. Base IBANs that are added from now on begin behind the
// margin too: one that was added behind the backup, and is added again, has issued already. It ends what operators are signed
// in with.
func (tx *Tx) RestoreInstallation() error {
	last, err := tx.lastCustomer()
	if err != nil {
		return fmt.Errorf("last customer: %w", err)
	}
	_, err = tx.exec(`INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		restoredFact, []byte(strconv.FormatInt(last+customerMargin, 10)))
	if err != nil {
		return err
	}
	return tx.EndOperatorLogins()
}

// restoredFact is the number behind which customers are numbered since the store came back; there where it ever did.
const restoredFact = "restored"

// lastCustomer is the last number of a customer that was, or may have been, given.
func (tx *Tx) lastCustomer() (int64, error) {
	last, err := queryOne(tx, number, "SELECT MAX(customer_id) FROM customers")
	if err != nil {
		return 0, err
	}
	value, err := tx.Fact(restoredFact)
	if errors.Is(err, bank.ErrNotFound) {
		return last, nil
	}
	if err != nil {
		return 0, err
	}
	behind, err := strconv.ParseInt(string(value), 10, 64)
	return max(last, behind), err
}

// firstCounter is where a new base IBAN begins to count.
func (tx *Tx) firstCounter(capacity uint64) (uint64, error) {
	_, err := tx.Fact(restoredFact)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, nil
	}
	return RangeMargin(capacity), err
}

// RestoreCustomer makes a customer safe to go on after the store came back from a backup: it moves all counters by the
// margin, ends all sessions of end users and lets the work rest until ResumeWork, with an audit event of its own. It locks
// base IBANs, then the head.
func (tx *Tx) RestoreCustomer(customer bank.CustomerID, actor string, now time.Time) (Pause, error) {
	pause := Pause{Customer: customer, Since: now.UTC().Truncate(time.Microsecond), Reason: "the store came back from a backup"}
	done := restoration{SkippedIDs: SafetyMargin, Counters: map[string]int64{}}
	if err := tx.advanceBases(customer, done.Counters); err != nil {
		return pause, fmt.Errorf("counters of base IBANs: %w", err)
	}
	var err error
	if done.Sessions, err = tx.exec("DELETE FROM sessions WHERE customer_id = $1", customer); err != nil {
		return pause, fmt.Errorf("end sessions: %w", err)
	}
	_, err = tx.exec(`INSERT INTO pauses (customer_id, since, reason) VALUES ($1, $2, $3)
		ON CONFLICT (customer_id) DO UPDATE SET since = excluded.since, reason = excluded.reason`, customer, micros(pause.Since), pause.Reason)
	if err != nil {
		return pause, fmt.Errorf("pause: %w", err)
	}
	return pause, tx.advanceIDs(customer, actor, pause.Since, done)
}

// advanceBases moves the counters of all base IBANs and notes where they stand.
func (tx *Tx) advanceBases(customer bank.CustomerID, counters map[string]int64) error {
	bases, err := query(tx, tx.scanBaseIBAN, baseIBANColumns+" WHERE customer_id = $1 ORDER BY base"+tx.engine.LockRows(), customer)
	if err != nil {
		return err
	}
	for _, b := range bases {
		next := min(b.Capacity, b.Next+RangeMargin(b.Capacity))
		if err := tx.AdvanceBase(customer, b.Base, next); err != nil {
			return err
		}
		counters[b.Base] = int64(next)
	}
	return nil
}

// advanceIDs moves the numbers in the head, under an audit event whose link covers the ids that are skipped.
func (tx *Tx) advanceIDs(customer bank.CustomerID, actor string, now time.Time, done restoration) error {
	after, err := json.Marshal(done)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE heads SET next_balance = next_balance + $2, next_file = next_file + $2, next_execution = next_execution + $2
		WHERE customer_id = $1`, customer, SafetyMargin)
	if err != nil {
		return err
	}
	head, err := tx.LockHead(customer)
	if err != nil {
		return fmt.Errorf("lock head: %w", err)
	}
	head.Begin(now)
	event := bank.AuditEvent{Customer: customer, ID: head.NextID, At: head.LastAt, Actor: actor, Action: ActionRestored, Object: "store", After: string(after)}
	head.NextID += 1 + SafetyMargin
	return tx.Append(head, event.ID, Rows{Audits: []bank.AuditEvent{event}})
}

// WorkPause returns the pause of a customer's work, or bank.ErrNotFound where it goes on.
func (tx *Tx) WorkPause(customer bank.CustomerID) (Pause, error) {
	scan := func(row scanner) (p Pause, err error) {
		return p, row.Scan(&p.Customer, instant{&p.Since}, &p.Reason)
	}
	return queryOne(tx, scan, "SELECT customer_id, since, reason FROM pauses WHERE customer_id = $1", customer)
}

// ResumeWork ends the pause of a customer's work, or returns bank.ErrNotFound.
func (tx *Tx) ResumeWork(customer bank.CustomerID) error {
	tx.leaves |= allWork
	return tx.execOne("DELETE FROM pauses WHERE customer_id = $1", customer)
}

// notPaused is the condition that a row's customer does not rest.
func notPaused(table string) string {
	return " AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.customer_id = " + table + ".customer_id)"
}
