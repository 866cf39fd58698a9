package qr

import (
	"fmt"
	"strings"

	"ims/iban"
)

const (
	zbpRunes = 160     // of the whole payload
	zbpName  = 20      // characters
	zbpTitle = 32      // characters
	zbpMost  = 999_999 // the field has six digits
)

// zbp is the two-dimensional code for transfers in PLN that the Polish Bank Association recommends.
var zbp = standard{
	name: "the Polish transfer code", level: low, most: zbpMost, title: zbpTitle, runes: zbpRunes, unfit: "|", write: writeZBP,
	mayReach: func(payee iban.IBAN) bool {
		_, ok := payee.NRB()
		return ok
	},
}

// writeZBP writes the nine fields: tax number of the payee (empty: the end user's is not known here), country, account,
// amount in grosze (000000: the payer decides), name, title, and three reserves.
func writeZBP(p Payment) string {
	account, _ := p.Payee.NRB()
	return strings.Join([]string{"", "PL", account, fmt.Sprintf("%06d", p.Amount), cut(p.Name, zbpName, len(p.Name)), p.Title, "", "", ""}, "|")
}
