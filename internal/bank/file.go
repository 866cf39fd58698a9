package bank

import "time"

// FileStatus is the life of a transaction file.
type FileStatus string

// The five statuses, written as the product names them.
const (
	FilePending   FileStatus = "Pending"
	FileValidated FileStatus = "Validated"
	FileInvalid   FileStatus = "Invalid"
	FileExecuting FileStatus = "Executing"
	FileExecuted  FileStatus = "Executed"
)

// Sum counts records and adds their amounts in minor units.
type Sum struct {
	Count  int64 `json:"count"`
	Amount int64 `json:"amount"`
}

// Plus returns the sum with one more record.
func (s Sum) Plus(amount int64) Sum { return Sum{s.Count + 1, s.Amount + amount} }

// FileTotals tell what validation saw in a file.
type FileTotals struct {
	Records  int64            `json:"records"`
	Errors   int64            `json:"errors"`   // findings of severity error
	Warnings int64            `json:"warnings"` // findings of severity warning
	Encoding string           `json:"encoding,omitempty"`
	ByKind   map[string]Sum   `json:"byDirection,omitempty"` // of records without errors: credit, debit, internal, unallocated, charges
	Refused  Sum              `json:"refused,omitzero"`      // records with an error, as far as their amounts can be read
	Codes    map[string]int64 `json:"codes,omitempty"`       // complete counts, findings themselves are capped
	Forecast *FileForecast    `json:"forecast,omitempty"`    // nil: validated before there were any
	Expected FileExpected     `json:"expected,omitzero"`     // what whoever uploaded the file said of it, there before validation
}

// FileExpected is what is known of a file from elsewhere, as from a message of the bank. A file that has no trailer of its own
// cannot tell that its last lines are missing, or that it is the file of orders in place of the report: this can.
type FileExpected struct {
	Direction string `json:"direction,omitempty"` // ExpectCredits or ExpectDebits; empty: both
	Records   int64  `json:"records,omitempty"`   // 0: not stated
	Sum       int64  `json:"sum,omitempty"`       // of all records, minor units; 0: not stated
}

// What a file may be said to hold; transfers between two of our IBANs fit each.
const (
	ExpectCredits = "credits"
	ExpectDebits  = "debits"
)

// Check refuses what has no meaning: ErrInvalid with the field.
func (e FileExpected) Check() error {
	switch {
	case e.Direction != "" && e.Direction != ExpectCredits && e.Direction != ExpectDebits:
		return ErrInvalid.With("a file holds credits, debits, or both").Field("expect", "invalid", "want credits or debits, or nothing for both")
	case e.Records < 0:
		return ErrInvalid.With("the number of records is below zero").Field("expectedRecords", "invalid", "want a number of records, or nothing")
	case e.Sum < 0:
		return ErrInvalid.With("the sum of the records is below zero").Field("expectedSum", "invalid", "want a sum in minor units, or nothing")
	}
	return nil
}

// FileForecast is what execution will do with a file, as it looked when it was validated.
type FileForecast struct {
	Outcomes  map[string]Sum `json:"outcomes"`           // of the records, by Outcome
	Technical Sum            `json:"technical,omitzero"` // goes to the technical balance, as items
	Orders    Sum            `json:"orders,omitzero"`    // books transfers that we ordered, from what is reserved for them
	Claimed   Sum            `json:"claimed,omitzero"`   // items for which nothing is posted, with what they are about
}

// TransactionFile is an uploaded file of a bank.
type TransactionFile struct {
	Customer      CustomerID
	No            FileNo
	ID            ID
	MasterAccount ID
	Name          string
	SHA256        [32]byte
	Bytes         int64
	Status        FileStatus
	Acceptance    Acceptance // of the master account when the file was last validated
	Dialect       Dialect    // likewise; before the first validation it is empty
	Totals        FileTotals
	Chunks        int64 // of the plan
	UploadedBy    string
	UploadedAt    time.Time
	ValidatedAt   time.Time
	ExecutedBy    string
	ExecutionNo   int64 // order of the transition to Executing within the customer; 0 before
	ExecutingAt   time.Time
	ExecutedAt    time.Time
	Attempts      int    // of the running stage, since it last moved on
	StopReason    string // why the running stage stopped; empty while it runs
}

// Outcome is what became of one record.
type Outcome int8

// The outcomes of product.md, plus POSSIBLE_DUPLICATE for surplus copies. The numbers are stored.
const (
	OutcomeCredited       Outcome = 1
	OutcomeCreditedFrozen Outcome = 2
	OutcomeTechnical      Outcome = 3
	OutcomeInternal       Outcome = 4
	OutcomeDebited        Outcome = 5
	OutcomeShortfall      Outcome = 6
	OutcomeOwn            Outcome = 7
	OutcomeUnreadable     Outcome = 8
	OutcomeDuplicate      Outcome = 9
)

var outcomeNames = []string{"", "CREDITED", "CREDITED_FROZEN", "TECHNICAL", "INTERNAL", "DEBITED", "SHORTFALL", "OWN", "UNREADABLE", "POSSIBLE_DUPLICATE"}

// String returns the name in reports.
func (o Outcome) String() string { return outcomeNames[o] }

// FileFinding is one validation result as stored and shown.
type FileFinding struct {
	Line     int64  // 0: the file as a whole
	Field    int    // its number in formats with numbered fields; 0: the record as a whole
	Element  string // its name in formats whose fields have names
	Code     string
	Severity string // ERROR or WARNING
	Value    string // truncated, control characters escaped
	Params   string // the figures of the text as JSON; empty: stored before findings had any
	Message  string // in English where it is stored, in the reader's language where it was read
	Record   string // as received, decoded, at most MaxFindingRecord characters, control characters escaped
	From, To int    // the field in Record, in characters; both 0: the whole record
}

// MaxFindingRecord is how many characters of its record a finding keeps.
const MaxFindingRecord = 4096

// ItemState tells where the money of an item is.
type ItemState string

// Posted items lie on the technical balance; nothing was posted yet for claimed ones.
const (
	ItemPosted  ItemState = "POSTED"
	ItemClaimed ItemState = "CLAIMED"
)

// ItemStatus is the life of an item.
type ItemStatus string

// The statuses of items.
const (
	ItemOpen          ItemStatus = "OPEN"
	ItemAssigned      ItemStatus = "ASSIGNED"
	ItemReturnOrdered ItemStatus = "RETURN_ORDERED"
	ItemReturned      ItemStatus = "RETURNED"
	ItemSettled       ItemStatus = "SETTLED"
)

// Item is one amount without a home.
type Item struct {
	Customer   CustomerID
	ID         ID
	Currency   string
	Amount     int64
	State      ItemState
	Reason     Reason
	Status     ItemStatus
	Origin     Origin
	Posting    TransactionID // the one that put it on the technical balance; 0 when claimed
	OpenedAt   time.Time
	DecidedAt  time.Time
	DecidedBy  string
	Decision   string        // the reason given by who decided
	Resolution TransactionID // the posting that took it off the technical balance
	File       ID            // it came with; read only, zero where it came with none
	FileName   string        // likewise
	Details    Details
}
