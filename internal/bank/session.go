package bank

import "time"

// Session lets one installation of the customer's app, on one device of one end user, read what is the end user's own. The
// token itself is known to the app only.
type Session struct {
	Customer  CustomerID
	ID        ID
	User      ID
	Device    string // the customer's name of the installation
	TokenHash [32]byte
	CreatedAt time.Time
	ExpiresAt time.Time
}
