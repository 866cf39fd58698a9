package bank

import "time"

// BalanceKind says what a balance is for; the chart of accounts speaks of kinds.
type BalanceKind int8

// The kinds of balances. The numbers are stored.
const (
	KindUser       BalanceKind = 1 // an end user's money
	KindOwn        BalanceKind = 2 // the customer's own funds
	KindTechnical  BalanceKind = 3 // undeliverable money, made of items
	KindReceivable BalanceKind = 4 // the deficit of one user balance, or of the customer
	KindBank       BalanceKind = 5 // the mirror of a master account
)

var kindNames = map[BalanceKind]string{
	KindUser: "USER", KindOwn: "OWN", KindTechnical: "TECHNICAL", KindReceivable: "RECEIVABLE", KindBank: "BANK",
}

// String returns the name used in reports and the API.
func (k BalanceKind) String() string { return kindNames[k] }

// HasRow tells whether the kind keeps booked and held in its row. The others are sums of balance_deltas, so that no shared
// row is hot.
func (k BalanceKind) HasRow() bool { return k != KindTechnical && k != KindBank }

// MayGoBelowZero tells whether booked may be negative.
func (k BalanceKind) MayGoBelowZero() bool { return k == KindBank || k == KindReceivable }

// Cause says why money moved. The numbers are stored.
type Cause int8

// The causes of postings.
const (
	CauseIncoming   Cause = 1  // a bank fact: BANK pays
	CauseOutgoing   Cause = 2  // a bank fact: a balance pays BANK
	CauseInternal   Cause = 3  // between two of our IBANs, or to the technical balance in place of an unusable payee
	CauseCredit     Cause = 4  // API credit from own funds
	CauseDebit      Cause = 5  // API debit to own funds
	CauseShortfall  Cause = 6  // the receivable pays what the payer lacks
	CauseRepayment  Cause = 7  // a later credit repays the receivable
	CauseAssignment Cause = 8  // an item of the technical balance finds its home
	CauseReturn     Cause = 9  // an item goes back to its payer, booked by the bank
	CauseFunding    Cause = 10 // the master account pays one of our IBANs: from own funds
	CauseSweep      Cause = 11 // one of our IBANs pays the master account: to own funds
	CauseCharges    Cause = 12 // the master account pays outside: from own funds
	CauseReversal   Cause = 13 // the opposite of an earlier posting, linked to it
)

var causeNames = map[Cause]string{
	CauseIncoming: "INCOMING", CauseOutgoing: "OUTGOING", CauseInternal: "INTERNAL", CauseCredit: "CREDIT",
	CauseDebit: "DEBIT", CauseShortfall: "SHORTFALL", CauseRepayment: "REPAYMENT", CauseAssignment: "ASSIGNMENT",
	CauseReturn: "RETURN", CauseFunding: "FUNDING", CauseSweep: "SWEEP", CauseCharges: "CHARGES", CauseReversal: "REVERSAL",
}

// String returns the name used in reports.
func (c Cause) String() string { return causeNames[c] }

// leg is one allowed direction of money.
type leg struct {
	from, to BalanceKind
	cause    Cause
}

// chart is the chart of accounts: whatever is not here is refused. A reversal is allowed where its opposite is.
var chart = map[leg]bool{
	{KindBank, KindUser, CauseIncoming}:             true,
	{KindBank, KindTechnical, CauseIncoming}:        true,
	{KindUser, KindBank, CauseOutgoing}:             true,
	{KindUser, KindUser, CauseInternal}:             true,
	{KindUser, KindTechnical, CauseInternal}:        true,
	{KindUser, KindOwn, CauseDebit}:                 true,
	{KindUser, KindOwn, CauseSweep}:                 true,
	{KindReceivable, KindBank, CauseShortfall}:      true,
	{KindReceivable, KindUser, CauseShortfall}:      true,
	{KindReceivable, KindTechnical, CauseShortfall}: true,
	{KindUser, KindReceivable, CauseRepayment}:      true,
	{KindTechnical, KindUser, CauseAssignment}:      true,
	{KindTechnical, KindOwn, CauseAssignment}:       true,
	{KindTechnical, KindBank, CauseReturn}:          true,
	{KindOwn, KindUser, CauseCredit}:                true,
	{KindOwn, KindUser, CauseFunding}:               true,
	{KindOwn, KindBank, CauseCharges}:               true,
}

// PostingAllowed tells whether the chart of accounts lets money move from one kind to the other for this cause.
func PostingAllowed(from, to BalanceKind, cause Cause) bool {
	if cause == CauseReversal {
		for l := range chart {
			if l.from == to && l.to == from {
				return true
			}
		}
		return false
	}
	return chart[leg{from, to, cause}]
}

// Origin says where a posting or transaction comes from: line Line of file File (leg counts the postings of one line), or,
// with File 0, an API or operator's operation whose first transaction id is Line.
type Origin struct {
	File FileNo
	Line int64
	Leg  int8
}

// Posting is an immutable movement of a positive amount from one balance to another of the same customer and currency.
type Posting struct {
	ID          TransactionID
	From, To    BalanceNo
	Amount      int64 // minor units, > 0
	Cause       Cause
	BookingDate string // ISO date, the bank's
	ValueDate   string // ISO date
	PostedAt    time.Time
	Origin      Origin
	Reverses    TransactionID // 0: not a reversal
}

// Author is who ordered an operation without a file, such as a credit by the API.
type Author struct {
	Posting TransactionID // the first of the operation, or the transaction that was declined
	Actor   string        // CN of a certificate, e-mail of an operator
	Origin  string        // where from: see Actor.Origin
}

// TransactionType is what history calls a movement seen from one balance. The numbers are stored.
type TransactionType int8

// The transaction types of the API.
const (
	TypeTransferIn  TransactionType = 1
	TypeTransferOut TransactionType = 2
	TypeInternalIn  TransactionType = 3
	TypeInternalOut TransactionType = 4
	TypeCredit      TransactionType = 5
	TypeDebit       TransactionType = 6
	TypeShortfall   TransactionType = 7
	TypeRepayment   TransactionType = 8
	TypeTechnical   TransactionType = 9
	TypeAssignment  TransactionType = 10
	TypeReturn      TransactionType = 11
	TypeReversal    TransactionType = 12
)

var typeNames = []string{"", "TRANSFER_IN", "TRANSFER_OUT", "INTERNAL_IN", "INTERNAL_OUT", "CREDIT", "DEBIT", "SHORTFALL",
	"REPAYMENT", "TECHNICAL", "ASSIGNMENT", "RETURN", "REVERSAL"}

// String returns the API's name.
func (t TransactionType) String() string { return typeNames[t] }

// ParseTransactionType reads the API's name.
func ParseTransactionType(s string) (TransactionType, bool) {
	for i, name := range typeNames {
		if i > 0 && name == s {
			return TransactionType(i), true
		}
	}
	return 0, false
}

// TypeOf returns what history calls one side of a posting: the paying side (out) or the paid side.
func TypeOf(cause Cause, kind BalanceKind, out bool) TransactionType {
	switch cause {
	case CauseIncoming:
		if kind == KindTechnical {
			return TypeTechnical
		}
		return TypeTransferIn
	case CauseOutgoing, CauseCharges:
		return TypeTransferOut
	case CauseInternal, CauseFunding, CauseSweep:
		switch {
		case kind == KindTechnical:
			return TypeTechnical
		case out:
			return TypeInternalOut
		default:
			return TypeInternalIn
		}
	default:
		return plainTypes[cause]
	}
}

var plainTypes = map[Cause]TransactionType{
	CauseCredit: TypeCredit, CauseDebit: TypeDebit, CauseShortfall: TypeShortfall, CauseRepayment: TypeRepayment,
	CauseAssignment: TypeAssignment, CauseReturn: TypeReturn, CauseReversal: TypeReversal,
}

// TransactionStatus only ever moves forward: AUTHORIZED to CLEARED or REVERSED; what was declined stays so. The numbers are
// stored.
type TransactionStatus int8

// The transaction statuses of the API.
const (
	StatusAuthorized TransactionStatus = 1
	StatusCleared    TransactionStatus = 2
	StatusReversed   TransactionStatus = 3
	StatusDeclined   TransactionStatus = 4
)

var statusNames = []string{"", "AUTHORIZED", "CLEARED", "REVERSED", "DECLINED"}

// String returns the API's name.
func (s TransactionStatus) String() string { return statusNames[s] }

// ParseTransactionStatus reads the API's name.
func ParseTransactionStatus(s string) (TransactionStatus, bool) {
	for i, name := range statusNames {
		if i > 0 && name == s {
			return TransactionStatus(i), true
		}
	}
	return 0, false
}

// Transaction is what history shows of a posting from one balance's side, of a debit that was declined, or of a payment whose
// money is only reserved so far.
type Transaction struct {
	ID           TransactionID
	Balance      BalanceNo
	Posting      TransactionID // 0: none, as where it was declined or waits; behind ID where it was authorised first
	Type         TransactionType
	Status       TransactionStatus
	Amount       int64 // minor units, negative when the balance pays
	BalanceAfter int64 // booked after the posting, or as it stayed where there is none; 0 for kinds without a row
	At           time.Time
	Origin       Origin // Leg is not kept here
}

// Position is where a transaction stands among those that moved money on its balance: at its own id, or at its posting where
// that came later. So a late clearing changes nothing that was told before.
func (t Transaction) Position() TransactionID { return max(t.ID, t.Posting) }

// Void is why an authorised transaction will never move money.
type Void struct {
	ID          TransactionID // of the void itself
	Transaction TransactionID
	Reason      Reason
	At          time.Time
}

// Decline is why a transaction was declined: it moved nothing and never will.
type Decline struct {
	ID     TransactionID
	Reason Reason
}

// Details are the words beside a posting: they may be erased one day, the posting may not.
type Details struct {
	Origin                     Origin
	PayerName, PayeeName       string
	PayerAccount, PayeeAccount string // electronic IBAN, or the bank's text where it is none
	Title, Reference           string
	Operation                  string // the bank's operation number, or the idempotency key of an API operation
	Class                      string // document classification of a transaction file
	Salt                       [16]byte
	Erased                     [32]byte // the salted digest of words that were taken out; zero: all are there
}
