package store

import "ims/internal/bank"

// Preferences returns what an operator keeps for a customer, by name.
func (tx *Tx) Preferences(customer bank.CustomerID, operator bank.ID) (map[string]string, error) {
	type preference struct{ name, value string }
	scan := func(row scanner) (p preference, err error) { return p, row.Scan(&p.name, &p.value) }
	all := map[string]string{}
	err := each(tx, scan, func(p preference) error { all[p.name] = p.value; return nil },
		"SELECT name, value FROM operator_preferences WHERE customer_id = $1 AND operator_id = $2", customer, operator)
	return all, err
}

// SetPreference keeps a value, in place of an earlier one; an empty one is forgotten.
func (tx *Tx) SetPreference(customer bank.CustomerID, operator bank.ID, name, value string) error {
	if value == "" {
		_, err := tx.exec("DELETE FROM operator_preferences WHERE customer_id = $1 AND operator_id = $2 AND name = $3", customer, operator, name)
		return err
	}
	_, err := tx.exec(`INSERT INTO operator_preferences (customer_id, operator_id, name, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (customer_id, operator_id, name) DO UPDATE SET value = excluded.value`, customer, operator, name, value)
	return err
}
