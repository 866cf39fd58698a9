package bank

import "time"

// SavedView is a list of the panel as an operator keeps it under a name: narrowed by a query, with some columns. A shared one
// is seen by all operators of the customer, and changed by its owner only.
type SavedView struct {
	Customer  CustomerID
	ID        ID
	Operator  ID     // the owner
	Owner     string // e-mail of the owner, when it is read
	List      string // which list
	Name      string
	Query     string // of the address
	Columns   string // with commas; "": as each operator has chosen
	Shared    bool
	CreatedAt time.Time
}
