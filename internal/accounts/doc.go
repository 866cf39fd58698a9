// Package accounts keeps end users, their balances and the IBANs bound to them: it issues, blocks and closes.
//
// Requests come from the doors and the command line; rows go to the store, held money that a lifted block sets free to the
// ledger. It may import ims/internal/ledger, ims/internal/store, ims/internal/bank, ims/internal/money and ims/iban.
package accounts
