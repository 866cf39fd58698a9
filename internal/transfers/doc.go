// Package transfers is about money that leaves: before it does, it tells whether the payee's name is that of who holds the
// IBAN (payee.go), as a Verification of Payee does.
//
// Questions come from the doors, who holds our own IBANs from the store, answers about others from a bank's service where one
// is plugged in; they go back to whoever asked and are kept nowhere. It may import pli, camt, mt940, bankfile,
// ims/internal/ledger, ims/internal/store, ims/internal/bank, ims/internal/names, ims/internal/money and ims/iban.
package transfers
