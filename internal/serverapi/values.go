package serverapi

import "ims/internal/web"

// What both APIs say in the same shape.
type (
	// Money is an exact amount.
	Money = web.Money
	// Party is one side of a payment.
	Party = web.Party
	// Page is what every list takes.
	Page = web.Page
)

// Lists, as cursors name them.
const (
	listUsers byte = iota + 1
	listTransactions
	listTransactionsAscending
	listFiles
	listFindings
	listItems
	listApprovals
	listNotifications
	listReports
	listTransfers
)
