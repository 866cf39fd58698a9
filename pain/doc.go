// Package pain writes orders to a bank and reads what the bank answers, in ISO 20022: credit transfers (pain.001.001.09)
// and reports on their state (pain.002, versions 03 to 10 and as far as later ones keep the names).
//
// Orders come as a [Message] of sections, each the transfers from one account in one currency on one day, and go out as
// bytes:
//
//	totals, err := pain.Write(file, pain.Message{ID: "IMS-2026-11-23-1", Created: now, Initiator: "OPERATOR SP. Z O.O.",
//		Sections: []pain.Section{{ID: "IMS-2026-11-23-1-1", Date: "2026-11-23", Currency: "EUR", Decimals: 2,
//			PayerName: "OPERATOR SP. Z O.O.", Payer: account, Orders: pain.OrdersOf(orders...)}},
//	}, pain.Options{})
//
// Answers come from the bytes of the bank and go out as records and findings, in the manner of package bankfile:
//
//	r := pain.NewReader(file, bankfile.Limits{})
//	for {
//		answer, err := r.Next()
//		if err == io.EOF { break }
//		if answer.OK() { ... }          // not to be acted on before the end is reached and the report is not Damaged
//	}
//	report := r.Report()
//
// [ReadOrders] reads back what [Write] wrote. It may import the standard library, golang.org/x/text, ims/bankfile and
// ims/iban, nothing else of ours.
//
// Everything is streamed: what is held does not depend on the number of orders, but for eight bytes and a place in a set
// for each, by which none is written twice. The same message always gives the same bytes. Texts are brought into the
// characters that banks accept, never cut: what does not fit is refused by a [RefusalError] that names each field.
//
// A bad file of a bank is never a Go error, it becomes a [bankfile.Finding]. Which order an answer is about, and what
// follows from it, is decided by the caller.
//
// Amounts are int64 minor units, dates are YYYY-MM-DD text, texts are UTF-8.
package pain
