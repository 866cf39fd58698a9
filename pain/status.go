package pain

import "ims/bankfile"

// Outcome is what a status means for an order. The zero value is the one that changes nothing.
type Outcome uint8

// The outcomes: the bank still has it in hand, the money has left (ACSC), or the order was refused and the money stays (RJCT).
const (
	InProgress Outcome = iota
	Settled
	Rejected
)

// String returns IN_PROGRESS, SETTLED or REJECTED.
func (o Outcome) String() string {
	return [...]string{"IN_PROGRESS", "SETTLED", "REJECTED"}[min(o, Rejected)]
}

// statuses are the codes that banks use, and those of them that end the matter.
var statuses = map[string]Outcome{
	"RJCT": Rejected, "ACSC": Settled,
	"RCVD": InProgress, "ACTC": InProgress, "ACCP": InProgress, "ACSP": InProgress, "ACCC": InProgress, "ACWC": InProgress,
	"ACWP": InProgress, "ACFC": InProgress, "PDNG": InProgress, "PART": InProgress, "PATC": InProgress, "BLCK": InProgress, "CANC": InProgress,
}

// OutcomeOf returns what a status means, and whether it is known; one that is not is in progress.
func OutcomeOf(status string) (Outcome, bool) {
	o, known := statuses[status]
	return o, known
}

// Level is what an answer is about.
type Level uint8

// The levels. A status of the message or of a section holds for each of its orders that has none of its own.
const (
	OfMessage Level = iota + 1
	OfSection
	OfOrder
)

// String returns message, section or order.
func (l Level) String() string {
	return [...]string{"unknown", "message", "section", "order"}[min(l, OfOrder)]
}

// StatusReason is why something has its status.
type StatusReason struct {
	Code string // see ReasonText; or a word of the bank's own
	Text string // what the bank says besides, at most 1000 characters
}

// Answer is what a report says about a message, a section or an order. Texts are as the bank has sent them.
type Answer struct {
	Number        int // from 1 in the report; findings have it as their line
	Level         Level
	MessageID     string // Message.ID
	SectionID     string // Section.ID; "" for a message
	EndToEndID    string // Order.EndToEndID; "" above orders
	InstructionID string // identifiers of the order that the bank was given or made itself
	TransactionID string
	UETR          string
	BankReference string // AcctSvcrRef: the bank's own, by which it books

	Status    string // as the bank has it, or inherited
	Inherited bool   // the status is that of the section or message
	Outcome   Outcome
	Reasons   []StatusReason

	Orders   int    // of a message or section as the bank counts; 0: it does not say
	Sum      string // their control sum as the bank has it
	Amount   string // of an order as the bank has it, see ParseAmount
	Currency string

	Findings []bankfile.Finding
}

// OK reports an answer without errors. One with errors is in progress, whatever its status.
func (a *Answer) OK() bool {
	for _, f := range a.Findings {
		if f.Severity == bankfile.Error {
			return false
		}
	}
	return true
}

// find adds a finding.
func (a *Answer) find(code bankfile.Code, element, value string, p bankfile.Params) {
	severity, _ := code.DefaultSeverity()
	a.Findings = append(a.Findings, bankfile.Finding{Code: code, Severity: severity, Element: element, Value: bankfile.Visible(value), Params: p})
}
