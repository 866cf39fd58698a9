// Package postgres is the engine of the store for many replicas: every replica is equal, any may die.
//
// It is handed a connection string and gives store its pool and the words in which PostgreSQL (15 and later) differs. It
// may import ims/internal/store.
package postgres
