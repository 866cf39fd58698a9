package accounts

import (
	"slices"

	"ims/internal/bank"
	"ims/internal/store"
)

// tellWhy says of each end user's open balance without an open IBAN why it has none, as things stand now.
func tellWhy(tx *store.Tx, customer bank.CustomerID, views []BalanceView) error {
	var c bank.Customer
	var bases []bank.BaseIBAN
	users := map[bank.ID]bank.User{}
	for i := range views {
		v := &views[i]
		if v.Kind != bank.KindUser || v.Closed || slices.ContainsFunc(v.Accounts, isOpen) {
			continue
		}
		if c.ID == 0 {
			var err error
			if c, err = tx.Customer(customer); err != nil {
				return err
			}
			if bases, err = tx.BaseIBANs(customer); err != nil {
				return err
			}
		}
		u, ok := users[v.User]
		if !ok {
			var err error
			if u, err = tx.User(customer, v.User); err != nil {
				return err
			}
			users[v.User] = u
		}
		v.NoIBAN = whyWithout(c, u, bases, *v)
	}
	return nil
}

func isOpen(a bank.BankAccount) bool { return a.Status != bank.IBANClosed }

// whyWithout names the first obstacle on the way to an IBAN.
func whyWithout(c bank.Customer, u bank.User, bases []bank.BaseIBAN, v BalanceView) string {
	if e, ok := bank.AsError(mayIssue(c, u)); ok {
		return e.Message
	}
	issuing := slices.IndexFunc(bases, func(b bank.BaseIBAN) bool { return b.Issuing && b.Currency == v.Currency })
	switch {
	case issuing < 0:
		return noBase(v.Currency).Message
	case bases[issuing].Next >= bases[issuing].Capacity:
		return exhausted(bases[issuing]).Message
	case len(v.Accounts) > 0:
		return "its IBAN was closed; another one is issued on request"
	case c.Settings.IBANMode == bank.IssueByAPI:
		return "the customer's IBANs are issued by the API: POST /secure/bank-accounts"
	case c.Settings.IBANMode == bank.IssueFromPanel:
		return "the customer's IBANs are issued by an operator"
	}
	return "it waits for an IBAN to be issued"
}
