package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
)

// UserWords are the words beside one transaction of an end user.
type UserWords struct {
	ID      bank.TransactionID // or of the posting
	Details bank.Details
	Shared  bool // another end user, who is not erased, is part of the same operation
}

// UserWordsAfter lists the words beside the transactions of an end user's balances, by transaction, behind an id. An
// operation with several transactions is there several times. The words beside a posting that cleared an authorised
// transaction, such as those of a file, come under the posting's id.
func (tx *Tx) UserWordsAfter(customer bank.CustomerID, user bank.ID, nos []bank.BalanceNo, after bank.TransactionID, limit int) ([]UserWords, error) {
	own, err := tx.userWords("t.id", `transactions t JOIN details d ON d.customer_id = t.customer_id AND d.file_no = t.file_no
		AND d.line = t.line WHERE t.customer_id = $1 AND t.id > $3`, customer, user, nos, after, limit)
	if err != nil {
		return nil, err
	}
	cleared, err := tx.userWords("t.posting_id", `transactions t JOIN postings o ON o.customer_id = t.customer_id AND o.id = t.posting_id
		JOIN details d ON d.customer_id = o.customer_id AND d.file_no = o.file_no AND d.line = o.line
		WHERE t.customer_id = $1 AND t.posting_id > $3 AND t.posting_id > t.id`, customer, user, nos, after, limit)
	if err != nil || len(cleared) == 0 {
		return own, err
	}
	own = append(own, cleared...)
	slices.SortFunc(own, func(a, b UserWords) int { return cmp.Compare(a.ID, b.ID) })
	return own[:min(len(own), limit)], nil
}

// userWords reads words in the order of a key.
func (tx *Tx) userWords(key, from string, customer bank.CustomerID, user bank.ID, nos []bank.BalanceNo, after bank.TransactionID, limit int) ([]UserWords, error) {
	list := make([]int64, len(nos))
	for i, no := range nos {
		list[i] = int64(no)
	}
	condition, arg := tx.in("t.balance_no", 5, List{Ints: list})
	return query(tx, scanUserWords, "SELECT "+key+`, CASE WHEN EXISTS (SELECT 1 FROM postings p JOIN balances b ON b.customer_id = p.customer_id
			AND (b.no = p.from_no OR b.no = p.to_no) JOIN end_users u ON u.customer_id = b.customer_id AND u.id = b.user_id
			WHERE p.customer_id = d.customer_id AND p.file_no = d.file_no AND p.line = d.line AND u.id <> $2 AND u.erased_at IS NULL)
		THEN 1 ELSE 0 END, d.file_no, d.line, d.payer_name, d.payee_name, d.payer_account, d.payee_account, d.title, d.reference,
		d.operation, d.class, d.salt, d.erased
		FROM `+from+" AND "+condition+" ORDER BY "+key+" LIMIT $4", customer, user, after, limit, arg)
}

func scanUserWords(row scanner) (w UserWords, err error) {
	var salt, erased []byte
	var shared int64
	d := &w.Details
	err = row.Scan(&w.ID, &shared, &d.Origin.File, &d.Origin.Line, &d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title,
		&d.Reference, &d.Operation, &d.Class, &salt, &erased)
	copy(d.Salt[:], salt)
	copy(d.Erased[:], erased)
	w.Shared = shared == 1
	return w, err
}

// EraseWords writes words of which some were taken out. Their digest as the chain covers it takes the place of the salt, so
// that nobody can try out what they were. The index of the history forgets them too.
func (tx *Tx) EraseWords(customer bank.CustomerID, list []bank.Details) error {
	if err := tx.forgetWords(customer, list); err != nil {
		return fmt.Errorf("take words out of the index: %w", err)
	}
	i := 0
	_, err := tx.engine.ExecMany(tx.ctx, tx.conn, `UPDATE details SET payer_name = $1, payee_name = $2, payer_account = $3, payee_account = $4,
		title = $5, reference = $6, operation = $7, class = $8, salt = $9, erased = $10 WHERE customer_id = $11 AND file_no = $12 AND line = $13`,
		13, func(row []any) bool {
			if i == len(list) {
				return false
			}
			d := &list[i]
			i++
			row[0], row[1], row[2], row[3], row[4] = d.PayerName, d.PayeeName, d.PayerAccount, d.PayeeAccount, d.Title
			row[5], row[6], row[7], row[8], row[9] = d.Reference, d.Operation, d.Class, make([]byte, len(d.Salt)), d.Erased[:]
			row[10], row[11], row[12] = int64(customer), int64(d.Origin.File), d.Origin.Line
			return true
		})
	return err
}

// LastTransactionAt is the instant at which money was last moved on a balance; zero where it never was. What was declined
// does not count: whoever goes on asking must not keep an end user's words for ever.
func (tx *Tx) LastTransactionAt(customer bank.CustomerID, no bank.BalanceNo) (at time.Time, err error) {
	scan := func(row scanner) (at time.Time, err error) { return at, row.Scan(instant{&at}) }
	return queryOne(tx, scan, `SELECT MAX(at) FROM (
		SELECT * FROM (SELECT at FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND posting_id > 0 ORDER BY id DESC LIMIT 1) AS once
		UNION ALL SELECT p.posted_at FROM postings p WHERE p.customer_id = $1 AND p.id = (SELECT posting_id FROM transactions
			WHERE customer_id = $1 AND balance_no = $2 AND posting_id > id ORDER BY posting_id DESC LIMIT 1)) AS moved`, customer, no)
}

// SetLegalHold keeps an end user from being erased, for a reason that may be told; an empty one lifts it.
func (tx *Tx) SetLegalHold(customer bank.CustomerID, user bank.ID, reference string) error {
	return tx.execOne("UPDATE end_users SET legal_hold = $3 WHERE customer_id = $1 AND id = $2", customer, user, reference)
}

// EraseUser takes out who an end user is. The row stays, as balances belong to it; it is LOCKED for ever.
func (tx *Tx) EraseUser(customer bank.CustomerID, user bank.ID, at time.Time) error {
	if err := tx.dropNameWords(customer, user); err != nil {
		return err
	}
	return tx.execOne(`UPDATE end_users SET external_id = NULL, first_name = '', last_name = '', company_name = '', folded_name = '', email = '', phone = '',
		search_name = '', email_key = '', phone_key = '', status = $3, erased_at = $4, updated_at = $4 WHERE customer_id = $1 AND id = $2`, customer, user, bank.UserLocked, micros(at))
}

// ErasableUsers lists end users behind one, who came before an instant, are neither erased nor held, and have no open balance.
func (tx *Tx) ErasableUsers(customer bank.CustomerID, before time.Time, after bank.ID, limit int) ([]bank.User, error) {
	w := newWhere("customer_id = $1", customer)
	w.literal("erased_at IS NULL AND legal_hold = ''")
	w.literal(`NOT EXISTS (SELECT 1 FROM balances b WHERE b.customer_id = end_users.customer_id AND b.user_id = end_users.id AND b.kind = 1 AND b.closed = 0)`)
	w.add("created_at < ?", micros(before))
	if !after.IsZero() {
		w.add("id > ?", after)
	}
	text, args := w.build(userColumns, "ORDER BY id", limit)
	return query(tx, scanUser, text, args...)
}

// DropFileContents removes the bytes and the findings of up to limit files that were done with before an instant, and tells
// of how many. Their postings, sums and digests stay.
func (tx *Tx) DropFileContents(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	old := `SELECT f.no FROM transaction_files f WHERE f.customer_id = $1 AND f.status IN ('Executed', 'Invalid')
		AND COALESCE(f.executed_at, f.uploaded_at) < $2 AND EXISTS (SELECT 1 FROM file_parts p WHERE p.customer_id = f.customer_id AND p.file_id = f.id)
		ORDER BY f.no LIMIT $3`
	files, err := query(tx, number, old, customer, micros(before), limit)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	condition, arg := tx.in("file_no", 2, List{Ints: files})
	if _, err := tx.exec("DELETE FROM file_findings WHERE customer_id = $1 AND "+condition, customer, arg); err != nil {
		return 0, err
	}
	condition, arg = tx.in("f.no", 2, List{Ints: files})
	_, err = tx.exec(`DELETE FROM file_parts WHERE customer_id = $1 AND file_id IN
		(SELECT f.id FROM transaction_files f WHERE f.customer_id = $1 AND `+condition+")", customer, arg)
	return int64(len(files)), err
}
