package store

import (
	"time"

	"ims/iban"
	"ims/internal/bank"
)

// AddIBAN binds an IBAN to a balance for ever. counter is its place in the range of base.
func (tx *Tx) AddIBAN(customer bank.CustomerID, number iban.IBAN, balance bank.BalanceNo, base string, counter uint64, at time.Time) error {
	_, err := tx.exec("INSERT INTO ibans (customer_id, iban, balance_no, base, counter, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		customer, number.String(), balance, base, int64(counter), micros(at))
	return err
}

const bankAccountColumns = `SELECT i.customer_id, i.iban, i.balance_no, b.id, b.currency, i.created_at, i.closed_at
	FROM ibans i JOIN balances b ON b.customer_id = i.customer_id AND b.no = i.balance_no`

// scanBankAccount tells ACTIVE or CLOSED; whether a block makes it BLOCKED is for the caller to add.
func scanBankAccount(row scanner) (a bank.BankAccount, err error) {
	err = row.Scan(&a.Customer, ibanColumn{&a.IBAN}, &a.Balance, &a.BalanceID, currencyColumn{&a.Currency}, instant{&a.CreatedAt},
		instant{&a.ClosedAt})
	if a.Status = bank.IBANActive; !a.ClosedAt.IsZero() {
		a.Status = bank.IBANClosed
	}
	return a, err
}

// BankAccount returns an IBAN of the customer, or bank.ErrNotFound.
func (tx *Tx) BankAccount(customer bank.CustomerID, number iban.IBAN) (bank.BankAccount, error) {
	return queryOne(tx, scanBankAccount, bankAccountColumns+" WHERE i.customer_id = $1 AND i.iban = $2", customer, number.String())
}

// BankAccountsOf lists the IBANs of some balances, open or closed, in the order of issue.
func (tx *Tx) BankAccountsOf(customer bank.CustomerID, balances ...bank.BalanceNo) ([]bank.BankAccount, error) {
	list := make([]int64, len(balances))
	for i, n := range balances {
		list[i] = int64(n)
	}
	condition, arg := tx.in("i.balance_no", 2, List{Ints: list})
	return query(tx, scanBankAccount, bankAccountColumns+" WHERE i.customer_id = $1 AND "+condition+" ORDER BY i.balance_no, i.created_at, i.iban",
		customer, arg)
}

// CloseIBAN closes an open IBAN for ever.
func (tx *Tx) CloseIBAN(customer bank.CustomerID, number iban.IBAN, at time.Time) error {
	return tx.execOne("UPDATE ibans SET closed_at = $3 WHERE customer_id = $1 AND iban = $2 AND closed_at IS NULL",
		customer, number.String(), micros(at))
}

// AddBlock inserts a block.
func (tx *Tx) AddBlock(b bank.Block) error {
	_, err := tx.exec(`INSERT INTO blocks (customer_id, id, target, target_key, kind, direction, reference, from_at, to_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, b.Customer, b.ID, b.Target, b.TargetKey, b.Kind, b.Direction, b.Reference,
		micros(b.From), nullMicros(b.To), micros(b.CreatedAt))
	return err
}

// StandingBlocks returns the blocks on any of the targets that were not lifted; whether they stand now is Block.StandsAt.
func (tx *Tx) StandingBlocks(customer bank.CustomerID, targets []string) ([]bank.Block, error) {
	condition, arg := tx.in("target_key", 2, textList(targets))
	return query(tx, scanBlock, blockColumns+" WHERE customer_id = $1 AND lifted_at IS NULL AND "+condition+" ORDER BY id", customer, arg)
}

// IBANBlock is a block on an IBAN of a balance.
type IBANBlock struct {
	Balance bank.BalanceNo
	bank.Block
}

// IBANBlocks returns the blocks on the IBANs of some balances that were not lifted.
func (tx *Tx) IBANBlocks(customer bank.CustomerID, balances []bank.BalanceNo) ([]IBANBlock, error) {
	list := make([]int64, len(balances))
	for i, n := range balances {
		list[i] = int64(n)
	}
	scan := func(row scanner) (b IBANBlock, err error) {
		return b, row.Scan(&b.Balance, &b.Customer, &b.ID, &b.Target, &b.TargetKey, &b.Kind, &b.Direction, &b.Reference, instant{&b.From},
			instant{&b.To}, instant{&b.CreatedAt})
	}
	condition, arg := tx.in("i.balance_no", 2, List{Ints: list})
	return query(tx, scan, `SELECT i.balance_no, b.customer_id, b.id, b.target, b.target_key, b.kind, b.direction, b.reference, b.from_at,
		b.to_at, b.created_at FROM ibans i JOIN blocks b ON b.customer_id = i.customer_id AND b.target_key = i.iban AND b.lifted_at IS NULL
		WHERE i.customer_id = $1 AND `+condition+" ORDER BY b.id", customer, arg)
}

// Block returns a block, also one that was lifted, or bank.ErrNotFound.
func (tx *Tx) Block(customer bank.CustomerID, id bank.ID) (bank.Block, error) {
	return queryOne(tx, scanBlock, blockColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// EndedBlocks returns blocks whose time is over at an instant and that were not lifted, oldest first.
func (tx *Tx) EndedBlocks(customer bank.CustomerID, at time.Time, limit int) ([]bank.Block, error) {
	return query(tx, scanBlock, blockColumns+" WHERE customer_id = $1 AND lifted_at IS NULL AND to_at <= $2 ORDER BY id LIMIT $3",
		customer, micros(at), limit)
}

const blockColumns = "SELECT customer_id, id, target, target_key, kind, direction, reference, from_at, to_at, created_at FROM blocks"

func scanBlock(row scanner) (b bank.Block, err error) {
	err = row.Scan(&b.Customer, &b.ID, &b.Target, &b.TargetKey, &b.Kind, &b.Direction, &b.Reference, instant{&b.From},
		instant{&b.To}, instant{&b.CreatedAt})
	return b, err
}

// LiftBlock ends a block, or bank.ErrNotFound.
func (tx *Tx) LiftBlock(customer bank.CustomerID, id bank.ID, at time.Time) error {
	return tx.execOne("UPDATE blocks SET lifted_at = $3 WHERE customer_id = $1 AND id = $2 AND lifted_at IS NULL", customer, id, micros(at))
}
