package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	ims "ims/sdk/go"
)

func main() {
	address := flag.String("address", "https://localhost:8443", "of the service")
	dir := flag.String("dir", "demo", "with ca.pem, client.pem and client.key")
	code := flag.String("qr", "", "where the QR code goes; default: nowhere")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, *address, *dir, *code, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address, dir, code string, out io.Writer) error {
	client, err := ims.Open(ims.Config{Address: address, CAFile: filepath.Join(dir, "ca.pem"),
		CertFile: filepath.Join(dir, "client.pem"), KeyFile: filepath.Join(dir, "client.key")})
	if err != nil {
		return err
	}
	defer client.Close()
	caller, err := client.Whoami(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "we are %s\n", caller.CN)
	balance, err := open(ctx, client, out)
	if err != nil {
		return err
	}
	if err := share(ctx, client, *balance.IBAN, code, out); err != nil {
		return err
	}
	if err := pay(ctx, client, balance.ID, out); err != nil {
		return err
	}
	for transaction, err := range client.AllTransactions(ctx, &ims.ListTransactionsParams{BalanceID: &balance.ID}) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "transaction %s %s %d %s\n", transaction.Type, transaction.Status, transaction.Amount.Amount, transaction.Amount.Currency)
	}
	return nil
}

// open creates an end user and a balance; the IBAN comes with it.
func open(ctx context.Context, client *ims.Client, out io.Writer) (*ims.Balance, error) {
	user, err := client.CreateUser(ctx, ims.UserFacts{Type: ims.UserFactsTypePERSON, FirstName: new("Ada"), LastName: new("Example"),
		KycStatus: new(ims.UserFactsKycStatusACCEPTED)})
	if err != nil {
		return nil, err
	}
	balance, err := client.CreateBalance(ctx, user.ID, ims.CreateBalanceInputBody{Currency: "PLN"})
	if err != nil {
		return nil, err
	}
	accounts, err := client.GetIBAN(ctx, &ims.GetIBANParams{BalanceID: balance.ID})
	if err != nil {
		return nil, err
	}
	if balance.IBAN == nil || len(accounts.Items) != 1 {
		return nil, errors.New("the balance got no IBAN")
	}
	fmt.Fprintf(out, "getIban %s\n", accounts.Items[0].IBAN)
	return balance, nil
}

// share fetches the QR code with which somebody else's banking app pays 123.45 PLN to the IBAN.
func share(ctx context.Context, client *ims.Client, iban, path string, out io.Writer) error {
	download, err := client.GetQRCode(ctx, iban, &ims.GetQRCodeParams{Amount: new(int64(12345)), Title: new("For Ada")})
	if err != nil {
		return err
	}
	defer download.Close()
	picture, err := io.ReadAll(download)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "QR code %s\n", download.ContentType)
	if path == "" {
		return nil
	}
	return os.WriteFile(path, picture, 0o644)
}

// pay credits a bonus from the customer's own funds, twice with one key: money moves once. More than there is is refused.
func pay(ctx context.Context, client *ims.Client, balanceID string, out io.Writer) error {
	bonus := ims.Order{Amount: ims.Money{Amount: 1500, Currency: "PLN"}, Title: new("Bonus")}
	key := ims.WithKey("bonus-" + balanceID)
	for range 2 {
		var answer ims.Answer
		transaction, err := client.CreditBalance(ctx, balanceID, bonus, key, ims.WithAnswer(&answer))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "credit %d, replayed %v\n", transaction.Amount.Amount, answer.Replayed)
	}
	_, err := client.DebitBalance(ctx, balanceID, ims.Order{Amount: ims.Money{Amount: 999_999, Currency: "PLN"}, Title: new("Too much")})
	if !ims.HasCode(err, "insufficient-funds") {
		return fmt.Errorf("a debit of too much was not refused: %w", err)
	}
	fmt.Fprintln(out, "refused:", err)
	return nil
}
