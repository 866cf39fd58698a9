// Package bank holds the words of the domain and its pure rules: customers, end users, balances and their kinds, the
// chart of accounts, postings, transactions, transaction files, items, blocks, permissions and the error catalogue.
//
// It reads nothing and writes nothing: no I/O, no clock. Rooms above fill these types from the store and from callers and
// hand them down again. It may import the values only (ims/internal/money, ims/iban).
package bank
