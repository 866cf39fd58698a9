package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
)

// bonus is what own funds pay to an end user, in minor units.
const bonus = 100_000

// decide gives the money on the master account to own funds, and pays a part of it out.
func (d *demo) decide() error {
	d.title("People decide about what has no home")
	items, err := d.files.Items(d.ctx, d.admin, store.ItemFilter{File: d.executed.No, Limit: 100})
	if err != nil {
		return err
	}
	for i, item := range items {
		if item.Reason == bank.ReasonMasterAccount && item.Status == bank.ItemOpen {
			if items[i], _, err = d.files.Assign(d.ctx, d.admin, item.ID, files.Target{OwnFunds: true}, "funding of own funds"); err != nil {
				return err
			}
		}
	}
	d.say("Money to the master account itself is the customer's own: it goes to own funds. Money to a number that was never")
	d.say("issued stays on the technical balance until somebody decides: ims item assign, ims item return.")
	t := newTable("ITEM", "REASON", ">AMOUNT", "STATUS")
	for _, item := range items {
		t.row(item.ID, item.Reason, amountText(item.Amount, item.Currency), item.Status)
	}
	d.table(t)
	if err := d.payBonus(); err != nil {
		return err
	}
	return d.tellBalances()
}

// payBonus credits the first balance from own funds: once for each executed file, as its key says.
func (d *demo) payBonus() error {
	to := d.balances[janPLN]
	key := "demo-bonus-" + d.executed.ID.String()
	done, err := postOnce(d.program, d.rooms, ledger.Single{Actor: d.admin, Key: bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(key))},
		Balance: to.id, Amount: money.New(bonus, money.PLN), Title: "BONUS NA START", Reference: "DEMO"})
	if errors.Is(err, bank.ErrInsufficientFunds) {
		d.say("Own funds are too short for a bonus of %s: no money from nothing.", amountText(bonus, "PLN"))
		return nil
	}
	if err != nil {
		return fmt.Errorf("bonus: %w", err)
	}
	again := ""
	if done.Replayed {
		again = ", and the key of the request shows that this was done before"
	}
	d.say("Own funds pay %s a bonus of %s, as a credit through the API does (transaction %d%s).", to.owner, amountText(bonus, "PLN"), done.Transaction, again)
	return nil
}

// tellBalances shows what this run has changed.
func (d *demo) tellBalances() error {
	t := newTable("BALANCE", "IBAN", ">BEFORE", ">AFTER")
	for _, b := range d.balances {
		after, err := d.accounts.Balance(d.ctx, d.admin, b.id)
		if err != nil {
			return err
		}
		code := after.Currency.Code()
		t.row(b.owner, b.number.Format(), amountText(b.before.Booked, code), amountText(after.Booked, code))
	}
	d.table(t)
	funds, err := fundsOf(d.program, d.rooms, d.admin)
	if err != nil {
		return err
	}
	d.say("And of the customer itself; a bank balance is minus the money at the bank:")
	fresh := funds[:0]
	for _, f := range funds {
		if f.Amount.Amount != 0 {
			fresh = append(fresh, f)
		}
	}
	d.table(fundTable(fresh))
	return nil
}

// prove checks every invariant of the books that were just written.
func (d *demo) prove() error {
	d.title("The books are proved")
	proof, err := ledger.Verify(d.ctx, d.db, d.customer.ID)
	if err != nil {
		return err
	}
	d.table(proofTable(viewProof(proof)))
	if !proof.OK {
		return errors.New("the ledger breaks an invariant")
	}
	return nil
}

// serve serves what was made, and tells how to ask it.
func (d *demo) serve(c Config) error {
	s, err := newService(d.program, d.rooms, c, c.logger(d.stderr))
	if err != nil {
		return err
	}
	d.title("It is being served; stop it with Ctrl-C")
	d.say("The Admin Panel, for a browser: http://demo.localhost:%s/ (operators and how they sign in: above)", portOf(s.addressOf("panel")))
	d.tellCalls("https://localhost:" + portOf(s.addressOf("api")))
	return s.run(d.ctx)
}

// tellCalls tells commands that work as they stand here, from the folder of the demonstration's.
func (d *demo) tellCalls(base string) {
	jan, anna := d.balances[janPLN], d.balances[annaPLN]
	app := "curl -sS --cacert " + d.path("ca.pem")
	curl := fmt.Sprintf("%s --cert %s --key %s", app, d.path("client.pem"), d.path("client.key"))
	const post = "-H 'Content-Type: application/json' -d"
	d.say("getIban, the IBAN of %s's balance:", jan.owner)
	d.command("%s '%s/secure/bank-accounts?balanceId=%s'", curl, base, jan.id)
	d.say("The same for the end user's app: a session token for ten minutes, which the customer's backend asks for; the app has no certificate:")
	d.command(`TOKEN=$(%s %s '{"userId": "%s", "deviceId": "demo-phone"}' %s/secure/sessions | sed 's/.*"token":"\([^"]*\)".*/\1/')`, curl, post, jan.user, base)
	d.command(`%s -H "Authorization: Bearer $TOKEN" %s/mobile/bank-accounts`, app, base)
	d.say("Another bonus from own funds; the same key moves the money once, however often it is sent:")
	d.command("%s -H 'Idempotency-Key: demo-1' %s '%s' '%s/secure/balances/%s/credit'", curl, post,
		`{"amount": {"amount": 5000, "currency": "PLN"}, "title": "BONUS"}`, base, anna.id)
	d.say("In a sandbox you are the bank: a transfer arrives in a file of its own (docs/sandbox.md has amounts that go wrong):")
	d.command("%s -H 'Idempotency-Key: demo-2' %s '%s' '%s/secure/sandbox/incoming-transfers'", curl, post,
		fmt.Sprintf(`{"amount": {"amount": 12345, "currency": "PLN"}, "iban": "%s", "payerName": "EWA ATRAPA"}`, anna.number), base)
	d.say("The command line on the same store:")
	d.command("%s --store %s --as %s item list", os.Args[0], d.Store, d.admin.Name)
	d.say("Programs: docs/quickstart.md. The reference of both APIs, for a browser: %s/docs", base)
}
