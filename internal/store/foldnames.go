package store

import (
	"context"
	"database/sql"
	"fmt"

	"ims/internal/bank"
)

// namesStep is how many end users one step of the migration reads.
const namesStep = 5_000

// foldNames gives end users who are older than the column their folded names, which SQL cannot make.
func foldNames(ctx context.Context, tx *sql.Tx) error {
	var last bank.User
	for {
		list, err := unfolded(ctx, tx, last)
		if err != nil {
			return fmt.Errorf("fold names: %w", err)
		}
		for _, u := range list {
			_, err := tx.ExecContext(ctx, "UPDATE end_users SET folded_name = $3 WHERE customer_id = $1 AND id = $2", u.Customer, u.ID, Fold(u.Name()))
			if err != nil {
				return fmt.Errorf("fold names: %w", err)
			}
		}
		if len(list) < namesStep {
			return nil
		}
		last = list[len(list)-1]
	}
}

// unfolded reads the end users behind one.
func unfolded(ctx context.Context, tx *sql.Tx, last bank.User) (list []bank.User, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT customer_id, id, type, first_name, last_name, company_name FROM end_users
		WHERE customer_id > $1 OR (customer_id = $1 AND id > $2) ORDER BY customer_id, id LIMIT $3`, last.Customer, last.ID[:], namesStep)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var u bank.User
		if err := rows.Scan(&u.Customer, &u.ID, &u.Type, &u.FirstName, &u.LastName, &u.CompanyName); err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, rows.Err()
}
