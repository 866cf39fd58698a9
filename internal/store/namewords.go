package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
)

// userKeys are what searches compare of an end user.
type userKeys struct {
	name  string   // the words of all names, each behind a blank
	words []string // each of them once
	email string
	phone string
}

func keysOfUser(u bank.User) userKeys {
	words := wordsOf(u.FirstName + " " + u.LastName + " " + u.CompanyName)
	k := userKeys{email: emailKey(u.Email), phone: phoneKey(u.Phone)}
	if len(words) > 0 {
		k.name = " " + strings.Join(words, " ")
	}
	slices.Sort(words)
	k.words = slices.Compact(words)
	return k
}

// wordsOf are the folded words of a text; signs part them. A migration must write name_words anew where this changes.
func wordsOf(text string) []string {
	return strings.FieldsFunc(Fold(text), func(r rune) bool { return !wordRune(r) })
}

// emailKey is an address in lower case.
func emailKey(address string) string { return Fold(address) }

// phoneKey are the digits of a telephone number from the last to the first: people leave out what a number begins with.
func phoneKey(phone string) string {
	var digits []byte
	for i := len(phone) - 1; i >= 0; i-- {
		if phone[i] >= '0' && phone[i] <= '9' {
			digits = append(digits, phone[i])
		}
	}
	return string(digits)
}

// What an end user can be, in the order of the numbers of userClass.
var (
	userStatuses = []string{string(bank.UserActive), string(bank.UserLocked)}
	kycStatuses  = []string{string(bank.KYCPending), string(bank.KYCAccepted), string(bank.KYCRejected)}
	userTypes    = []string{string(bank.Person), string(bank.Corporation)}
)

// userClass is status, KYC and type as one number.
func userClass(status, kyc, kind string) int64 {
	return int64((slices.Index(userStatuses, status)*len(kycStatuses)+slices.Index(kycStatuses, kyc))*len(userTypes) + slices.Index(userTypes, kind))
}

// nameWord is a row of name_words.
type nameWord struct {
	word  string
	user  *bank.User
	name  string
	class int64
}

// addNameWords writes the words of end users who have none yet, in the order of their key, as one place in the tree after
// the other is quickest.
func (tx *Tx) addNameWords(customer bank.CustomerID, list []bank.User) error {
	var rows []nameWord
	for i := range list {
		u := &list[i]
		k := keysOfUser(*u)
		for _, word := range k.words {
			rows = append(rows, nameWord{word, u, k.name, userClass(string(u.Status), string(u.KYC), string(u.Type))})
		}
	}
	slices.SortFunc(rows, func(a, b nameWord) int {
		return cmp.Or(strings.Compare(a.word, b.word), bytes.Compare(a.user.ID[:], b.user.ID[:]))
	})
	i := 0
	return tx.bulk("name_words", []string{"customer_id", "word", "user_id", "created_at", "class", "name"}, func(row []any) bool {
		if i == len(rows) {
			return false
		}
		r := rows[i]
		i++
		row[0], row[1], row[2], row[3], row[4], row[5] = int64(customer), r.word, r.user.ID[:], micros(r.user.CreatedAt), r.class, r.name
		return true
	})
}

// dropNameWords takes an end user, as the store has them, out of the index of words.
func (tx *Tx) dropNameWords(customer bank.CustomerID, id bank.ID) error {
	u, err := tx.User(customer, id)
	if errors.Is(err, bank.ErrNotFound) {
		return nil // what is done to the end user says so
	}
	if err != nil {
		return err
	}
	words, i := keysOfUser(u).words, 0
	_, err = tx.engine.ExecMany(tx.ctx, tx.conn, "DELETE FROM name_words WHERE customer_id = $1 AND word = $2 AND user_id = $3", 3, func(row []any) bool {
		if i == len(words) {
			return false
		}
		row[0], row[1], row[2] = int64(customer), words[i], id[:]
		i++
		return true
	})
	return err
}

// indexUsers writes what searches compare of end users who are older than the index.
func indexUsers(ctx context.Context, tx *sql.Tx) error {
	keys, err := tx.PrepareContext(ctx, "UPDATE end_users SET search_name = $3, email_key = $4, phone_key = $5 WHERE customer_id = $1 AND id = $2")
	if err != nil {
		return err
	}
	defer keys.Close()
	words, err := tx.PrepareContext(ctx, "INSERT INTO name_words (customer_id, word, user_id, created_at, class, name) VALUES ($1, $2, $3, $4, $5, $6)")
	if err != nil {
		return err
	}
	defer words.Close()
	var last bank.User
	for {
		list, err := unindexed(ctx, tx, last)
		if err != nil {
			return fmt.Errorf("index end users: %w", err)
		}
		for _, u := range list {
			if err := indexUser(ctx, keys, words, u); err != nil {
				return fmt.Errorf("index end users: %w", err)
			}
		}
		if len(list) < namesStep {
			return nil
		}
		last = list[len(list)-1]
	}
}

func indexUser(ctx context.Context, keys, words *sql.Stmt, u bank.User) error {
	k := keysOfUser(u)
	if _, err := keys.ExecContext(ctx, u.Customer, u.ID[:], k.name, k.email, k.phone); err != nil {
		return err
	}
	class := userClass(string(u.Status), string(u.KYC), string(u.Type))
	for _, word := range k.words {
		if _, err := words.ExecContext(ctx, u.Customer, word, u.ID[:], micros(u.CreatedAt), class, k.name); err != nil {
			return err
		}
	}
	return nil
}

// unindexed reads the end users behind one, of all customers.
func unindexed(ctx context.Context, tx *sql.Tx, last bank.User) (list []bank.User, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT customer_id, id, type, first_name, last_name, company_name, email, phone, kyc_status, status, created_at
		FROM end_users WHERE customer_id > $1 OR (customer_id = $1 AND id > $2) ORDER BY customer_id, id LIMIT $3`, last.Customer, last.ID[:], namesStep)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var u bank.User
		err := rows.Scan(&u.Customer, &u.ID, &u.Type, &u.FirstName, &u.LastName, &u.CompanyName, &u.Email, &u.Phone, &u.KYC, &u.Status, instant{&u.CreatedAt})
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, rows.Err()
}
