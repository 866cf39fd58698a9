package bank

import (
	"cmp"
	"slices"
	"time"
)

// Reason says why money did not go where it was meant to go: why a debit was declined, why money lies on the technical
// balance or is claimed, why it is frozen. The texts are stored.
type Reason string

// Why a debit was declined: REFUSED is the one that tells nothing more, and is never stored.
const (
	ReasonFunds            Reason = "INSUFFICIENT_FUNDS"
	ReasonBalanceClosed    Reason = "BALANCE_CLOSED"
	ReasonBlockedCustomer  Reason = "BLOCKED_CUSTOMER"
	ReasonBlockedCourt     Reason = "BLOCKED_COURT"
	ReasonBlockedSanctions Reason = "BLOCKED_SANCTIONS"
	ReasonBlockedFraud     Reason = "BLOCKED_FRAUD"
	ReasonBlockedDeath     Reason = "BLOCKED_DEATH"
	ReasonRefused          Reason = "REFUSED"
)

// Why an amount has no home, which is what items say.
const (
	ReasonUnknownIBAN    Reason = "UNKNOWN_IBAN"
	ReasonClosedIBAN     Reason = "CLOSED_IBAN"
	ReasonCurrency       Reason = "CURRENCY_MISMATCH"
	ReasonMasterAccount  Reason = "MASTER_ACCOUNT"
	ReasonUnreadable     Reason = "UNREADABLE"
	ReasonDuplicate      Reason = "POSSIBLE_DUPLICATE"
	ReasonShortfall      Reason = "SHORTFALL"
	ReasonDebitClosed    Reason = "DEBIT_FROM_CLOSED"
	ReasonDebitBlocked   Reason = "DEBIT_FROM_BLOCKED"
	ReasonDebitUnknown   Reason = "DEBIT_FROM_UNKNOWN"
	ReasonDebitCurrency  Reason = "DEBIT_FROM_OTHER_CURRENCY"
	ReasonOwnFundsShort  Reason = "OWN_FUNDS_SHORT"
	ReasonFundingNoPayee Reason = "FUNDING_WITHOUT_PAYEE"
	ReasonReturnEarly    Reason = "RETURN_BEFORE_DEBIT"
)

// Why a transfer was cancelled before it was sent; where the balance refused it in the end, as a debit is declined.
const (
	ReasonWithdrawn    Reason = "WITHDRAWN"
	ReasonNotConfirmed Reason = "NOT_CONFIRMED"
	ReasonNotApproved  Reason = "NOT_APPROVED"
	ReasonLimit        Reason = "LIMIT_EXCEEDED"
	ReasonPayee        Reason = "PAYEE_UNUSABLE"
	ReasonRejected     Reason = "REJECTED" // by the bank
)

// ReasonFrozen is why a credit was held when it came.
const ReasonFrozen Reason = "FROZEN"

// Audience is whom a reason may reach. The wider a number, the more people: who is meant by a smaller one also sees what is
// meant for all wider ones.
type Audience int8

// The audiences with the surfaces where they read.
const (
	ForOperator Audience = 1 // the panel and the command line
	ForCustomer Audience = 2 // the server API, transaction reports, reports on files
	ForEndUser  Audience = 3 // the mobile API, statements, what is handed out about an end user
)

// aboutReason is what the table knows of a reason: how far it may go, what those beyond are told in its place (empty:
// nothing), and its words.
type aboutReason struct {
	audience Audience
	face     Reason
	en, pl   string
}

// reasons is the one table of all of them. Whoever is asked by a court, by sanctions law or about a fraud must not let the
// person concerned know. So an end user sees the same REFUSED for every block: were it not there for the customer's own
// ones, it would itself give the others away. A customer reads its history by machine, and often shows it as it is; what
// must not get out by that way stays with operators, and with those who may read the blocks themselves.
var reasons = map[Reason]aboutReason{
	ReasonFunds:         {ForEndUser, "", "There was not enough money available.", "Brak wystarczających środków."},
	ReasonBalanceClosed: {ForEndUser, "", "The balance is closed.", "Saldo jest zamknięte."},
	ReasonRefused:       {ForEndUser, "", "The institution did not carry out the payment.", "Instytucja nie zrealizowała płatności."},
	ReasonBlockedCustomer: {ForCustomer, ReasonRefused, "A block that the customer has set forbids it.",
		"Zabrania tego blokada założona przez klienta."},
	ReasonBlockedFraud:     {ForCustomer, ReasonRefused, "A block on suspicion of fraud forbids it.", "Zabrania tego blokada z podejrzenia oszustwa."},
	ReasonBlockedDeath:     {ForCustomer, ReasonRefused, "A block after the owner's death forbids it.", "Zabrania tego blokada po śmierci posiadacza."},
	ReasonBlockedCourt:     {ForOperator, ReasonRefused, "A block by a court or bailiff forbids it.", "Zabrania tego zajęcie sądowe lub komornicze."},
	ReasonBlockedSanctions: {ForOperator, ReasonRefused, "A block under sanctions law forbids it.", "Zabrania tego blokada sankcyjna."},

	ReasonWithdrawn:    {ForEndUser, "", "It was withdrawn before it was sent.", "Wycofano przed wysłaniem."},
	ReasonNotConfirmed: {ForEndUser, "", "It was not confirmed in time.", "Nie potwierdzono na czas."},
	ReasonNotApproved:  {ForCustomer, ReasonRefused, "The second person did not agree, or not in time.", "Druga osoba nie wyraziła zgody albo nie zrobiła tego na czas."},
	ReasonLimit:        {ForEndUser, "", "A limit for transfers forbids it.", "Zabrania tego limit przelewów."},
	ReasonPayee:        {ForEndUser, "", "The payee's IBAN cannot be paid.", "Na IBAN odbiorcy nie można zapłacić."},
	ReasonRejected:     {ForEndUser, "", "The bank did not carry out the payment.", "Bank nie zrealizował płatności."},

	ReasonFrozen: {ForCustomer, "", "It was frozen when it came: a block of credits stood, or the owner was not active.",
		"Zamrożono przy wpływie: obowiązywała blokada uznań lub posiadacz nie był aktywny."},

	ReasonUnknownIBAN:   {ForCustomer, "", "The payee's IBAN was never issued.", "IBAN odbiorcy nigdy nie został wydany."},
	ReasonClosedIBAN:    {ForCustomer, "", "The payee's IBAN is closed.", "IBAN odbiorcy jest zamknięty."},
	ReasonCurrency:      {ForCustomer, "", "The payee's balance is in another currency.", "Saldo odbiorcy jest w innej walucie."},
	ReasonMasterAccount: {ForCustomer, "", "It was paid to the master account itself.", "Wpłacono na sam rachunek główny."},
	ReasonUnreadable:    {ForCustomer, "", "The record of the file could not be read.", "Rekordu pliku nie można odczytać."},
	ReasonDuplicate:     {ForCustomer, "", "The same record was in an earlier file.", "Taki sam rekord był we wcześniejszym pliku."},
	ReasonShortfall:     {ForCustomer, "", "The bank paid more than the balance had.", "Bank wypłacił więcej, niż było na saldzie."},
	ReasonDebitClosed:   {ForCustomer, "", "The bank debited a closed IBAN.", "Bank obciążył zamknięty IBAN."},
	ReasonDebitBlocked:  {ForCustomer, "", "The bank debited a blocked IBAN.", "Bank obciążył zablokowany IBAN."},
	ReasonDebitUnknown:  {ForCustomer, "", "The bank debited an IBAN that was never issued.", "Bank obciążył IBAN, który nigdy nie został wydany."},
	ReasonDebitCurrency: {ForCustomer, "", "The bank debited a balance of another currency.", "Bank obciążył saldo w innej walucie."},
	ReasonOwnFundsShort: {ForCustomer, "", "The customer's own funds did not suffice.", "Środki własne klienta nie wystarczyły."},
	ReasonFundingNoPayee: {ForCustomer, "", "The master account paid an IBAN that cannot be credited.",
		"Rachunek główny zapłacił na IBAN, którego nie można uznać."},
	ReasonReturnEarly: {ForCustomer, "", "A transfer came back that the bank has not booked.", "Wrócił przelew, którego bank nie zaksięgował."},
}

// Reasons lists all reasons in the order of their names.
func Reasons() []Reason {
	list := make([]Reason, 0, len(reasons))
	for r := range reasons {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}

// Audience is how far a reason may go; 0, which is nobody, for one that the table does not know.
func (r Reason) Audience() Audience { return reasons[r].audience }

// For is what an audience is told of a reason: the reason, its face, or nothing. Of what the table does not know nobody is
// told.
func (r Reason) For(a Audience) Reason {
	about, known := reasons[r]
	switch {
	case !known:
		return ""
	case about.audience >= a:
		return r
	}
	return about.face.For(a)
}

// Text is a reason in words, in Polish for "pl" and else in English. It is the caller's to ask For first.
func (r Reason) Text(lang string) string {
	if lang == "pl" {
		return reasons[r].pl
	}
	return reasons[r].en
}

// Refusal is what the caller of a debit that was declined is told: the same for each repetition of the request, and the same
// for every block. Nil for a reason that declines nothing.
func (r Reason) Refusal() *Error {
	switch r {
	case ReasonFunds:
		return ErrInsufficientFunds.With("the balance has less available than the amount")
	case ReasonBalanceClosed:
		return ErrBalanceClosed
	case ReasonBlockedCustomer, ReasonBlockedCourt, ReasonBlockedSanctions, ReasonBlockedFraud, ReasonBlockedDeath:
		return ErrBlocked.With("a block on the balance, its owner or its IBAN forbids this")
	}
	return nil
}

var blockReasons = map[BlockKind]Reason{BlockByCustomer: ReasonBlockedCustomer, BlockByCourt: ReasonBlockedCourt,
	BlockSanctions: ReasonBlockedSanctions, BlockFraud: ReasonBlockedFraud, BlockDeath: ReasonBlockedDeath}

// WhyStopped is why blocks stop money in the direction at an instant; empty if none does. Of several the one for the fewest
// people counts, so that it is not given away by what is told of another.
func WhyStopped(blocks []Block, credit bool, at time.Time) (why Reason) {
	for _, b := range blocks {
		if !b.StandsAt(at) || !b.Stops(credit) {
			continue
		}
		if r := cmp.Or(blockReasons[b.Kind], ReasonBlockedCustomer); why == "" || r.Audience() < why.Audience() {
			why = r
		}
	}
	return why
}
