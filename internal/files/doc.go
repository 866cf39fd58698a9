// Package files takes transaction files of banks through their life: receive, validate, execute, report.
//
// Bytes come from the doors and go to the store in parts; a worker validates them (a package of the format: records and findings),
// stores the words of each record, the findings and the plan; an operator executes once; a worker then posts the plan chunk
// by chunk through the ledger, each chunk with its marker in one database transaction, so that a crash anywhere resumes at
// the last committed chunk. Amounts without a home become items, which are decided here too.
//
// It may import ims/bankfile and its formats (ims/pli, ims/camt, ims/mt940), ims/iban, ims/internal/ledger, ims/internal/store,
// ims/internal/bank and ims/internal/money.
package files
