package main

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
)

type balanceCommands struct {
	Create    balanceCreateCommand    `cmd:"" help:"Open a balance of an end user, with its IBAN."`
	Show      balanceShowCommand      `cmd:"" help:"Show a balance with its IBANs."`
	List      balanceListCommand      `cmd:"" help:"List the balances of an end user."`
	Close     balanceCloseCommand     `cmd:"" help:"Close an empty balance with its IBAN, for ever."`
	IssueIBAN balanceIssueIBANCommand `cmd:"" name:"issue-iban" help:"Issue an IBAN for a balance that has none."`
	CloseIBAN balanceCloseIBANCommand `cmd:"" name:"close-iban" help:"Close an IBAN of an empty balance, for ever; the balance stays."`

	Credit balanceCreditCommand `cmd:"" help:"Pay from the customer's own funds to a balance."`
	Debit  balanceDebitCommand  `cmd:"" help:"Take from a balance back to the customer's own funds."`
}

type balanceCreateCommand struct {
	listing
	User     bank.ID      `arg:"" help:"Identifier of the end user."`
	Currency currencyFlag `help:"Currency of the balance." required:"" placeholder:"CODE"`
}

// Run opens the balance; where there is no IBAN to give, the balance exists without and the answer says why.
func (c *balanceCreateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		b, err := r.accounts.CreateBalance(p.ctx, actor, c.User, c.Currency.Currency)
		if err != nil {
			return err
		}
		return c.print(p, viewBalance(b), balanceTable(viewBalance(b)))
	})
}

type balanceShowCommand struct {
	listing
	Balance      balanceRef `arg:"" help:"Identifier of the balance, or its IBAN."`
	Transactions int        `help:"Also show this many of its last transactions." placeholder:"N"`
}

// Validate keeps the answer within what a person reads; kong calls it.
func (c *balanceShowCommand) Validate() error {
	const most = 1000
	if c.Transactions < 0 || c.Transactions > most {
		return fmt.Errorf("--transactions: 0 to %d", most)
	}
	return nil
}

// Run shows one balance.
func (c *balanceShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		b, err := findBalance(p, r, actor, c.Balance)
		if err != nil {
			return err
		}
		v := viewBalance(b)
		if c.Transactions > 0 {
			if v.Transactions, err = lastTransactions(p, r, actor, b.ID, c.Transactions); err != nil {
				return err
			}
		}
		if c.Output == "json" {
			return writeJSON(p.stdout, v)
		}
		balanceTable(v).write(p.stdout)
		if len(v.Transactions) > 0 {
			fmt.Fprintln(p.stdout)
			transactionTable(v.Transactions).write(p.stdout)
		}
		return nil
	})
}

// balanceRef names a balance: by its identifier, or by its IBAN in any form.
type balanceRef struct {
	id     bank.ID
	number iban.IBAN
}

// UnmarshalText reads either.
func (b *balanceRef) UnmarshalText(text []byte) (err error) {
	if b.id, err = bank.ParseID(string(text)); err == nil {
		return nil
	}
	if b.number, err = iban.ParseLenient(string(text)); err != nil {
		return fmt.Errorf("%q is neither an identifier nor an IBAN", text)
	}
	return nil
}

// findBalance reads the balance.
func findBalance(p *program, r *rooms, actor bank.Actor, b balanceRef) (accounts.BalanceView, error) {
	if b.number.IsZero() {
		return r.accounts.Balance(p.ctx, actor, b.id)
	}
	a, err := r.accounts.BankAccount(p.ctx, actor, b.number)
	if err != nil {
		return accounts.BalanceView{}, err
	}
	return r.accounts.Balance(p.ctx, actor, a.BalanceID)
}

type balanceListCommand struct {
	listing
	User bank.ID `arg:"" help:"Identifier of the end user."`
}

// Run lists balances in the order of creation.
func (c *balanceListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.accounts.UserBalances(p.ctx, actor, c.User)
		if err != nil {
			return err
		}
		views := make([]balanceView, len(list))
		for i, b := range list {
			views[i] = viewBalance(b)
		}
		return c.print(p, views, balanceTable(views...))
	})
}

// balanceView is a balance in JSON. The IBAN is the open one.
type balanceView struct {
	ID        bank.ID   `json:"id"`
	Kind      string    `json:"kind"`
	UserID    string    `json:"userId,omitempty"`
	Currency  string    `json:"currency"`
	Status    string    `json:"status"`
	Available moneyView `json:"available"`
	Held      moneyView `json:"held"`
	Booked    moneyView `json:"booked"`
	IBAN      string    `json:"iban,omitempty"`
	Formatted string    `json:"ibanFormatted,omitempty"`
	NoIBAN    string    `json:"noIbanReason,omitempty"`

	Transactions []transactionView `json:"transactions,omitempty"` // the last ones, newest first
}

func viewBalance(b accounts.BalanceView) balanceView {
	code := b.Currency.Code()
	v := balanceView{ID: b.ID, Kind: b.Kind.String(), UserID: idText(b.User), Currency: code, Status: "ACTIVE", Available: moneyView{b.Available(), code},
		Held: moneyView{b.Held, code}, Booked: moneyView{b.Booked, code}, NoIBAN: b.NoIBAN}
	switch {
	case b.Closed:
		v.Status = "CLOSED"
	case b.Blocked:
		v.Status = "BLOCKED"
	}
	for _, a := range b.Accounts {
		if a.Status != bank.IBANClosed {
			v.IBAN, v.Formatted = a.IBAN.String(), a.IBAN.Format()
		}
	}
	return v
}

func balanceTable(list ...balanceView) *table {
	t := newTable("ID", "STATUS", "IBAN", ">AVAILABLE", ">HELD", ">BOOKED")
	for _, b := range list {
		number := b.Formatted
		if number == "" {
			number = b.NoIBAN
		}
		t.row(b.ID, b.Status, number, amountText(b.Available.Amount, b.Currency), amountText(b.Held.Amount, b.Currency), amountText(b.Booked.Amount, b.Currency))
	}
	return t
}

// moneyOrder is what a credit and a debit are told.
type moneyOrder struct {
	listing
	Balance        balanceRef `arg:"" help:"Identifier of the balance, or its IBAN."`
	Amount         string     `arg:"" help:"Amount in the currency of the balance, as 123.45."`
	Title          string     `help:"Title, which the end user reads."`
	Reference      string     `help:"Reference of the caller."`
	IdempotencyKey string     `help:"The same key with the same order moves the money once. Default: a new one." placeholder:"KEY"`
}

type balanceCreditCommand struct{ moneyOrder }

// Run credits the balance from own funds.
func (c *balanceCreditCommand) Run(p *program) error { return c.post(p, false) }

type balanceDebitCommand struct{ moneyOrder }

// Run debits the balance to own funds.
func (c *balanceDebitCommand) Run(p *program) error { return c.post(p, true) }

// postedView tells what a credit or debit did.
type postedView struct {
	Transaction bank.TransactionID `json:"transactionId"`
	Replayed    bool               `json:"replayed"` // the key was used before; nothing moved now
	Balance     balanceView        `json:"balance"`
}

func (c *moneyOrder) post(p *program, debit bool) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		b, err := findBalance(p, r, actor, c.Balance)
		if err != nil {
			return err
		}
		amount, err := money.ParseDecimal(c.Amount, b.Currency)
		if err != nil {
			return usage("amount: %v", err)
		}
		done, err := postOnce(p, r, ledger.Single{Actor: actor, Key: c.key(b.ID, amount, debit), Debit: debit, Balance: b.ID, Amount: amount,
			Title: c.Title, Reference: c.Reference})
		if err != nil {
			return err
		}
		if b, err = r.accounts.Balance(p.ctx, actor, b.ID); err != nil {
			return err
		}
		v := postedView{done.Transaction, done.Replayed, viewBalance(b)}
		if c.Output == "json" {
			return writeJSON(p.stdout, v)
		}
		again := ""
		if v.Replayed {
			again = ", done before"
		}
		fmt.Fprintf(p.stdout, "transaction %d%s\n", v.Transaction, again)
		balanceTable(v.Balance).write(p.stdout)
		return nil
	})
}

// key binds the idempotency key to the order it came with.
func (c *moneyOrder) key(balance bank.ID, amount money.Amount, debit bool) bank.Idempotency {
	key := c.IdempotencyKey
	if key == "" {
		key = "cli-" + bank.NewID().String()
	}
	order := strings.Join([]string{balance.String(), amount.String(), fmt.Sprint(debit), c.Title, c.Reference}, "\x00")
	return bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(order))}
}

// postOnce runs one operation through a writer of its own.
func postOnce(p *program, r *rooms, op ledger.Single) (ledger.Done, error) {
	w := ledger.NewWriter(r.db, p.now)
	defer w.Close()
	return w.Post(p.ctx, op)
}
