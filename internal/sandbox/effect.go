package sandbox

// Effect is what the last two digits of an amount, in minor units, ask the simulator to do. The table is published in
// docs/sandbox.md; a test holds the two together.
type Effect string

// The effects, by the digits that ask for them; all other digits are Plain.
const (
	Plain         Effect = "PLAIN"
	UnknownIBAN   Effect = "UNKNOWN_IBAN"
	Frozen        Effect = "FROZEN"
	ClosedIBAN    Effect = "CLOSED_IBAN"
	MasterAccount Effect = "MASTER_ACCOUNT"
	Internal      Effect = "INTERNAL"
	Debit         Effect = "DEBIT"
	Shortfall     Effect = "SHORTFALL"
	OwnFunds      Effect = "OWN_FUNDS"
	Unreadable    Effect = "UNREADABLE"
)

// byDigits are the effects of amounts that end in 01 to 09.
var byDigits = [...]Effect{1: UnknownIBAN, 2: Frozen, 3: ClosedIBAN, 4: MasterAccount, 5: Internal, 6: Debit, 7: Shortfall, 8: OwnFunds, 9: Unreadable}

// Effects lists all, Plain first.
func Effects() []Effect {
	return append([]Effect{Plain}, byDigits[1:]...)
}

// EffectOf reads the last two digits of an amount in minor units.
func EffectOf(amount int64) Effect {
	digits := amount % 100
	if digits < 1 || digits >= int64(len(byDigits)) {
		return Plain
	}
	return byDigits[digits]
}
