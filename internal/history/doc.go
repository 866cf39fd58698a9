// Package history answers "where is my money": transactions with their postings and words, and statements. Nothing is copied for it; it
// reads what the ledger and the files have written.
//
// Data comes from the store and goes to the doors. It may import ims/internal/store, ims/internal/sheet, ims/internal/bank,
// ims/internal/money and ims/iban.
package history
