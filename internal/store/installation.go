package store

import (
	"errors"

	"ims/internal/bank"
)

// sandboxFact says for ever what the money in a store is: sandbox, invented, or production, real.
const sandboxFact = "sandbox"

const (
	isSandbox    = "true"
	isProduction = "false"
)

// Stamp makes a new store a sandbox or a production store, for ever. A store that is the other one already is
// bank.ErrConflict; one that is the same stays it.
func (tx *Tx) Stamp(sandbox bool) error {
	want := isProduction
	if sandbox {
		want = isSandbox
	}
	fresh, err := tx.SetFact(sandboxFact, []byte(want))
	if err != nil || fresh {
		return err
	}
	is, err := tx.Sandbox()
	switch {
	case err != nil || is == sandbox:
		return err
	case is:
		return bank.ErrConflict.With("this store is a sandbox, and stays one")
	}
	return bank.ErrConflict.With("this store is a production store, and never becomes a sandbox")
}

// Sandbox tells whether the store is a sandbox. One that nobody stamped is none.
func (tx *Tx) Sandbox() (bool, error) {
	value, err := tx.Fact(sandboxFact)
	if errors.Is(err, bank.ErrNotFound) {
		return false, nil
	}
	return string(value) == isSandbox, err
}

// Fact returns a fact about the store itself, such as whether it is a sandbox; bank.ErrNotFound where it was never set.
func (tx *Tx) Fact(name string) ([]byte, error) {
	scan := func(row scanner) (value []byte, err error) { return value, row.Scan(&value) }
	return queryOne(tx, scan, "SELECT value FROM installation WHERE name = $1", name)
}

// SetFact sets a fact once; it tells whether it was new. A fact never changes.
func (tx *Tx) SetFact(name string, value []byte) (bool, error) {
	return tx.insertNew("INSERT INTO installation (name, value) VALUES ($1, $2)", name, value)
}

// LockFact makes others who lock the same fact wait until this transaction ends.
func (tx *Tx) LockFact(name string) error {
	_, err := queryOne(tx, number, "SELECT 1 FROM installation WHERE name = $1"+tx.engine.LockRows(), name)
	return err
}

// Secret returns a sealed fact, or bank.ErrNotFound where it was never set.
func (tx *Tx) Secret(name string) ([]byte, error) {
	sealed, err := tx.Fact(name)
	if err != nil {
		return nil, err
	}
	return tx.key.Open(name, sealed)
}

// SetSecret seals a fact and sets it once; it tells whether it was new.
func (tx *Tx) SetSecret(name string, secret []byte) (bool, error) {
	return tx.SetFact(name, tx.key.Seal(name, secret))
}
