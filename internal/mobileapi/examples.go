package mobileapi

import (
	"time"

	"ims/internal/bank"
	"ims/internal/web"
)

// The examples of the document. All names, numbers and accounts are invented; the tests hold them to the schemas.
var (
	noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

	assertionExample = Assertion{Assertion: "eyJhbGciOiJFUzI1NiIsIng1YyI6WyJNSUlCLi4uIl19.eyJ1c2VySWQiOiIwMTkwYTVkNC03ZTFjLTdjYzQtYTNhOC0yZjFiNWUxZDljMTAifQ.c2lnbmF0dXJl"}
	sessionExample   = Session{ID: "0190a5d4-c100-7e2f-8a3b-4c5d6e7f8a18", Token: "ims_1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		UserID: "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10", DeviceID: "6f1c2b7e-ios", ExpiresAt: noon.Add(10 * time.Minute)}

	bankAccountExample = BankAccount{IBAN: "PL83111111110000000000000010", IBANFormatted: "PL83 1111 1111 0000 0000 0000 0010",
		BalanceID: "0190a5d4-8002-7d3e-9b54-6a0f4a1f2b11", Currency: "PLN", Status: "ACTIVE", CreatedAt: noon}
	balanceExample = Balance{ID: bankAccountExample.BalanceID, Currency: "PLN", Status: "ACTIVE", Available: zlotys(12345), Held: zlotys(0),
		Booked: zlotys(12345), IBAN: bankAccountExample.IBAN, IBANFormatted: bankAccountExample.IBANFormatted, CreatedAt: noon}

	after              = zlotys(12345)
	transactionExample = Transaction{ID: 42, Type: "TRANSFER_IN", Status: "CLEARED", Amount: zlotys(12345), BalanceAfter: &after,
		BalanceID: bankAccountExample.BalanceID, Payer: &web.Party{Name: "Bob Example", Account: "PL39222222220000000012345678"},
		Payee: &web.Party{Name: "Ada Example", Account: bankAccountExample.IBAN}, Title: "For November", BookingDate: "2026-11-20",
		ValueDate: "2026-11-20", CreatedAt: noon}
	declinedExample = Transaction{ID: 44, Type: "DEBIT", Status: "DECLINED", Reason: &web.Reason{Code: "INSUFFICIENT_FUNDS", Text: bank.ReasonFunds.Text("en")},
		Amount: zlotys(-50000), BalanceAfter: &after, BalanceID: bankAccountExample.BalanceID, Title: "Fee November", CreatedAt: noon}
)

var (
	transferOrderExample = TransferOrder{BalanceID: bankAccountExample.BalanceID, Amount: zlotys(5000), PayeeIBAN: "PL39 2222 2222 0000 0000 1234 5678", PayeeName: "Bob Example", Title: "Invoice 11/2026"}
	receivedTransfer     = Transfer{ID: "0190a5d4-d000-7a1b-9c2d-3e4f5a6b7c1b", Status: "RECEIVED", BalanceID: bankAccountExample.BalanceID, Amount: zlotys(5000),
		PayeeIBAN: "PL39222222220000000012345678", PayeeName: "Bob Example", Title: "Invoice 11/2026", CreatedAt: noon, UpdatedAt: noon}
	orderedTransferExample = OrderedTransfer{receivedTransfer, &PayeeCheck{Result: "NOT_POSSIBLE"}, &Challenge{Challenge: challengeExample,
		PasskeyChallenge: "godJmazWLFWFgnnL-Qkn-4BundSEx17FrzFnnf8n2Yg", Text: "ims-transfer-1\n" + receivedTransfer.ID + "\n5000 PLN\n" + receivedTransfer.PayeeIBAN + "\n" + challengeExample,
		ExpiresAt: noon.Add(10 * time.Minute)}}
	confirmationExample      = Confirmation{JWS: "eyJhbGciOiJFUzI1NiIsIng1YyI6WyJNSUlCLi4uIl19.eyJvcmRlcklkIjoiMDE5MGE1ZDQtZDAwMC03YTFiLTljMmQtM2U0ZjVhNmI3YzFiIn0.c2lnbmF0dXJl"}
	heldTransferExample      = moved(receivedTransfer, "HELD", "")
	cancelledTransferExample = moved(receivedTransfer, "CANCELLED", bank.ReasonWithdrawn)
	transferStoryExample     = TransferStory{heldTransferExample, []TransferStep{{Status: "RECEIVED", At: noon}, {Status: "HELD", At: heldTransferExample.UpdatedAt}}}
)

const challengeExample = "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"

// moved is a transfer a minute later.
func moved(t Transfer, status string, why bank.Reason) Transfer {
	t.Status, t.UpdatedAt = status, noon.Add(time.Minute)
	if why != "" {
		t.Reason = &web.Reason{Code: string(why), Text: why.Text("en")}
	} else {
		t.TransactionID = 52
	}
	return t
}

func zlotys(minor int64) web.Money { return web.Money{Amount: minor, Currency: "PLN"} }
