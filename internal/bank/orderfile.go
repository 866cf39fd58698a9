package bank

import (
	"slices"
	"time"

	"ims/internal/money"
)

// OrderFileStatus is the life of an order file: transfers as the bank is given them.
type OrderFileStatus string

// The statuses of order files.
const (
	OrderFilePreparing  OrderFileStatus = "PREPARING"   // its orders are being gathered and written
	OrderFileGenerated  OrderFileStatus = "GENERATED"   // waits to be approved, downloaded and handed over; its orders are still HELD
	OrderFileHandedOver OrderFileStatus = "HANDED_OVER" // the bank has it: its orders are SENT
	OrderFileAccepted   OrderFileStatus = "ACCEPTED"    // the bank works on it
	OrderFileRejected   OrderFileStatus = "REJECTED"    // the bank refused it as a whole: its orders are REJECTED
	OrderFileBooked     OrderFileStatus = "BOOKED"      // each of its orders is settled or rejected
	OrderFileDiscarded  OrderFileStatus = "DISCARDED"   // never handed over: its orders wait for another file
)

// orderFileMoves is the one table of what may follow what; the engines hold it too.
var orderFileMoves = map[OrderFileStatus][]OrderFileStatus{
	OrderFilePreparing:  {OrderFileGenerated, OrderFileDiscarded},
	OrderFileGenerated:  {OrderFileHandedOver, OrderFileDiscarded},
	OrderFileHandedOver: {OrderFileAccepted, OrderFileRejected},
	OrderFileAccepted:   {OrderFileRejected, OrderFileBooked},
}

// OrderFileStatuses lists the statuses in the order of a life.
func OrderFileStatuses() []OrderFileStatus {
	return []OrderFileStatus{OrderFilePreparing, OrderFileGenerated, OrderFileHandedOver, OrderFileAccepted, OrderFileRejected, OrderFileBooked,
		OrderFileDiscarded}
}

// Known tells whether the status is one of the seven.
func (s OrderFileStatus) Known() bool { return slices.Contains(OrderFileStatuses(), s) }

// MayBecome tells whether the next status may follow this one.
func (s OrderFileStatus) MayBecome(next OrderFileStatus) bool {
	return slices.Contains(orderFileMoves[s], next)
}

// OrderFileTask is what a worker still has to do with the orders of a file, chunk by chunk.
type OrderFileTask string

// The tasks.
const (
	TaskNone    OrderFileTask = ""
	TaskCollect OrderFileTask = "COLLECT" // gather orders and write them
	TaskSend    OrderFileTask = "SEND"    // from HELD to SENT
	TaskFree    OrderFileTask = "FREE"    // take them out of a discarded file
	TaskReject  OrderFileTask = "REJECT"  // from SENT to REJECTED
	TaskReport  OrderFileTask = "REPORT"  // act on what the bank has answered
)

// The formats of order files.
const (
	OrdersPLI  = "pli"             // Elixir-O: PLN within Poland
	OrdersPain = "pain.001.001.09" // ISO 20022: everything else
)

// OrderFile is a file of orders for the bank. Its content, once GENERATED, never changes.
type OrderFile struct {
	Customer      CustomerID
	ID            ID
	No            int64 // 1, 2, ... of the customer
	MasterAccount ID
	Format        string // OrdersPLI or OrdersPain
	Status        OrderFileStatus
	Task          OrderFileTask
	Reached       ID     // the task is done up to this transfer
	Day           string // ISO date on which the bank shall carry the orders out
	Name          string // of the file, unique
	Message       string // how the bank names it in its answers, unique; pain.001 holds it
	Currency      money.Currency
	SHA256        [32]byte // of the content; zero while PREPARING
	Bytes         int64
	Parts         int64
	Orders        int64 // control totals
	Amount        int64 // minor units
	LeftOut       int64 // orders that waited and that the format cannot carry
	Downloads     int64 // how often its content was handed out
	CreatedBy     string
	CreatedAt     time.Time
	ApprovedBy    string    // who agreed to this content; the one who had it made where nobody else need
	ApprovedAt    time.Time // zero: it is not approved
	BankReference string    // by which the bank has acknowledged or refused it; empty: it did neither
	Reason        string    // why it was rejected or discarded, in the words of whoever did
	Attempts      int
	StopReason    string // why the task fails; empty: it does not
}

// Total is the control sum.
func (f OrderFile) Total() money.Amount { return money.New(f.Amount, f.Currency) }

// OrderFileStep is one step of an order file's life. Steps are never changed.
type OrderFileStep struct {
	No     int64 // 1, 2, ... within the file
	Status OrderFileStatus
	Actor  string
	Note   string // the bank's reference, or what a person gave as the reason
	At     time.Time
}

// OrderLeftOut is an order that waited when a file was made, and that it could not carry.
type OrderLeftOut struct {
	Transfer ID
	Reason   string // for operators: which field, and what is wrong with it
}

// OrderReport is an answer of the bank to an order file (pain.002), and what it said.
type OrderReport struct {
	Customer   CustomerID
	ID         ID
	OrderFile  ID
	Name       string
	SHA256     [32]byte
	Message    string // the bank's own name of it
	Bytes      int64
	Parts      int64
	Answers    int64 // about the file, its sections and orders
	Rejected   int64 // orders of the file that it says are refused
	Settled    int64 // executed, as it says; they are posted when the bank's statement has them
	InProgress int64
	Unknown    int64 // answers about orders that are not in the file
	Applied    int64 // answers that were acted on
	UploadedBy string
	UploadedAt time.Time
	FinishedAt time.Time // zero: not all of it was acted on yet
}
