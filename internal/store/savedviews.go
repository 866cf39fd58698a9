package store

import "ims/internal/bank"

// AddSavedView inserts a view; bank.ErrAlreadyExists if its owner has one of this name for the list.
func (tx *Tx) AddSavedView(v bank.SavedView) error {
	fresh, err := tx.insertNew(`INSERT INTO saved_views (customer_id, id, operator_id, list, name, query, columns, shared, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, v.Customer, v.ID, v.Operator, v.List, v.Name, v.Query, v.Columns, flag(v.Shared), micros(v.CreatedAt))
	if err == nil && !fresh {
		return bank.ErrAlreadyExists
	}
	return err
}

const savedViewColumns = `SELECT s.customer_id, s.id, s.operator_id, o.email, s.list, s.name, s.query, s.columns, s.shared, s.created_at
	FROM saved_views s JOIN operators o ON o.id = s.operator_id`

func scanSavedView(row scanner) (v bank.SavedView, err error) {
	return v, row.Scan(&v.Customer, &v.ID, &v.Operator, &v.Owner, &v.List, &v.Name, &v.Query, &v.Columns, &v.Shared, instant{&v.CreatedAt})
}

// SavedView returns a view or bank.ErrNotFound.
func (tx *Tx) SavedView(customer bank.CustomerID, id bank.ID) (bank.SavedView, error) {
	return queryOne(tx, scanSavedView, savedViewColumns+" WHERE s.customer_id = $1 AND s.id = $2", customer, id)
}

// SavedViews lists the views of a list that an operator sees: their own, and what others share, by name.
func (tx *Tx) SavedViews(customer bank.CustomerID, operator bank.ID, list string) ([]bank.SavedView, error) {
	return query(tx, scanSavedView, savedViewColumns+` WHERE s.customer_id = $1 AND s.list = $3 AND (s.operator_id = $2 OR s.shared = 1)
		ORDER BY CASE WHEN s.operator_id = $2 THEN 0 ELSE 1 END, s.name, s.id`, customer, operator, list)
}

// CountSavedViews tells how many views an operator keeps.
func (tx *Tx) CountSavedViews(customer bank.CustomerID, operator bank.ID) (int64, error) {
	return queryOne(tx, number, "SELECT COUNT(*) FROM saved_views WHERE customer_id = $1 AND operator_id = $2", customer, operator)
}

// UpdateSavedView writes the name of a view and whether it is shared; bank.ErrAlreadyExists if its owner has one of this name
// for the list.
func (tx *Tx) UpdateSavedView(v bank.SavedView) error {
	taken, err := queryOne(tx, number, "SELECT COUNT(*) FROM saved_views WHERE customer_id = $1 AND operator_id = $2 AND list = $3 AND name = $4 AND id <> $5",
		v.Customer, v.Operator, v.List, v.Name, v.ID)
	if err != nil {
		return err
	}
	if taken > 0 {
		return bank.ErrAlreadyExists
	}
	return tx.execOne("UPDATE saved_views SET name = $3, shared = $4 WHERE customer_id = $1 AND id = $2", v.Customer, v.ID, v.Name, flag(v.Shared))
}

// RemoveSavedView forgets a view.
func (tx *Tx) RemoveSavedView(customer bank.CustomerID, id bank.ID) error {
	return tx.execOne("DELETE FROM saved_views WHERE customer_id = $1 AND id = $2", customer, id)
}
