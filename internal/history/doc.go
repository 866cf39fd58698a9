// Package history answers "where is my money": transactions with their postings and words, statements, and reports
// that a worker writes and keeps for a while. Nothing else is copied for it; it
// reads what the ledger and the files have written.
//
// Data comes from the store and goes to the doors. It may import ims/internal/store, ims/internal/sheet, ims/internal/bank,
// ims/internal/money and ims/iban.
package history
