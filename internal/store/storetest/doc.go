// Package storetest is the conformance suite of the store: every method of store.Tx on every engine, with concurrency,
// rollback, paging under inserts, append-only tables, idempotent replay and migrations with data. It also opens throw-away
// stores for the tests of other rooms.
//
// It may import ims/internal/store and its engines, and is imported by tests only.
package storetest
