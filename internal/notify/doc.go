// Package notify tells customers that something happened: one small signed event per transaction that was created or
// changed, sent to the endpoint a customer has named, at least once, in no promised order.
//
// What to tell comes from the store: a cursor per endpoint follows the transaction ids, so executing a file costs nothing
// more; rows exist only for what failed, what is sent again, and for runs of events that went through at once. It goes out by
// HTTP, and what became of it goes back to the store, where doors read it.
//
// A turn is the work of one process for one endpoint under a lease; the cursor moves only behind events that were attempted,
// in the same database transaction as the rows of those that failed. So a crash repeats events and loses none.
//
// It may import ims/internal/store, ims/internal/bank and what they may.
package notify
