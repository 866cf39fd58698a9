// Package names compares the name that a payer gives for a payee with the name of who holds the IBAN, and answers as a
// Verification of Payee does: match, close match, no match, not possible. It also folds texts for whoever searches them.
//
// Names come from rooms that read them from the store or from callers; nothing but the answer goes back, and nothing is
// kept or logged. It reads nothing and writes nothing. It is a value: it may import nothing of ours, only the standard
// library and golang.org/x/text. docs/payee-check.md tells the rules to users, docs/decisions/0080 why they are so.
package names
