package transfers_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/transfers"
)

// TestFields: everything that is wrong with an order is told at once, each at its field.
func TestFields(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(25_000)
		for name, a := range map[string]struct {
			change func(*transfers.Order)
			fields []string
		}{
			"check digits":   {func(o *transfers.Order) { o.Payee = "PL40222222220000000012345678" }, []string{"/payeeIban"}},
			"too short":      {func(o *transfers.Order) { o.Payee = "PL39" }, []string{"/payeeIban"}},
			"no IBAN":        {func(o *transfers.Order) { o.Payee = "" }, []string{"/payeeIban"}},
			"no amount":      {func(o *transfers.Order) { o.Amount = money.New(0, money.PLN) }, []string{"/amount/amount"}},
			"negative":       {func(o *transfers.Order) { o.Amount = money.New(-1, money.PLN) }, []string{"/amount/amount"}},
			"no name":        {func(o *transfers.Order) { o.PayeeName = " " }, []string{"/payeeName"}},
			"a long name":    {func(o *transfers.Order) { o.PayeeName = strings.Repeat("ł", 71) }, []string{"/payeeName"}},
			"no title":       {func(o *transfers.Order) { o.Title = "" }, []string{"/title"}},
			"a long title":   {func(o *transfers.Order) { o.Title = strings.Repeat("x", 141) }, []string{"/title"}},
			"two lines":      {func(o *transfers.Order) { o.Title = "a\nb" }, []string{"/title"}},
			"reference":      {func(o *transfers.Order) { o.Reference = strings.Repeat("x", 36) }, []string{"/reference"}},
			"no date":        {func(o *transfers.Order) { o.RequestedOn = "20.11.2026" }, []string{"/requestedOn"}},
			"yesterday":      {func(o *transfers.Order) { o.RequestedOn = "2026-11-19" }, []string{"/requestedOn"}},
			"in two years":   {func(o *transfers.Order) { o.RequestedOn = "2028-11-19" }, []string{"/requestedOn"}},
			"several":        {func(o *transfers.Order) { o.Title, o.PayeeName = "", "" }, []string{"/payeeName", "/title"}},
			"not in figures": {func(o *transfers.Order) { o.Payee = "PL3922222222000000001234567O" }, []string{"/payeeIban"}},
		} {
			o := order(h, outside)
			a.change(&o)
			_, err := d.place(d.system, o)
			d.want(name, err, bank.ErrInvalid, a.fields...)
			if strings.Contains(name, "IBAN") && strings.Contains(err.Error(), o.Payee) && o.Payee != "" {
				t.Errorf("%s: the message repeats what was sent", name)
			}
		}
		tomorrow := order(h, outside)
		tomorrow.RequestedOn = "2026-11-21"
		if got := d.placed(d.system, tomorrow).Transfer; got.RequestedOn != "2026-11-21" || got.Status != bank.TransferHeld {
			t.Errorf("placed %+v", got)
		}
	})
}

// TestPayeeIsUnusable: our own IBANs are refused where nobody could be paid, and no order tells why.
func TestPayeeIsUnusable(t *testing.T) {
	each(t, func(d *desk) {
		h, closed, blocked, locked, euro := d.holder(25_000), d.holder(0), d.holder(0), d.holder(0), d.holder(0)
		_, err := d.office.CloseBalance(d.ctx, d.system, closed.balance.ID)
		d.must(err)
		d.block(blocked, bank.BlockByCourt, bank.BlockCredits)
		d.lock(locked)
		euros := d.euros(euro.user)
		never := d.neverIssued()
		for name, a := range map[string]struct {
			payee string
			says  string
		}{
			"closed": {closed.iban.String(), "nobody can be paid"}, "credits blocked": {blocked.iban.String(), "nobody can be paid"},
			"owner locked": {locked.iban.String(), "nobody can be paid"}, "never issued": {never, "nobody can be paid"},
			"itself": {h.iban.String(), "paying balance"}, "another currency": {euros.iban.String(), "another currency"}, "the master account": {ownMaster, "at the bank"},
		} {
			_, err := d.place(d.system, order(h, a.payee))
			d.want(name, err, bank.ErrPayeeUnusable, "/payeeIban")
			if !strings.Contains(err.Error(), a.says) {
				t.Errorf("%s: %v does not say %q", name, err, a.says)
			}
		}
		later := order(h, d.holder(0).iban.String())
		later.RequestedOn = "2026-11-25"
		_, err = d.place(d.system, later)
		d.want("one of ours later", err, bank.ErrInvalid, "/requestedOn")
		d.equal("nothing was left", d.history(h), []string{})
		d.equal("balance", d.amounts(h), "25000 held 0")
	})
}

// TestRefusedByBalance: what the balance refuses leaves a declined transaction and uses the key up; the same request is
// refused the same way, also once there is money.
func TestRefusedByBalance(t *testing.T) {
	each(t, func(d *desk) {
		h, payee := d.holder(9_999), d.holder(0)
		for i, o := range []transfers.Order{order(h, outside), order(h, payee.iban.String())} {
			key := string(rune('a' + i))
			_, err := d.service.Order(d.key(key, "body"), d.system, o)
			d.want("short", err, bank.ErrInsufficientFunds)
		}
		d.pay(h, 20_000)
		var repeated *bank.RepeatedError
		_, err := d.service.Order(d.key("a", "body"), d.system, order(h, outside))
		if !errors.As(err, &repeated) || !errors.Is(err, bank.ErrInsufficientFunds) {
			t.Errorf("repeated: %v", err)
		}
		_, err = d.service.Order(d.key("a", "another body"), d.system, order(h, outside))
		d.want("another request", err, bank.ErrKeyReused)
		d.block(h, bank.BlockFraud, bank.BlockDebits)
		_, err = d.place(d.system, order(h, outside))
		d.want("blocked", err, bank.ErrBlocked)
		d.equal("history", d.history(h), []string{"TRANSFER_OUT DECLINED -10000", "INTERNAL_OUT DECLINED -10000", "TRANSFER_IN CLEARED 20000", "TRANSFER_OUT DECLINED -10000"})
		empty := d.holder(0)
		_, err = d.office.CloseBalance(d.ctx, d.system, empty.balance.ID)
		d.must(err)
		_, err = d.place(d.system, order(empty, outside))
		d.want("closed", err, bank.ErrBalanceClosed)
		list, err := d.service.Transfers(d.ctx, d.system, transfers.Filter{})
		d.must(err)
		d.equal("no transfer was made", len(list), 0)
		d.proven()
	})
}

// TestRefusedWithoutTrace: what was never a payment of that balance leaves nothing, and the key free.
func TestRefusedWithoutTrace(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(25_000)
		wrong := order(h, outside)
		wrong.Amount = money.New(1, money.EUR)
		none := order(h, outside)
		none.Payer = bank.NewID()
		_, err := d.service.Order(d.key("k", "1"), d.system, wrong)
		d.want("currency", err, bank.ErrCurrencyMismatch)
		_, err = d.service.Order(d.key("k", "1"), d.system, none)
		d.want("no balance", err, bank.ErrNotFound)
		_, err = d.service.Order(d.ctx, d.system, order(h, outside))
		d.want("no key", err, bank.ErrIdempotencyRequired)
		powerless := d.system
		powerless.Permissions = []bank.Permission{bank.PermMoneyPost, bank.PermHistoryRead}
		_, err = d.place(powerless, order(h, outside))
		d.want("no permission", err, bank.ErrForbidden)
		d.lock(h)
		_, err = d.place(d.system, order(h, outside))
		d.want("locked", err, bank.ErrUserLocked)
		euros := d.euros(d.holder(0).user)
		if _, err = d.place(d.system, transfers.Order{Payer: euros.balance.ID, Amount: money.New(1, money.EUR), Payee: outside, PayeeName: "A", Title: "B"}); !errors.Is(err, bank.ErrInsufficientFunds) {
			t.Errorf("an empty balance: %v", err)
		}
		d.equal("history", d.history(h), []string{})
		other, err := d.onboard.Create(d.ctx, bank.System(0, "test"), "Other Pay", bank.DefaultSettings())
		d.must(err)
		stranger := d.system
		stranger.Customer = other.ID
		_, err = d.place(stranger, order(h, outside))
		d.want("another customer", err, bank.ErrNotFound)
	})
}

// TestLimits: of one order, of a balance's day, of an end user's day over all balances of the currency. What was cancelled
// does not count, tomorrow is another day.
func TestLimits(t *testing.T) {
	each(t, func(d *desk) {
		d.settings(func(s *bank.Settings) {
			s.TransferLimits = []bank.TransferLimit{{Currency: "PLN", Order: 10_000, BalanceDay: 25_000, UserDay: 30_000}}
		})
		first := d.holder(100_000)
		second := d.opens(first.user, money.PLN, 100_000)
		big := order(first, outside)
		big.Amount = money.New(10_001, money.PLN)
		_, err := d.place(d.system, big)
		d.want("one order", err, bank.ErrTransferLimit, "/amount")
		gone := d.placed(d.system, order(first, outside)).Transfer
		d.placed(d.system, order(first, second.iban.String()))
		_, err = d.place(d.system, order(first, outside))
		d.want("the balance's day", err, bank.ErrTransferLimit, "/amount")
		d.placed(d.system, order(second, outside))
		_, err = d.place(d.system, order(second, outside))
		d.want("the user's day", err, bank.ErrTransferLimit, "/amount")
		_, err = d.service.Cancel(d.ctx, d.system, gone.ID, "")
		d.must(err)
		d.placed(d.system, order(second, outside))
		d.pass(24 * time.Hour)
		d.placed(d.system, order(first, outside))
		d.proven()
	})
}

// TestNames: whether the name fits is told with the order, and refuses it only where the customer wants so.
func TestNames(t *testing.T) {
	each(t, func(d *desk) {
		h, payee := d.holder(100_000), d.holder(0)
		named := func(name, number string) transfers.Order {
			o := order(h, number)
			o.PayeeName = name
			return o
		}
		for name, want := range map[string]string{"Anna Testowa": "MATCH", "Anna Testwa": "CLOSE_MATCH", "Zenon Inny": "NO_MATCH"} {
			d.equal(name, d.placed(d.system, named(name, payee.iban.String())).Check.Result, want)
		}
		d.equal("outside", d.placed(d.system, named("Zenon Inny", outside)).Check.Result, "NOT_POSSIBLE")
		d.settings(func(s *bank.Settings) { s.PayeeNameMustMatch = true })
		_, err := d.place(d.system, named("Zenon Inny", payee.iban.String()))
		d.want("another name", err, bank.ErrPayeeName, "/payeeName")
		_, err = d.place(d.system, named("Anna Testwa", payee.iban.String()))
		d.want("a close name", err, bank.ErrPayeeName, "/payeeName")
		d.placed(d.system, named("Anna Testowa", payee.iban.String()))
		d.placed(d.system, named("Zenon Inny", outside))
	})
}

func (d *desk) settings(change func(*bank.Settings)) {
	d.t.Helper()
	d.must(d.onboard.UpdateSettings(d.ctx, bank.System(d.system.Customer, "test"), d.system.Customer, func(s *customers.Settings) error { change(&s.Settings); return nil }))
}

func (d *desk) block(h holder, kind bank.BlockKind, direction bank.BlockDirection) {
	d.t.Helper()
	_, err := d.office.Block(d.ctx, d.system, accounts.NewBlock{Target: bank.BlockBalance, TargetKey: h.balance.ID.String(), Kind: kind, Direction: direction})
	d.must(err)
}

func (d *desk) lock(h holder) {
	d.t.Helper()
	_, err := d.office.UpdateUser(d.ctx, d.system, h.user.ID, func(u *bank.User) error { u.Status = bank.UserLocked; return nil })
	d.must(err)
}

// euros opens a balance in EUR, for which there is another master account.
func (d *desk) euros(u bank.User) holder {
	d.t.Helper()
	number, err := iban.ReplaceDigits("PL00111111110000000000000020")
	d.must(err)
	actor := bank.System(d.system.Customer, "test")
	m, err := d.onboard.AddMasterAccount(d.ctx, actor, customers.NewMasterAccount{IBAN: number.String(), Currency: money.EUR, Format: bank.FormatCamt053})
	d.must(err)
	_, err = d.onboard.AddBaseIBAN(d.ctx, actor, customers.NewBaseIBAN{Base: "PL111111118800", MasterAccount: m.ID})
	d.must(err)
	return d.opens(u, money.EUR, 0)
}

// neverIssued is an IBAN of ours that nobody has.
func (d *desk) neverIssued() (number string) {
	d.t.Helper()
	d.must(d.db.Read(d.ctx, func(tx *store.Tx) error {
		bases, err := tx.BaseIBANs(d.system.Customer)
		if err != nil {
			return err
		}
		r, err := bases[0].Numbers()
		if err != nil {
			return err
		}
		at, err := r.At(bases[0].Next + 1000)
		number = at.String()
		return err
	}))
	return number
}
