// Package sandbox simulates the bank of a store that is a sandbox: transfers arrive, and amounts that end in a published way
// force each outcome a record can have.
//
// A request comes from the doors and becomes a real transaction file (package pli), which goes through the room files like
// any other: nothing in here decides an outcome or moves money. Where an outcome needs an end user, a balance or a block,
// the room accounts makes a real one. On a production store the service cannot be made.
//
// It may import ims/pli, ims/bankfile, ims/internal/files, ims/internal/accounts, ims/internal/store, ims/internal/bank, ims/internal/money
// and ims/iban.
package sandbox
