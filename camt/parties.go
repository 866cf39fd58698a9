package camt

import (
	"errors"
	"strings"

	"ims/bankfile"
	"ims/iban"
)

// party is an account as a message names it.
type party struct {
	bankfile.Account
	fault   fault
	damaged bool // it lies in an own range, but its check digits are wrong
}

type fault uint8

const (
	sound fault = iota
	badFormat
	badChecksum
)

// party reads an IBAN, or where there is none another number: a Polish one without its country, or any text.
func (j *judge) party(number, other []byte) party {
	text := compact(number)
	if text == "" {
		return j.otherNumber(other)
	}
	x, err := iban.ParseISO(text)
	if err == nil {
		return party{Account: bankfile.Account{Kind: j.own.Of(x), IBAN: x}}
	}
	p := party{Account: bankfile.Account{Kind: bankfile.External, Text: bankfile.Visible(text)}, fault: badFormat}
	if errors.Is(err, iban.KindCheckDigits) || errors.Is(err, iban.KindCheckRange) {
		p.fault = badChecksum
	}
	if mended, err := iban.ReplaceDigits(text); err == nil {
		p.damaged = j.own.Of(mended) != bankfile.External
	}
	return p
}

func (j *judge) otherNumber(other []byte) party {
	text := compact(other)
	if text == "" {
		return party{}
	}
	if len(text) == nrbDigits && bankfile.DigitsOnly([]byte(text)) {
		return j.party([]byte("PL"+text), nil)
	}
	if x, err := iban.ParseISO(text); err == nil {
		return party{Account: bankfile.Account{Kind: j.own.Of(x), IBAN: x}}
	}
	return party{Account: bankfile.Account{Kind: bankfile.External, Text: bankfile.Visible(text)}}
}

// nrbDigits is the length of a Polish number without its country.
const nrbDigits = 26

// compact takes blanks out and makes capitals.
func compact(b []byte) string {
	return strings.ToUpper(strings.Join(strings.Fields(string(b)), ""))
}

// ours reports one of our accounts.
func (p *party) ours() bool { return p.Kind.Here() }

// side is a party with its name and where it stands.
type side struct {
	party
	name    string
	element string
}

func (j *judge) payer(v *values) side {
	return side{j.party(v.of(payerIBAN), v.of(payerOther)), name(v.of(payerName), v.of(payerUltimate)), "TxDtls/RltdPties/DbtrAcct"}
}

func (j *judge) payee(v *values) side {
	return side{j.party(v.of(payeeIBAN), v.of(payeeOther)), name(v.of(payeeName), v.of(payeeUltimate)), "TxDtls/RltdPties/CdtrAcct"}
}

func name(own, ultimate []byte) string {
	if len(own) == 0 {
		own = ultimate
	}
	return clean(own, mostName)
}

// sides decides who pays and who is paid. It returns the accounts where the record is to be left out, because both are ours
// and the bank books the credit beside this debit: docs/decisions/0024.
func (j *judge) sides(e *entry, v *values, sign string) (leftOut string) {
	payer, payee := j.payer(v), j.payee(v)
	own, other := &payee, &payer
	if sign == debited {
		own, other = other, own
	}
	if j.rec.Reversal {
		swap(own, other) // the parties are those of the payment that is taken back
	}
	if j.rec.Return {
		j.returned(own, other)
	}
	settle(own, other)
	explicit := own.ours()
	j.accountFaults(own, other, sign)
	if !explicit {
		own.Account = e.facts.account
	}
	r := j.rec
	r.Payer, r.Payee, r.PayerName, r.PayeeName = payer.Account, payee.Account, payer.name, payee.name
	switch both := other.ours(); {
	case both && !explicit:
		j.find(bankfile.RecordTypeDirection, "Ntry/CdtDbtInd", sign, bankfile.Params{})
	case both && own.Account == other.Account:
		j.find(bankfile.RecordSameAccount, own.element, own.Account.String(), bankfile.Params{})
	case both && sign == debited && !j.hasError():
		return payer.Account.String() + " - " + payee.Account.String()
	default:
		r.Direction = bankfile.DirectionOf(payer.Kind, payee.Kind)
	}
	if r.Direction == bankfile.Unallocated {
		j.find(bankfile.DomainMasterAccountUnallocated, own.element, r.Payee.String(), bankfile.Params{})
	}
	return ""
}

// settle decides about accounts on another master account as [bankfile.Settle] does, but here it is known which side was booked:
// the other one is never taken for it.
func settle(own, other *side) {
	if other.Kind == bankfile.Elsewhere {
		other.Kind = bankfile.External
	}
	bankfile.Settle(&own.Account, &other.Account)
}

func swap(a, b *side) { *a, *b = *b, *a }

// returned turns the parties of a return where they are those of the original payment: many banks name these, others name
// who pays now. Whose account is ours tells. Where both are, nothing does.
func (j *judge) returned(own, other *side) {
	switch {
	case own.ours() && other.ours() && own.Account != other.Account:
		j.find(bankfile.RecordAccountAmbiguous, own.element, own.Account.String()+" - "+other.Account.String(), bankfile.Params{})
	case !own.ours() && other.ours():
		swap(own, other)
	}
}

// accountFaults tells of numbers that cannot be read. Money that has arrived is safe whatever they are: it goes to the
// technical balance. A debit of an account that cannot be read would be charged to own funds, so it is an error, and so is a
// damaged number of our own on the other side.
func (j *judge) accountFaults(own, other *side, sign string) {
	severity := bankfile.Warning
	if sign == debited {
		severity = bankfile.Error
	}
	j.accountFault(own, severity, sign == credited)
	severity = bankfile.Warning
	if other.damaged {
		severity = bankfile.Error
	}
	j.accountFault(other, severity, sign == debited)
}

func (j *judge) accountFault(s *side, severity bankfile.Severity, payee bool) {
	codes := [...]bankfile.Code{badFormat: bankfile.RecordPayerAccountFormat, badChecksum: bankfile.RecordPayerAccountChecksum}
	if payee {
		codes = [...]bankfile.Code{badFormat: bankfile.RecordPayeeAccountFormat, badChecksum: bankfile.RecordPayeeAccountChecksum}
	}
	if s.fault != sound {
		j.findAs(severity, codes[s.fault], s.element, s.Text, bankfile.Params{})
	}
}
