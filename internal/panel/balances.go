package panel

import (
	"net/http"
	"slices"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
)

func balanceRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/users/{id}/balances", need: bank.PermUsersRead, page: (*visit).userBalances},
		{method: http.MethodGet, path: "/users/{id}/balances/new", need: bank.PermBalancesWrite, page: (*visit).askBalance},
		{method: http.MethodPost, path: "/users/{id}/balances/new", need: bank.PermBalancesWrite, page: (*visit).addBalance},
		{method: http.MethodGet, path: "/balances/{id}", need: bank.PermUsersRead, page: (*visit).balance},
		{method: http.MethodPost, path: "/balances/{id}/reveal", need: bank.PermUsersRead, page: (*visit).reveal},
		{method: http.MethodPost, path: "/balances/{id}/issue", need: bank.PermIBANsIssue, page: (*visit).issueIBAN},
		{method: http.MethodGet, path: "/balances/{id}/close", need: bank.PermBalancesWrite, page: (*visit).askClose},
		{method: http.MethodPost, path: "/balances/{id}/close", need: bank.PermBalancesWrite, page: (*visit).closeBalance},
		{method: http.MethodGet, path: "/balances/{id}/statement", need: bank.PermHistoryRead, page: (*visit).statement},
		{method: http.MethodGet, path: "/balances/{id}/audit", need: bank.PermUsersRead, page: (*visit).balanceAudit},
	}
}

// userBalances is the tab with the balances of an end user.
func (v *visit) userBalances() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	list, err := v.Accounts.UserBalances(v.r.Context(), v.actor, u.ID)
	if err != nil {
		return err
	}
	return v.show(u.Name(), userBalancesPage(v, u, list))
}

// holding is a balance of an end user with what its page shows.
type holding struct {
	accounts.BalanceView
	holder   bank.User
	blocks   []bank.Block
	revealed *bank.BankAccount // the open IBAN, where the operator asked to see it
	fault    string            // why an action was refused
}

func (h holding) home() string { return "/balances/" + h.ID.String() }

// holdingOfPath reads the balance of the path. The customer's own balances have other pages.
func (v *visit) holdingOfPath() (h holding, err error) {
	id, err := v.id()
	if err != nil {
		return h, err
	}
	if h.BalanceView, err = v.Accounts.Balance(v.r.Context(), v.actor, id); err != nil {
		return h, err
	}
	if h.Kind != bank.KindUser {
		return h, bank.ErrNotFound.With("there is no such balance of an end user")
	}
	h.holder, err = v.Accounts.User(v.r.Context(), v.actor, h.User)
	return h, err
}

func (v *visit) balance() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	return v.showBalance(http.StatusOK, h)
}

// showBalance answers with the page of a balance, with the blocks on it and on its IBAN.
func (v *visit) showBalance(status int, h holding) (err error) {
	if h.blocks, err = v.blocksOn(h.keys()...); err != nil {
		return err
	}
	return v.answer(status, v.T("balance.title", h.Currency.Code(), h.holder.Name()), balancePage(v, h))
}

// keys are what blocks on a balance stand on: itself, or its open IBAN.
func (h holding) keys() []string {
	keys := []string{h.ID.String()}
	if a := openAccount(h.BalanceView); a != nil {
		keys = append(keys, a.IBAN.String())
	}
	return keys
}

// openAccount is the IBAN of a balance; nil where it has none.
func openAccount(b accounts.BalanceView) *bank.BankAccount {
	i := slices.IndexFunc(b.Accounts, func(a bank.BankAccount) bool { return a.Status != bank.IBANClosed })
	if i < 0 {
		return nil
	}
	return &b.Accounts[i]
}

// balanceStatus is ACTIVE, BLOCKED or CLOSED, as the API says it.
func balanceStatus(b accounts.BalanceView) string {
	switch {
	case b.Closed:
		return string(bank.IBANClosed)
	case b.Blocked:
		return string(bank.IBANBlocked)
	}
	return string(bank.IBANActive)
}

// masked is an IBAN of which only the ends are shown.
func masked(n iban.IBAN) string {
	text := n.String()
	return text[:4] + " •••• •••• " + text[len(text)-4:]
}

// reveal shows the IBAN of a balance, once the audit trail knows who looked.
func (v *visit) reveal() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	a, err := v.Accounts.Reveal(v.r.Context(), v.actor, h.ID)
	if err != nil {
		return err
	}
	h.revealed = &a
	return v.showBalance(http.StatusOK, h)
}

// issueIBAN gives a balance that has no IBAN its own. A refusal stands on the balance's page.
func (v *visit) issueIBAN() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	if _, err = v.Accounts.IssueIBAN(v.r.Context(), v.actor, h.ID); err == nil {
		v.say("balance.issueDone", h.holder.Name())
		return v.redirect(h.home())
	}
	if _, h.fault, err = v.faults(err); err != nil {
		return err
	}
	return v.showBalance(http.StatusUnprocessableEntity, h)
}

// closing is the question before a balance is closed for ever.
type closing struct {
	holding
	typed, fault, whole string
}

// why is the key of the reason against closing; "" where nothing stands against it.
func (c closing) why() string {
	switch {
	case c.Closed:
		return "close.already"
	case c.Held != 0:
		return "close.held"
	case c.Booked != 0:
		return "close.booked"
	}
	return ""
}

// proof is what must be typed: the end of the balance's id.
func (c closing) proof() string {
	id := c.ID.String()
	return id[len(id)-4:]
}

func (v *visit) askClose() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	return v.showClosing(http.StatusOK, closing{holding: h})
}

func (v *visit) showClosing(status int, c closing) error {
	return v.answer(status, v.T("close.title"), closePage(v, c))
}

func (v *visit) closeBalance() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	c := closing{holding: h, typed: v.r.PostFormValue("ending")}
	if c.typed != c.proof() {
		c.fault = v.T("close.wrong")
		return v.showClosing(http.StatusUnprocessableEntity, c)
	}
	if _, err = v.Accounts.CloseBalance(v.r.Context(), v.actor, h.ID); err == nil {
		v.say("close.done", h.Currency.Code())
		return v.redirect(h.home())
	}
	if _, c.whole, err = v.faults(err); err != nil {
		return err
	}
	return v.showClosing(http.StatusUnprocessableEntity, c)
}

// newBalance is the form of a balance to add.
type newBalance struct {
	holder       bank.User
	currencies   []choice
	chosen       string
	fault, whole string
	key          string
}

func (v *visit) askBalance() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	return v.showNewBalance(http.StatusOK, newBalance{holder: u, key: bank.NewID().String()})
}

// showNewBalance offers the currencies, those with a base IBAN first, and says of the others that there will be no IBAN.
func (v *visit) showNewBalance(status int, n newBalance) error {
	bases, err := v.Customers.BaseIBANs(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	var without []choice
	n.currencies = []choice{{"", v.T("balance.choose")}}
	for _, c := range money.Currencies() {
		if slices.ContainsFunc(bases, func(b bank.BaseIBAN) bool { return b.Issuing && b.Currency == c }) {
			n.currencies = append(n.currencies, choice{c.Code(), c.Code()})
		} else {
			without = append(without, choice{c.Code(), v.T("balance.noBase", c.Code())})
		}
	}
	n.currencies = append(n.currencies, without...)
	return v.answer(status, v.T("balance.add"), newBalancePage(v, n))
}

func (v *visit) addBalance() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	n := newBalance{holder: u, chosen: v.r.PostFormValue("currency"), key: v.r.PostFormValue(onceKey)}
	c, err := money.ParseCurrency(n.chosen)
	if err != nil {
		n.fault = v.T("balance.choose")
		return v.showNewBalance(http.StatusUnprocessableEntity, n)
	}
	home := "/users/" + u.ID.String() + "/balances"
	b, err := v.Accounts.CreateBalance(v.once(func(any) string { return home }), v.actor, u.ID, c)
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err == nil {
		v.say(addedKey(b), c.Code())
		return v.redirect(home)
	}
	if _, n.whole, err = v.faults(err); err != nil {
		return err
	}
	return v.showNewBalance(http.StatusUnprocessableEntity, n)
}

// addedKey says whether the new balance has an IBAN.
func addedKey(b accounts.BalanceView) string {
	if openAccount(b) == nil {
		return "balance.addedWithout"
	}
	return "balance.added"
}
