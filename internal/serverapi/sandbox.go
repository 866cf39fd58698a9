package serverapi

import (
	"context"
	"net/http"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/sandbox"
	"ims/internal/web"
)

func sandboxRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/secure/sandbox/incoming-transfers", id: "simulateIncomingTransfers", located: true, tag: "Sandbox",
			summary: "Let a bank transfer arrive", status: http.StatusCreated, simulated: true,
			description: "In a sandbox only; in production there is nothing at this address. Writes the transaction file that the bank would send, and takes it through receiving, validation and execution like any other: afterwards the money is on the balance, and the history and the notifications tell of it. The last two digits of the amount can ask for another outcome:\n\n" + effectList() + "\n\nAll other digits: the transfer as described. A repeated request with the same key goes on with the same file.",
			need:        bank.PermMoneyPost, key: keyRequired, later: "Not done yet; repeat the request with the same key to go on.",
			problems: []*bank.Error{bank.ErrAmountInvalid, bank.ErrCurrencyMismatch, bank.ErrCurrencyUnsupported, bank.ErrConflict, bank.ErrNoBaseIBAN, bank.ErrRangeExhausted},
			request:  simulationExample(), answer: simulatedExample, mount: typed((*server).simulate)},
	}
}

// effectList is the table of effects as the document shows it.
func effectList() string {
	lines := []string{"| ends in | effect |", "|---|---|"}
	for i, effect := range sandbox.Effects()[1:] {
		lines = append(lines, "| 0"+string(rune('1'+i))+" | "+string(effect)+" |")
	}
	return strings.Join(lines, "\n")
}

// Simulation is transfers that the simulated bank is to book.
type Simulation struct {
	Amount            Money  `json:"amount" doc:"Of each; the last two digits may ask for an effect."`
	IBAN              string `json:"iban" maxLength:"64" doc:"The payee's, with spaces or without: in one of your base IBANs, issued or not, or your master account." example:"PL83111111117700000000000010"`
	PayerName         string `json:"payerName" maxLength:"140" example:"BOB EXAMPLE"`
	PayerIBAN         string `json:"payerIban,omitempty" maxLength:"64" doc:"Polish. Default: an invented account at another bank." example:"PL39222222220000000012345678"`
	Title             string `json:"title,omitempty" maxLength:"140" example:"Invoice 7/11"`
	NumberOfTransfers int    `json:"numberOfTransfers,omitempty" minimum:"1" maximum:"50" default:"1" doc:"How many equal ones."`
}

func simulationExample() Simulation {
	return Simulation{Amount: Money{Amount: 12345, Currency: "PLN"}, IBAN: bankAccountExample.IBAN, PayerName: "BOB EXAMPLE", Title: "Invoice 7/11", NumberOfTransfers: 1}
}

// SimulatedTransfers is the file that the simulated bank has sent, and what became of it.
type SimulatedTransfers struct {
	FileState
	Effect   string    `json:"effect" enum:"PLAIN,UNKNOWN_IBAN,FROZEN,CLOSED_IBAN,MASTER_ACCOUNT,INTERNAL,DEBIT,SHORTFALL,OWN_FUNDS,UNREADABLE" doc:"What the amount asked for."`
	Findings []Finding `json:"findings" nullable:"false" doc:"The first ones of the validation report."`
}

type simulationInput struct{ Body Simulation }

type simulationAnswer struct {
	Status int
	Body   SimulatedTransfers
}

func (s *server) simulate(ctx context.Context, actor bank.Actor, in *simulationInput) (*simulationAnswer, error) {
	asked, err := in.Body.toRoom()
	if err != nil {
		return nil, err
	}
	o, err := s.Sandbox.Simulate(web.Answered(ctx, http.StatusCreated, simulatedFrom), actor, asked)
	if err != nil {
		return nil, err
	}
	answer := &simulationAnswer{Status: http.StatusCreated, Body: simulatedFrom(o)}
	if !o.Done() {
		answer.Status = http.StatusAccepted
	}
	return answer, nil
}

func (b Simulation) toRoom() (in sandbox.Incoming, err error) {
	in = sandbox.Incoming{PayerName: b.PayerName, Title: b.Title, Transfers: b.NumberOfTransfers}
	if in.Amount, err = b.Amount.Exact("/amount"); err != nil {
		return in, err
	}
	if in.Payee, err = bodyIBAN(b.IBAN, "/iban"); err != nil {
		return in, err
	}
	if b.PayerIBAN != "" {
		in.Payer, err = bodyIBAN(b.PayerIBAN, "/payerIban")
	}
	return in, err
}

// bodyIBAN reads an IBAN of a body.
func bodyIBAN(text, pointer string) (iban.IBAN, error) {
	number, err := iban.ParseLenient(text)
	if err != nil {
		return number, bank.ErrInvalid.With("the request has invalid fields").Field(pointer, "invalid", "must be an IBAN")
	}
	return number, nil
}

func simulatedFrom(o sandbox.Outcome) SimulatedTransfers {
	f := fileFrom(o.File)
	done := int64(0)
	if o.File.Status == bank.FileExecuted {
		done = f.Totals.Records
	}
	return SimulatedTransfers{Effect: string(o.Effect), Findings: web.Each(o.Findings, findingFrom),
		FileState: FileState{TransactionFile: f, Progress: Progress{f.Status, done, f.Totals.Records}, Outcomes: sumsOf(o.Sums)}}
}
