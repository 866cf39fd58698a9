// Package store keeps everything: one SQL text for SQLite (embedded) and PostgreSQL (many replicas), one file per noun.
//
// Data comes from the work rooms inside Write closures and goes back to them as words of package bank. Rules live above
// this room; here are keys, queries and the seam (Engine) for what differs between databases: opening, beginning, row
// locks, lists, bulk writes, the classes of errors, the words of the schema.
//
// Every table's key starts with customer_id and every query names it; registry.go lists the exceptions. It may import
// ims/internal/bank, ims/internal/money and ims/iban.
package store
