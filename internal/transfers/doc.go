// Package transfers is about money that leaves: it takes orders (order.go, place.go), lets them wait for a signature or a second
// person (confirm.go, cancel.go), and knows what the bank's answers do to them (settle.go). Before, it tells whether the payee's
// name is that of who holds the IBAN (payee.go), as a Verification of Payee does.
//
// Orders, signatures and questions come from the doors, answers of banks from the room of files; reservations and postings go to
// the ledger, transfers with their steps to the store. Who holds our own IBANs comes from the store, answers about others from a
// bank's service where one is plugged in; of the questions nothing is kept. Second persons and signatures are proved by
// whatever keeps approvals and keys. It may import pli, camt, mt940, bankfile, ims/internal/ledger, ims/internal/store,
// ims/internal/bank, ims/internal/names, ims/internal/money and ims/iban.
package transfers
