package qr

import (
	"strings"

	"ims/iban"
	"ims/internal/money"
)

const (
	epcBytes     = 331 // of the whole payload: what a code of version 13 holds at level M
	epcName      = 70  // characters
	epcNameBytes = 140 // our bound: names of any script leave room for a title
	epcMost      = 99_999_999_999
)

// epc is EPC069-12, the European Payments Council's quick response code for SEPA credit transfers, version 002: no BIC, which
// nobody in the area needs any more.
var epc = standard{
	name: "an EPC code", level: medium, most: epcMost, title: 140, bytes: epcBytes, write: writeEPC,
	mayReach: func(payee iban.IBAN) bool {
		country, ok := iban.CountryByCode(payee.Country())
		return ok && country.SEPA != iban.OutsideSEPA
	},
}

// writeEPC writes the lines: service tag, version, character set (1: UTF-8), identification, BIC, name, IBAN, amount, purpose,
// structured reference, text. Empty lines at the end are left off, as the guideline asks.
func writeEPC(p Payment) string {
	amount := ""
	if p.Amount > 0 {
		amount = "EUR" + money.New(p.Amount, money.EUR).Decimal()
	}
	lines := []string{"BCD", "002", "1", "SCT", "", cut(p.Name, epcName, epcNameBytes), p.Payee.String(), amount, "", "", p.Title}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
