package mobileapi

import (
	"bytes"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/qr"
	"ims/internal/web"
)

// TestQRCode: the code is that of the end user's own IBAN and name. What a picture says is tested in internal/qr.
func TestQRCode(t *testing.T) {
	c := newScene(t).example()
	p, other := c.person("Ada"), c.person("Bob")
	empty := must[accounts.BalanceView](t)(p.accounts.CreateBalance(t.Context(), p.program, p.user.ID, money.PLN))
	account := empty.Accounts[0]
	path := "/mobile/bank-accounts/" + account.IBAN.String() + "/qr"
	want := must[*qr.Code](t)(qr.Encode(qr.Payment{Payee: account.IBAN, Currency: account.Currency, Name: p.user.Name(), Amount: 12345, Title: "For Ada"}))
	a := p.app.get(path+"?format=svg&amount=12345&title=For+Ada").ok(200, nil)
	if !bytes.Equal(a.body, want.SVG()) || a.header.Get("Content-Type") != web.TypeSVG || a.header.Get("Vary") != "Accept" {
		t.Errorf("another code than that of %s: %v", account.IBAN, a.header)
	}
	if a := p.app.do("GET", path, nil, "Accept", "image/*").ok(200, nil); a.header.Get("Content-Type") != web.TypePNG || len(a.body) == 0 {
		t.Errorf("no PNG: %v", a.header)
	}
	p.app.do("GET", path, nil, "Accept", "text/html").refused(bank.ErrNotAcceptable)
	p.app.get(path + "?amount=1000000").refused(bank.ErrInvalid)
	p.app.get("/mobile/bank-accounts/PL00/qr").refused(bank.ErrInvalid)
	_, err := p.accounts.Block(t.Context(), p.program, accounts.NewBlock{Target: bank.BlockIBAN, TargetKey: account.IBAN.String(), Kind: bank.BlockFraud,
		Direction: bank.BlockBoth, Reference: "K 1"})
	if err != nil {
		t.Fatal(err)
	}
	p.app.get(path).ok(200, nil) // payers learn nothing of blocks
	must[bank.BankAccount](t)(p.accounts.CloseIBAN(t.Context(), p.program, account.IBAN))
	p.app.get(path).refused(bank.ErrConflict)
	other.app.get(path).refused(bank.ErrNotFound) // not even that it is closed
}
