package panel

import (
	"encoding/base64"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/qr"
)

// balanceFacts is what is known of a balance.
func balanceFacts(v *visit, h holding) []fact {
	return []fact{
		{v.word("column", "balanceId"), copyable(v, h.ID.String(), h.ID.String())},
		{v.word("column", "user"), ownerFact(v, h.holder)},
		{v.word("column", "iban"), ibanOf(v, h.BalanceView, h.revealed)},
		{v.word("column", "available"), moneyOf(v, h.Available(), h.Currency)},
		{v.word("column", "held"), moneyOf(v, h.Held, h.Currency)},
		{v.word("column", "booked"), moneyOf(v, h.Booked, h.Currency)},
		{v.word("column", "status"), blockedFact(v, h)},
		{v.word("column", "created"), instantOf(v, h.CreatedAt)},
	}
}

// closeFacts are the amounts that stand against closing.
func closeFacts(v *visit, c closing) []fact {
	return []fact{
		{v.word("column", "available"), moneyOf(v, c.Available(), c.Currency)},
		{v.word("column", "held"), moneyOf(v, c.Held, c.Currency)},
		{v.word("column", "booked"), moneyOf(v, c.Booked, c.Currency)},
	}
}

// qrPicture is the code that banking apps read, as an address of a picture that needs no request; "" where no standard serves
// the currency or the country.
func qrPicture(h holding) string {
	code, err := qr.Encode(qr.Payment{Payee: h.revealed.IBAN, Currency: h.Currency, Name: h.holder.Name()})
	if err != nil {
		return ""
	}
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(code.SVG())
}

// blockNames are the kinds and directions that a block may have.
var (
	blockKinds      = []string{string(bank.BlockByCustomer), string(bank.BlockByCourt), string(bank.BlockSanctions), string(bank.BlockFraud), string(bank.BlockDeath)}
	blockDirections = []string{string(bank.BlockBoth), string(bank.BlockDebits), string(bank.BlockCredits)}
)

// revealHere lets a button in the list of balances show the IBAN in its place; elsewhere it leads to all of the details.
func revealHere(v *visit, b accounts.BalanceView) templ.Attributes {
	if !strings.HasSuffix(v.r.URL.Path, "/balances") {
		return nil
	}
	place := "#iban-" + b.ID.String()
	return templ.Attributes{"hx-post": "/balances/" + b.ID.String() + "/reveal", "hx-target": place, "hx-select": place, "hx-swap": "outerHTML"}
}
