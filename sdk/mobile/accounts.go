package ims

import (
	"net/url"
	"strconv"
)

// AccountIban is a virtual IBAN of the end user.
type AccountIban struct {
	Iban      string // electronic form
	Formatted string // in groups of four
	BalanceID string
	Currency  string // ISO 4217
	Status    string // ACTIVE, BLOCKED or CLOSED
	CreatedAt string // RFC 3339, UTC
}

// AccountIbanList is what GetAccountIbans returns.
type AccountIbanList struct{ items []*AccountIban }

// Len is the number of IBANs.
func (l *AccountIbanList) Len() int { return len(l.items) }

// Get returns one IBAN, from 0; nil beyond the end.
func (l *AccountIbanList) Get(i int) *AccountIban { return at(l.items, i) }

// GetAccountIbans returns the IBANs of the end user, of all balances or, where balanceID is not empty, of one.
func (c *Client) GetAccountIbans(balanceID string) (*AccountIbanList, error) {
	var answer struct {
		Items []struct {
			IBAN, IBANFormatted, BalanceID, Currency, Status, CreatedAt string
		}
	}
	query := url.Values{}
	if balanceID != "" {
		query.Set("balanceId", balanceID)
	}
	if err := c.read("/mobile/bank-accounts", query, &answer); err != nil {
		return nil, err
	}
	list := &AccountIbanList{}
	for _, x := range answer.Items {
		list.items = append(list.items, &AccountIban{x.IBAN, x.IBANFormatted, x.BalanceID, x.Currency, x.Status, x.CreatedAt})
	}
	return list, nil
}

// The pictures that GetQRCode draws.
const (
	FormatPNG = "png"
	FormatSVG = "svg"
)

// GetQRCode returns the picture of a QR code with which others pay to an IBAN of the end user. amount is in minor units; 0 and
// an empty title leave them to the payer. Codes exist for EUR and PLN; other IBANs are refused with "qr-unavailable".
func (c *Client) GetQRCode(iban, format string, amount int64, title string) ([]byte, error) {
	query := url.Values{"format": {format}}
	if amount != 0 {
		query.Set("amount", strconv.FormatInt(amount, 10))
	}
	if title != "" {
		query.Set("title", title)
	}
	return c.get("/mobile/bank-accounts/"+url.PathEscape(iban)+"/qr", query)
}

// Balance is money of the end user in one currency. Amounts are in minor units.
type Balance struct {
	ID        string
	Currency  string // ISO 4217
	Status    string // ACTIVE, BLOCKED or CLOSED
	Available int64  // what can be spent: Booked less Held
	Held      int64
	Booked    int64
	Iban      string // the open one; may be empty
}

// BalanceList is what GetBalances returns.
type BalanceList struct{ items []*Balance }

// Len is the number of balances.
func (l *BalanceList) Len() int { return len(l.items) }

// Get returns one balance, from 0; nil beyond the end.
func (l *BalanceList) Get(i int) *Balance { return at(l.items, i) }

// GetBalances returns the balances of the end user.
func (c *Client) GetBalances() (*BalanceList, error) {
	var answer struct {
		Items []struct {
			ID, Currency, Status, IBAN string
			Available, Held, Booked    money
		}
	}
	if err := c.read("/mobile/balances", nil, &answer); err != nil {
		return nil, err
	}
	list := &BalanceList{}
	for _, x := range answer.Items {
		list.items = append(list.items, &Balance{x.ID, x.Currency, x.Status, x.Available.Amount, x.Held.Amount, x.Booked.Amount, x.IBAN})
	}
	return list, nil
}

type money struct {
	Amount   int64
	Currency string
}

func at[T any](items []*T, i int) *T {
	if i < 0 || i >= len(items) {
		return nil
	}
	return items[i]
}
