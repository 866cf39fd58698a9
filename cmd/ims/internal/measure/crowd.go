package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// crowd are many invented end users, who came one after the other in the days of the past, each with a balance and its IBAN.
// Names are as uneven as names are: the most common family name is that of one in fifty. One in a thousand is locked, one in
// two hundred was refused, one in twenty still waits, and one in twenty is a company.
type crowd struct {
	*estate
	engine store.Engine
	random *rand.Rand
	given  *rand.Zipf
	family *rand.Zipf
	end    time.Time
	span   time.Duration
	size   int
}

const crowdChunk = 20_000

func newCrowd(e *estate, engine store.Engine, o Options) *crowd {
	r := rand.New(rand.NewPCG(5, 6))
	return &crowd{estate: e, engine: engine, random: r, given: rand.NewZipf(r, 1.2, 20, 2_000), family: rand.NewZipf(r, 1.1, 20, 50_000), end: time.Now().UTC(),
		span: time.Duration(o.Days) * 24 * time.Hour, size: o.Users}
}

// givenName and familyName write a number as a name; the lower ones are the common ones.
func givenName(n uint64) string {
	if n < uint64(len(firstNames)) {
		return firstNames[n]
	}
	return "A" + surname(int(n))
}

func familyName(n uint64) string { return "Testowa-" + surname(int(n)) }

func (c *crowd) user(i int) bank.User {
	at := c.end.Add(-c.span).Add(time.Duration(float64(c.span) * float64(i) / float64(c.size)))
	u := bank.User{Customer: c.customer, ID: bank.NewID(), ExternalID: fmt.Sprintf("user-%d", i), Type: bank.Person, FirstName: givenName(c.given.Uint64()),
		LastName: familyName(c.family.Uint64()), Email: fmt.Sprintf("%s.%d@invented.example", surname(c.random.IntN(50_000)), i), Phone: fmt.Sprintf("+48 %09d", c.random.IntN(1_000_000_000)),
		KYC: bank.KYCAccepted, Status: bank.UserActive, CreatedAt: at, UpdatedAt: at}
	if i%20 == 7 {
		u.Type, u.FirstName, u.LastName, u.CompanyName = bank.Corporation, "", "", "Fikcja "+surname(c.random.IntN(20_000))+" sp. z o.o."
	}
	switch {
	case i%200 == 3:
		u.KYC = bank.KYCRejected
	case i%20 == 11:
		u.KYC = bank.KYCPending
	}
	if i%1_000 == 13 {
		u.Status = bank.UserLocked
	}
	return u
}

// write adds all of them. IBANs go into their table directly: issuing each would be a benchmark of its own.
func (c *crowd) write(ctx context.Context, log func(string, ...any)) error {
	base, err := c.base(ctx)
	if err != nil {
		return err
	}
	raw, _, err := c.engine.Open(ctx)
	if err != nil {
		return err
	}
	defer raw.Close()
	c.balances, c.ibans = nil, nil
	for len(c.balances) < c.size {
		fresh, err := c.chunk(ctx)
		if err != nil {
			return err
		}
		if err := c.bind(ctx, raw, base, fresh); err != nil {
			return err
		}
		if len(c.balances)%200_000 == 0 {
			log("%d end users written", len(c.balances))
		}
	}
	_, err = raw.ExecContext(ctx, "UPDATE heads SET next_balance = $1 WHERE customer_id = $2", int64(c.balances[c.size-1].No)+1, int64(c.customer))
	if err != nil {
		return err
	}
	return c.db.Write(ctx, func(tx *store.Tx) error { return tx.AdvanceBase(c.customer, base.Base, uint64(c.size)+firstNumber) })
}

func (c *crowd) base(ctx context.Context) (base bank.BaseIBAN, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error { // it locks the base
		base, err = tx.IssuingBase(c.customer, money.PLN.Code())
		return err
	})
	return base, err
}

// firstOfCrowd is the number of the first balance, behind those of the customer's own.
const firstOfCrowd = 1_000

// firstNumber is the place of the first IBAN in its range, behind that of the estate's only balance.
const firstNumber = 1

// chunk adds the next end users and their balances.
func (c *crowd) chunk(ctx context.Context) (fresh []bank.Balance, err error) {
	var users []bank.User
	for i := range min(crowdChunk, c.size-len(c.balances)) {
		u := c.user(len(c.balances) + i)
		users = append(users, u)
		fresh = append(fresh, bank.Balance{Customer: c.customer, No: bank.BalanceNo(firstOfCrowd + len(c.balances) + i), ID: bank.NewID(), Kind: bank.KindUser,
			Currency: money.PLN, User: u.ID, CreatedAt: u.CreatedAt})
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddUsers(c.customer, users); err != nil {
			return err
		}
		return tx.AddBalances(c.customer, fresh)
	})
	return fresh, err
}

// bind gives each balance its IBAN.
func (c *crowd) bind(ctx context.Context, raw *sql.DB, base bank.BaseIBAN, fresh []bank.Balance) (err error) {
	numbers, err := base.Numbers()
	if err != nil {
		return err
	}
	first := len(c.ibans)
	for i := range fresh {
		number, err := numbers.At(uint64(firstNumber + first + i))
		if err != nil {
			return err
		}
		c.ibans = append(c.ibans, number)
	}
	c.balances = append(c.balances, fresh...)
	conn, err := raw.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = c.engine.BulkInsert(ctx, conn, "ibans", []string{"customer_id", "iban", "balance_no", "base", "counter", "created_at"}, c.rows(base.Base, fresh, c.ibans[first:]))
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (c *crowd) rows(base string, balances []bank.Balance, numbers []iban.IBAN) store.RowSource {
	i, first := 0, int64(balances[0].No)-firstOfCrowd
	return func(row []any) bool {
		if i == len(balances) {
			return false
		}
		b := balances[i]
		row[0], row[1], row[2], row[3], row[4], row[5] = int64(c.customer), numbers[i].String(), int64(b.No), base, firstNumber+first+int64(i), b.CreatedAt.UnixMicro()
		i++
		return true
	}
}

// traces adds an audit event for every tenth end user, and an item for every thousandth transaction.
func (c *crowd) traces(ctx context.Context, records int) error {
	for done := 0; done < c.size/10; done += crowdChunk {
		var events []bank.AuditEvent
		for i := range min(crowdChunk, c.size/10-done) {
			events = append(events, bank.AuditEvent{Actor: operator, Origin: "192.0.2.1 request bench", Action: "user.create", Object: fmt.Sprint(done + i), After: "{}"})
		}
		if err := c.db.Write(ctx, func(tx *store.Tx) error { return tx.Audit(c.customer, c.end, events...) }); err != nil {
			return err
		}
	}
	var items []bank.Item
	for i := range records / 1_000 {
		items = append(items, bank.Item{Customer: c.customer, ID: bank.NewID(), Currency: "PLN", Amount: 1 + c.random.Int64N(1_000_000), State: bank.ItemClaimed,
			Reason: bank.ReasonUnknownIBAN, Status: bank.ItemOpen, Origin: bank.Origin{File: 1, Line: int64(i)}, OpenedAt: c.end.Add(-time.Duration(i) * time.Minute)})
	}
	return c.db.Write(ctx, func(tx *store.Tx) error { return tx.AddItems(c.customer, items) })
}
