package store

import "context"

// Trace lets a test see every statement that a transaction reads with, before it runs.
func (tx *Tx) Trace(fn func(text string, args []any)) { tx.trace = fn }

// Explain returns the plan of a statement, a line each.
func (tx *Tx) Explain(text string, args []any) ([]string, error) {
	scan := func(row scanner) (line string, err error) {
		var id, parent, unused int64
		if tx.engine.Name() == "sqlite" {
			return line, row.Scan(&id, &parent, &unused, &line)
		}
		return line, row.Scan(&line)
	}
	explain := "EXPLAIN QUERY PLAN "
	if tx.engine.Name() == "postgres" {
		for _, way := range []string{"seqscan", "mergejoin", "hashjoin"} { // for small tables only
			if _, err := tx.exec("SET LOCAL enable_" + way + " = off"); err != nil {
				return nil, err
			}
		}
		explain = "EXPLAIN "
	}
	return query(tx, scan, explain+text, args...)
}

// Analyze lets the database count what is in its tables, as it does by itself in time.
func (tx *Tx) Analyze() error {
	_, err := tx.exec("ANALYZE")
	return err
}

// BlockSize is how many values a column of the history's index has.
const BlockSize = blockSize

// KeepAmounts packs amounts and tells which are kept by a filter from one amount to another.
func KeepAmounts(values *[BlockSize]uint64, from, to int64) (kept map[int]bool, bytes int, err error) {
	packed, b := packAmounts(values), between(0, blockSize-1)
	err = keepColumn(&b, packed, amountsFit(from, to))
	kept = map[int]bool{}
	for _, at := range b.offsets() {
		kept[at] = true
	}
	return kept, len(packed), err
}

// IndexUsersAnew is what the migration does with end users who are older than their index.
func (db *DB) IndexUsersAnew(ctx context.Context) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, statement := range []string{"DELETE FROM name_words", "UPDATE end_users SET search_name = '', email_key = '', phone_key = ''"} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if err := indexUsers(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}
