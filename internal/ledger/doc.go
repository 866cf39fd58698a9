// Package ledger posts, holds, releases and reverses: it is the only room that moves money.
//
// A Batch collects what one database transaction of one customer does: the callers (files, transfers, items, and the Writer
// for single API operations) lock balances, post and open items; Commit then locks the customer's head, takes ids and an
// instant, writes everything in bulk and adds one link to the chain. Verify proves the result on a live store.
//
// Data comes from the rooms above and goes to the store. It may import ims/internal/store, ims/internal/bank,
// ims/internal/money and ims/iban.
package ledger
