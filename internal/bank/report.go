package bank

import "time"

// ReportStatus is how far a transaction report is.
type ReportStatus string

// The statuses of reports.
const (
	ReportPending ReportStatus = "PENDING" // it is written, or waits for a worker
	ReportReady   ReportStatus = "READY"
	ReportFailed  ReportStatus = "FAILED" // StopReason says why; a new one may be asked for
)

// Report is a transaction report that somebody asked for: the history as a filter selected it, in a file that is kept for a
// while.
type Report struct {
	Customer    CustomerID
	ID          ID
	Name        string // of the file
	Form        string // csv or xlsx
	Lang        string // en or pl
	Filter      string // JSON, as the room of the history reads it
	Status      ReportStatus
	Last        TransactionID // the last one there was when it was asked for; it takes none behind it
	Seen        TransactionID // how far it is
	Rows        int64
	Bytes       int64
	Parts       int64 // that its file is stored in
	RequestedBy string
	RequestedAt time.Time
	FinishedAt  time.Time // zero while PENDING
	ExpiresAt   time.Time // zero while PENDING; it is removed behind it
	Attempts    int64
	StopReason  string
}

// Percent is how much of a report is written, 0 to 100.
func (r Report) Percent() int {
	switch {
	case r.Status == ReportReady || r.Last == 0:
		return 100
	case r.Seen >= r.Last:
		return 99 // the file is put together
	}
	return int(r.Seen * 100 / r.Last)
}
