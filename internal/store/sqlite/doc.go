// Package sqlite is the embedded engine of the store: one file, one writer connection, several readers, WAL with full
// synchronisation, so that what is acknowledged is on the disk.
//
// It is handed a path and gives store its pools and the words in which SQLite differs. It may import ims/internal/store.
package sqlite
