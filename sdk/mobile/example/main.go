package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	ims "ims/sdk/mobile"
)

func main() {
	address := flag.String("address", "https://localhost:8443", "of the service")
	dir := flag.String("dir", "demo", "with ca.pem, client.pem and client.key")
	flag.Parse()
	if err := run(*address, *dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address, dir string, out io.Writer) error {
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return err
	}
	source, err := newBackend(address, dir, ca)
	if err != nil {
		return err
	}
	client, err := ims.NewClient(address, string(ca), source)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := accounts(client, out); err != nil {
		return err
	}
	if err := money(client, out); err != nil {
		return err
	}
	_, err = client.GetTransaction(1 << 50)
	if err == nil || ims.ErrorCode(err.Error()) != "not-found" {
		return fmt.Errorf("a transaction that nobody has: %w", err)
	}
	fmt.Fprintln(out, "refused:", err)
	return client.SignOut()
}

// accounts shows the end user's IBANs and the QR code of the first.
func accounts(client *ims.Client, out io.Writer) error {
	ibans, err := client.GetAccountIbans("")
	if err != nil {
		return err
	}
	for i := range ibans.Len() {
		fmt.Fprintln(out, "getAccountIbans", ibans.Get(i).Formatted, ibans.Get(i).Currency)
	}
	if ibans.Len() == 0 {
		return nil
	}
	picture, err := client.GetQRCode(ibans.Get(0).Iban, ims.FormatPNG, 12345, "For Ada")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "QR code of %d bytes\n", len(picture))
	return nil
}

// money shows balances and the newest transactions.
func money(client *ims.Client, out io.Writer) error {
	balances, err := client.GetBalances()
	if err != nil {
		return err
	}
	for i := range balances.Len() {
		fmt.Fprintln(out, "balance", balances.Get(i).Available, balances.Get(i).Currency)
	}
	filter := ims.NewTransactionFilter()
	filter.Limit = 2
	for page, err := client.GetTransactions(filter); page != nil || err != nil; page, err = page.Next() {
		if err != nil {
			return err
		}
		for i := range page.Len() {
			fmt.Fprintln(out, "transaction", page.Get(i).Type, page.Get(i).Amount, page.Get(i).Currency)
		}
	}
	return nil
}
