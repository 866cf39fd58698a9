package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// found is what a text finds, as KIND:id:by.
func (d *desk) found(actor bank.Actor, text string) []string {
	d.t.Helper()
	list, err := d.history.Find(context.Background(), actor, text)
	d.must(err)
	var all []string
	for _, f := range list {
		all = append(all, fmt.Sprintf("%s:%s:%s", f.Kind, f.ID, f.By))
	}
	return all
}

// TestFind: each identifier finds what bears it, whole and however it is written, and nothing of another customer.
func TestFind(t *testing.T) {
	eachDesk(t, func(d *desk) {
		f, other := fill(d), newDesk(d.t, d.db, there)
		file := bank.TransactionFile{Customer: d.actor.Customer, No: 1, ID: bank.NewID(), MasterAccount: bank.NewID(), Name: "day-1.pli",
			Status: bank.FileInvalid, Acceptance: bank.Strict, UploadedAt: day}
		d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
			if _, err := tx.AddFile(file); err != nil {
				return err
			}
			_, err := tx.UseKeys(d.actor.Customer, []store.Key{{Key: "key-7", Object: fmt.Sprint(int64(f.in1)), At: day}})
			return err
		}))
		account := d.balances[0].Accounts[0].IBAN
		fileID, userID, balanceID := file.ID.String(), d.users[0].ID.String(), d.balances[0].ID.String()
		for text, want := range map[string][]string{
			account.String():                        {"BANK_ACCOUNT:" + account.String() + ":iban"},
			" " + strings.ToLower(account.Format()): {"BANK_ACCOUNT:" + account.String() + ":iban"},
			userID:                                  {"USER:" + userID + ":id"},
			strings.ToUpper(balanceID):              {"BALANCE:" + balanceID + ":id"},
			fileID:                                  {"TRANSACTION_FILE:" + fileID + ":id"},
			"day-1.pli":                             {"TRANSACTION_FILE:" + fileID + ":name"},
			fmt.Sprint(int64(f.out)):                {fmt.Sprintf("TRANSACTION:%d:id", f.out)},
			"key-7":                                 {fmt.Sprintf("TRANSACTION:%d:idempotencyKey", f.in1)},
			"nothing has this":                      nil,
			bank.NewID().String():                   nil,
			"day-1":                                 nil, // a part of a name
			other.users[0].ID.String():              nil,
			other.balances[0].Accounts[0].IBAN.String(): nil,
		} {
			if got := d.found(d.actor, text); !slices.Equal(got, want) {
				d.t.Errorf("%q finds %v, want %v", text, got, want)
			}
		}
		reader := bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Permissions: []bank.Permission{bank.PermHistoryRead}}
		for _, text := range []string{account.String(), userID, balanceID, fileID, "day-1.pli"} {
			if got := d.found(reader, text); got != nil {
				d.t.Errorf("%q tells %v who may only read the history", text, got)
			}
		}
		for _, text := range []string{"", "  ", strings.Repeat("x", 141), "a\x00b"} {
			if _, err := d.history.Find(context.Background(), d.actor, text); !errors.Is(err, bank.ErrInvalid) {
				d.t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := d.history.Find(context.Background(), d.endUser(0), "1"); !errors.Is(err, bank.ErrForbidden) {
			d.t.Errorf("an end user searches: %v", err)
		}
	})
}

// TestFindOtherSide finds transactions by the account on the other side, before the index has them and after.
func TestFindOtherSide(t *testing.T) {
	eachDesk(t, func(d *desk) {
		f := fill(d)
		want := []string{fmt.Sprintf("TRANSACTION:%d:counterparty", f.inside), fmt.Sprintf("TRANSACTION:%d:counterparty", f.out)}
		for range 2 {
			if got := d.found(d.actor, "PL39 2222 2222 0000 0000 1234 5678"); !slices.Equal(got, want) {
				d.t.Errorf("%v, want %v", got, want)
			}
			d.grow(5_000)
			d.index("test")
		}
	})
}
