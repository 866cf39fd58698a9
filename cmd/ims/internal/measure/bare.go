package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ims/internal/store"
)

// bareTimes is what the bare loop took for the rows of execution, and for all rows.
type bareTimes struct{ execute, all time.Duration }

// bareLoop copies the rows that a run wrote to another store with the same schema: rows are read first, then inserted the
// fastest way the engine knows, with nothing in between, in the same chunks, each committed durably. Only the inserting is
// timed.
func (w *workspace) bareLoop(ctx context.Context, from store.Engine, run fileRun) (t bareTimes, err error) {
	to, err := w.engine(ctx)
	if err != nil {
		return t, err
	}
	db, err := open(ctx, to)
	if err != nil {
		return t, err
	}
	if err := db.Close(); err != nil {
		return t, err
	}
	c := &copier{engine: to, run: run}
	if c.source, _, err = from.Open(ctx); err != nil {
		return t, err
	}
	defer c.source.Close()
	if c.target, _, err = to.Open(ctx); err != nil {
		return t, err
	}
	defer c.target.Close()
	return c.copy(ctx)
}

type copier struct {
	engine         store.Engine
	source, target *sql.DB
	run            fileRun
	spent          time.Duration
}

func (c *copier) copy(ctx context.Context) (t bareTimes, err error) {
	if err := c.table(ctx, "balances", "customer_id = $1", 100_000, c.run.customer); err != nil {
		return t, err
	}
	c.spent = 0 // balances were there before the file
	if err := c.execution(ctx); err != nil {
		return t, err
	}
	t.execute = c.spent
	for _, part := range []struct {
		table string
		rows  int
	}{{"file_parts", 1}, {"details", 20_000}, {"file_plan", 1}, {"file_keys", 1}} {
		if err := c.table(ctx, part.table, "customer_id = $1", part.rows, c.run.customer); err != nil {
			return t, fmt.Errorf("%s: %w", part.table, err)
		}
	}
	t.all = c.spent
	return t, nil
}

// table copies a table in transactions of some rows, in the order of its key.
func (c *copier) table(ctx context.Context, table, where string, step int, args ...any) error {
	columns, err := columnsOf(ctx, c.source, table)
	if err != nil {
		return err
	}
	for offset := 0; ; offset += step {
		rows, err := c.read(ctx, fmt.Sprintf("SELECT * FROM %s WHERE %s ORDER BY %s LIMIT %d OFFSET %d", table, where, keys[table], step, offset), args...)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := c.insert(ctx, batch{table, columns, rows}); err != nil {
			return err
		}
	}
}

// keys order the tables that are copied whole.
var keys = map[string]string{"balances": "no", "file_parts": "part", "details": "line", "file_plan": "chunk", "file_keys": "booking_date, file_no, part"}

// execution copies postings and transactions, a chunk in one transaction, with the marker and the balances it changed.
func (c *copier) execution(ctx context.Context) error {
	postings, err := columnsOf(ctx, c.source, "postings")
	if err != nil {
		return err
	}
	transactions, err := columnsOf(ctx, c.source, "transactions")
	if err != nil {
		return err
	}
	links, err := c.read(ctx, `SELECT l.first_id, l.last_id FROM links l WHERE l.customer_id = $1 AND EXISTS
		(SELECT 1 FROM postings p WHERE p.customer_id = l.customer_id AND p.id = l.first_id) ORDER BY l.no`, c.run.customer)
	if err != nil {
		return err
	}
	for no, link := range links {
		between := " WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id"
		moved, err := c.read(ctx, "SELECT * FROM postings"+between, c.run.customer, link[0], link[1])
		if err != nil {
			return err
		}
		sides, err := c.read(ctx, "SELECT * FROM transactions"+between, c.run.customer, link[0], link[1])
		if err != nil {
			return err
		}
		marker := [][]any{{int64(c.run.customer), int64(c.run.file.No), int64(no), "{}", int64(0)}}
		err = c.insert(ctx, batch{"file_chunks", []string{"customer_id", "file_no", "chunk", "outcomes", "at"}, marker},
			batch{"postings", postings, moved}, batch{"transactions", transactions, sides}, c.amounts(sides))
		if err != nil {
			return fmt.Errorf("chunk %d: %w", no, err)
		}
	}
	return nil
}

// amounts is what changes each balance of a chunk once; an empty table stands for the update.
func (c *copier) amounts(transactions [][]any) batch {
	const balanceNo, balanceAfter = 2, 7 // columns of transactions
	last := map[int64]int64{}
	for _, t := range transactions {
		if after, ok := t[balanceAfter].(int64); ok {
			last[t[balanceNo].(int64)] = after
		}
	}
	var rows [][]any
	for no, after := range last {
		rows = append(rows, []any{max(after, 0), int64(0), int64(c.run.customer), no})
	}
	return batch{columns: make([]string, 4), rows: rows}
}

func (c *copier) read(ctx context.Context, query string, args ...any) (all [][]any, err error) {
	rows, err := c.source.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// batch is rows of one table.
type batch struct {
	table   string
	columns []string
	rows    [][]any
}

func (b batch) source() store.RowSource {
	i := 0
	return func(row []any) bool {
		if i == len(b.rows) {
			return false
		}
		copy(row, b.rows[i])
		i++
		return true
	}
}

// insert writes batches in one durable transaction and adds the time it took.
func (c *copier) insert(ctx context.Context, batches ...batch) error {
	conn, err := c.target.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	d, err := timed(func() error {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.table == "" {
				_, err = c.engine.ExecMany(ctx, conn, "UPDATE balances SET booked = $1, held = $2 WHERE customer_id = $3 AND no = $4", 4, b.source())
			} else {
				err = c.engine.BulkInsert(ctx, conn, b.table, b.columns, b.source())
			}
			if err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
		return tx.Commit()
	})
	c.spent += d
	return err
}
