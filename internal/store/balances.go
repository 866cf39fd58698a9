package store

import (
	"cmp"
	"database/sql"
	"slices"

	"ims/internal/bank"
)

// NextBalanceNo takes the next balance number of a customer. It locks the head, so it comes after all other locks.
func (tx *Tx) NextBalanceNo(customer bank.CustomerID) (bank.BalanceNo, error) {
	n, err := tx.takeNumber("next_balance", customer)
	return bank.BalanceNo(n), err
}

// AddBalance inserts a balance; bank.ErrAlreadyExists if its number or identifier is taken.
func (tx *Tx) AddBalance(b bank.Balance) error {
	return tx.AddBalances(b.Customer, []bank.Balance{b})
}

// AddBalances inserts balances of one customer in bulk; bank.ErrAlreadyExists if the number or identifier of one is taken,
// so that amounts which were reckoned for a new balance never vanish. The transaction must then be given up.
func (tx *Tx) AddBalances(customer bank.CustomerID, list []bank.Balance) error {
	i := 0
	n, err := tx.engine.ExecMany(tx.ctx, tx.conn, `INSERT INTO balances (customer_id, no, id, kind, currency, user_id, master_account, closed,
		booked, held, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`, 11, func(row []any) bool {
		if i == len(list) {
			return false
		}
		b := &list[i]
		i++
		row[0], row[1], row[2], row[3], row[4] = int64(customer), int64(b.No), b.ID[:], int64(b.Kind), b.Currency.Code()
		row[5], row[6], row[7], row[8], row[9], row[10] = nullID(&b.User), nullID(&b.MasterAccount), flag(b.Closed), b.Booked, b.Held, micros(b.CreatedAt)
		return true
	})
	if err == nil && n != int64(len(list)) {
		return bank.ErrAlreadyExists.With("a balance with this number exists")
	}
	return err
}

// nullID stores an unset identifier as NULL.
func nullID(id *bank.ID) any {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

const balanceColumns = "SELECT customer_id, no, id, kind, currency, user_id, master_account, closed, booked, held, created_at FROM balances"

func scanBalance(row scanner) (b bank.Balance, err error) {
	err = row.Scan(&b.Customer, &b.No, &b.ID, &b.Kind, currencyColumn{&b.Currency}, &b.User, &b.MasterAccount, &b.Closed,
		&b.Booked, &b.Held, instant{&b.CreatedAt})
	return b, err
}

// Balance returns a balance by its identifier, or bank.ErrNotFound.
func (tx *Tx) Balance(customer bank.CustomerID, id bank.ID) (bank.Balance, error) {
	return queryOne(tx, scanBalance, balanceColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// BalancesByNo returns those of the numbered balances that exist.
func (tx *Tx) BalancesByNo(customer bank.CustomerID, numbers []bank.BalanceNo) ([]bank.Balance, error) {
	return tx.balancesByNo(customer, numbers, "")
}

// LockBalances is BalancesByNo, locked in the order of their numbers until the end of the transaction. Balances that were
// added by whoever held the locks before are among them: a statement that waited does not see them, so the missing ones are
// looked for again under the locks.
func (tx *Tx) LockBalances(customer bank.CustomerID, numbers []bank.BalanceNo) ([]bank.Balance, error) {
	lock := tx.engine.LockRows()
	found, err := tx.balancesByNo(customer, numbers, lock)
	if err != nil || lock == "" || len(found) == 0 || len(found) == len(numbers) {
		return found, err
	}
	late, err := tx.balancesByNo(customer, missing(numbers, found), lock)
	if err != nil || len(late) == 0 {
		return found, err
	}
	found = append(found, late...)
	slices.SortFunc(found, func(a, b bank.Balance) int { return cmp.Compare(a.No, b.No) })
	return found, nil
}

// missing returns the numbers that are not among the balances, which are in the order of their numbers.
func missing(numbers []bank.BalanceNo, found []bank.Balance) []bank.BalanceNo {
	var list []bank.BalanceNo
	for _, n := range numbers {
		if _, ok := slices.BinarySearchFunc(found, n, func(b bank.Balance, n bank.BalanceNo) int { return cmp.Compare(b.No, n) }); !ok {
			list = append(list, n)
		}
	}
	return list
}

func (tx *Tx) balancesByNo(customer bank.CustomerID, numbers []bank.BalanceNo, lock string) ([]bank.Balance, error) {
	list := make([]int64, len(numbers))
	for i, n := range numbers {
		list[i] = int64(n)
	}
	condition, arg := tx.in("no", 2, List{Ints: list})
	return query(tx, scanBalance, balanceColumns+" WHERE customer_id = $1 AND "+condition+" ORDER BY no"+lock, customer, arg)
}

// BalancesByID returns those of the identified balances that exist. It locks nothing.
func (tx *Tx) BalancesByID(customer bank.CustomerID, ids []bank.ID) ([]bank.Balance, error) {
	list := make([][]byte, len(ids))
	for i := range ids {
		list[i] = ids[i][:]
	}
	condition, arg := tx.in("id", 2, List{IDs: list})
	return query(tx, scanBalance, balanceColumns+" WHERE customer_id = $1 AND "+condition, customer, arg)
}

// UserBalances lists an end user's balances in the order of creation.
func (tx *Tx) UserBalances(customer bank.CustomerID, user bank.ID) ([]bank.Balance, error) {
	return query(tx, scanBalance, balanceColumns+" WHERE customer_id = $1 AND user_id = $2 ORDER BY no", customer, user)
}

// SpecialBalances lists the customer's own balances: OWN, TECHNICAL, BANK and the customer's RECEIVABLE, per currency.
func (tx *Tx) SpecialBalances(customer bank.CustomerID) ([]bank.Balance, error) {
	return query(tx, scanBalance, balanceColumns+` WHERE customer_id = $1 AND (kind IN (2, 3, 5) OR (kind = 4 AND no > 0))
		ORDER BY currency, kind, no`, customer)
}

// BalancesWithoutIBAN lists open user balances of a currency that never had an IBAN, by number, behind the given one.
func (tx *Tx) BalancesWithoutIBAN(customer bank.CustomerID, currency string, after bank.BalanceNo, limit int) ([]bank.Balance, error) {
	return query(tx, scanBalance, balanceColumns+` WHERE customer_id = $1 AND kind = 1 AND currency = $2 AND closed = 0 AND no > $3
		AND NOT EXISTS (SELECT 1 FROM ibans i WHERE i.customer_id = balances.customer_id AND i.balance_no = balances.no)
		ORDER BY no LIMIT $4`, customer, currency, after, limit)
}

// CloseBalance marks a balance closed for ever.
func (tx *Tx) CloseBalance(customer bank.CustomerID, no bank.BalanceNo) error {
	return tx.execOne("UPDATE balances SET closed = 1 WHERE customer_id = $1 AND no = $2 AND closed = 0", customer, no)
}

// SetAmounts writes booked and held of many balances that the caller has locked; bank.ErrNotFound if one does not exist.
func (tx *Tx) SetAmounts(customer bank.CustomerID, balances []bank.Balance) error {
	i := 0
	changed, err := tx.engine.ExecMany(tx.ctx, tx.conn, "UPDATE balances SET booked = $1, held = $2 WHERE customer_id = $3 AND no = $4", 4,
		func(row []any) bool {
			if i == len(balances) {
				return false
			}
			row[0], row[1], row[2], row[3] = balances[i].Booked, balances[i].Held, int64(customer), int64(balances[i].No)
			i++
			return true
		})
	if err == nil && changed != int64(len(balances)) {
		return bank.ErrNotFound.With("%d of %d balances do not exist", int64(len(balances))-changed, len(balances))
	}
	return err
}

// AddDelta notes what moved on a balance without a hot row in the transaction that ended with id.
func (tx *Tx) AddDelta(customer bank.CustomerID, no bank.BalanceNo, id bank.TransactionID, amount int64) error {
	_, err := tx.exec("INSERT INTO balance_deltas (customer_id, balance_no, id, amount) VALUES ($1, $2, $3, $4)", customer, no, id, amount)
	return err
}

// BookedWithDeltas returns what is booked on a balance without a hot row.
func (tx *Tx) BookedWithDeltas(customer bank.CustomerID, no bank.BalanceNo) (int64, error) {
	return queryOne(tx, number, `SELECT b.booked + CAST(COALESCE((SELECT SUM(d.amount) FROM balance_deltas d
		WHERE d.customer_id = b.customer_id AND d.balance_no = b.no), 0) AS bigint)
		FROM balances b WHERE b.customer_id = $1 AND b.no = $2`, customer, no)
}

// FoldDeltas moves the deltas of one balance into its row and returns how many there were. It locks the row.
func (tx *Tx) FoldDeltas(customer bank.CustomerID, no bank.BalanceNo) (int64, error) {
	if _, err := tx.LockBalances(customer, []bank.BalanceNo{no}); err != nil {
		return 0, err
	}
	last, err := queryOne(tx, number, "SELECT MAX(id) FROM balance_deltas WHERE customer_id = $1 AND balance_no = $2", customer, no)
	if err != nil || last == 0 {
		return 0, err
	}
	err = tx.execOne(`UPDATE balances SET booked = booked + (SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM balance_deltas
		WHERE customer_id = $1 AND balance_no = $2 AND id <= $3) WHERE customer_id = $1 AND no = $2`, customer, no, last)
	if err != nil {
		return 0, err
	}
	return tx.exec("DELETE FROM balance_deltas WHERE customer_id = $1 AND balance_no = $2 AND id <= $3", customer, no, last)
}

var holdColumns = []string{"customer_id", "id", "balance_no", "amount", "reason", "file_no", "line", "created_at"}

// AddHolds reserves money in bulk; the caller changes the held amounts of the balances in the same transaction.
func (tx *Tx) AddHolds(customer bank.CustomerID, list ...bank.Hold) error {
	i := 0
	return tx.bulk("holds", holdColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		h := &list[i]
		i++
		row[0], row[1], row[2], row[3] = int64(customer), h.ID[:], int64(h.Balance), h.Amount
		row[4], row[5], row[6], row[7] = string(h.Reason), int64(h.Origin.File), h.Origin.Line, micros(h.CreatedAt)
		return true
	})
}

// OpenHolds lists the holds of a balance that were not released.
func (tx *Tx) OpenHolds(customer bank.CustomerID, no bank.BalanceNo) ([]bank.Hold, error) {
	scan := func(row scanner) (h bank.Hold, err error) {
		err = row.Scan(&h.Customer, &h.ID, &h.Balance, &h.Amount, &h.Reason, &h.Origin.File, &h.Origin.Line, instant{&h.CreatedAt})
		return h, err
	}
	return query(tx, scan, `SELECT customer_id, id, balance_no, amount, reason, file_no, line, created_at FROM holds
		WHERE customer_id = $1 AND balance_no = $2 AND released_at IS NULL ORDER BY id`, customer, no)
}

// ReleaseHolds marks holds released; the caller changes the held amounts of the balances in the same transaction. The error
// is bank.ErrNotFound if one is not open.
func (tx *Tx) ReleaseHolds(customer bank.CustomerID, list ...bank.Hold) error {
	i := 0
	changed, err := tx.engine.ExecMany(tx.ctx, tx.conn, "UPDATE holds SET released_at = $1 WHERE customer_id = $2 AND id = $3 AND released_at IS NULL", 3,
		func(row []any) bool {
			if i == len(list) {
				return false
			}
			row[0], row[1], row[2] = micros(list[i].ReleasedAt), int64(customer), list[i].ID[:]
			i++
			return true
		})
	if err == nil && changed != int64(len(list)) {
		return bank.ErrNotFound.With("%d of %d holds are not open", int64(len(list))-changed, len(list))
	}
	return err
}

// State is what decides about a movement to or from an IBAN, read in one query.
type State struct {
	IBAN       string
	Balance    bank.Balance
	IBANClosed bool
	UserActive bool
}

// States resolves electronic IBANs in bulk: those ever issued to the customer. It locks nothing.
func (tx *Tx) States(customer bank.CustomerID, ibans []string) ([]State, error) {
	condition, arg := tx.in("i.iban", 2, textList(ibans))
	scan := func(row scanner) (s State, err error) {
		var closed sql.NullInt64
		var status sql.NullString
		b := &s.Balance
		err = row.Scan(&s.IBAN, &closed, &status, &b.Customer, &b.No, &b.ID, &b.Kind, currencyColumn{&b.Currency}, &b.User, &b.Closed)
		s.IBANClosed, s.UserActive = closed.Valid, status.String == string(bank.UserActive)
		return s, err
	}
	return query(tx, scan, `SELECT i.iban, i.closed_at, u.status, b.customer_id, b.no, b.id, b.kind, b.currency, b.user_id, b.closed
		FROM ibans i JOIN balances b ON b.customer_id = i.customer_id AND b.no = i.balance_no
		LEFT JOIN end_users u ON u.customer_id = b.customer_id AND u.id = b.user_id
		WHERE i.customer_id = $1 AND `+condition, customer, arg)
}
