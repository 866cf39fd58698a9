// Package ims is the Go SDK of the ims server API: end users, balances, IBANs, transaction files and history over mutual TLS.
//
//	client, err := ims.Open(ims.Config{
//		Address:  "https://localhost:8443",
//		CAFile:   "ca.pem",     // who signed the service's certificate
//		CertFile: "client.pem", // signed from your request
//		KeyFile:  "client.key", // never leaves you
//	})
//	user, err := client.CreateUser(ctx, ims.UserFacts{Type: ims.UserFactsTypePERSON, FirstName: new("Ada"), LastName: new("Example")})
//	balance, err := client.CreateBalance(ctx, user.ID, ims.CreateBalanceInputBody{Currency: "PLN"})
//	accounts, err := client.GetIBAN(ctx, &ims.GetIBANParams{BalanceID: balance.ID})
//
// Each operation of the API is a method of [Client]; ims.gen.go is made from the service's OpenAPI document. Amounts are in
// minor units, optional fields are pointers (new("text") makes one).
//
// # Errors
//
// What the service refuses is an [*Error] with a stable code, the fields that are wrong, and the request id to quote:
//
//	if ims.HasCode(err, "insufficient-funds") { ... }
//
// # Retries
//
// Requests that can be repeated safely are, on lost connections and on 429 and 503, with growing waits or as long as the
// service asks with Retry-After. A POST that takes an idempotency key gets one where [WithKey] gives none, and keeps it
// however often it is sent, so that money never moves twice. Give your own key if your program may die in between: the same
// key gets the first answer, also tomorrow. Other POST and DELETE requests are repeated on 429 only, when nothing was done.
//
// # Lists
//
// A List method returns one page, its All twin every element of all pages:
//
//	for transaction, err := range client.AllTransactions(ctx, &ims.ListTransactionsParams{BalanceID: &balance.ID}) { ... }
//
// # Events
//
// [VerifyEvent] checks what the service posts to your notification endpoint.
//
// Requests come from the customer's program and go to the service; nothing is kept. The package may import the standard
// library only.
package ims

//go:generate go tool -modfile=../../tools/go.mod oapi-codegen -config generate/config.yaml ../../api/server.yaml
