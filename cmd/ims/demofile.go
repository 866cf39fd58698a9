package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/sheet"
	"ims/internal/store"
	"ims/pli"
)

// The bank's side of the demonstration: accounts outside, at a bank that does not exist.
var outside = inventedAccounts("PL222222220000", 3)

// execute lets the bank's file of the day arrive, be validated and executed; a file with the same bytes that was executed
// before is recognised, and nothing moves again.
func (d *demo) execute() error {
	d.title("The bank's transaction file arrives")
	body, err := d.file()
	if err != nil {
		return err
	}
	f, err := d.receive(body)
	if err != nil {
		return err
	}
	if f.Status == bank.FileExecuted {
		d.say("%s was executed %s as file %d: it is recognised by its content, and nothing is posted twice.", f.Name,
			instantText(f.ExecutedAt), f.No)
	} else if f, err = d.runStages(f); err != nil {
		return err
	}
	if f.Status != bank.FileExecuted {
		return fmt.Errorf("file %s is %s: ims file findings", f.Name, statusText(f))
	}
	d.executed = f
	return d.tellOutcomes(f)
}

// orders are the records of the file: what a bank books on one day.
func (d *demo) orders() ([]pli.Order, error) {
	stranger, err := d.neverIssued()
	if err != nil {
		return nil, err
	}
	jan, anna, firm := d.balances[janPLN], d.balances[annaPLN], d.balances[firmPLN]
	today := bank.CivilDate(d.now())
	list := []pli.Order{
		{Payer: outside[0], PayerName: "ZAKŁAD PRACY SP. Z O.O. UL. LEŚNA 1 00-001 WZORÓW", Payee: jan.number, PayeeName: jan.owner, Amount: 620_000, Title: "WYNAGRODZENIE ZA MIESIĄC"},
		{Payer: outside[1], PayerName: "EWA ATRAPA UL. POLNA 2 00-002 WZORÓW", Payee: anna.number, PayeeName: anna.owner, Amount: 25_050, Title: "ZWROT ZA BILETY"},
		{Payer: outside[0], PayerName: "ZAKŁAD PRACY SP. Z O.O. UL. LEŚNA 1 00-001 WZORÓW", Payee: firm.number, PayeeName: firm.owner, Amount: 1_230_000, Title: "FAKTURA 7/11"},
		{Payer: firm.number, PayerName: firm.owner, Payee: outside[2], PayeeName: "HURTOWNIA MAKIET S.A.", Amount: 450_000, Title: "ZAMÓWIENIE 12"},
		{Payer: jan.number, PayerName: jan.owner, Payee: anna.number, PayeeName: anna.owner, Amount: 12_000, Title: "CZYNSZ"},
		{Payer: outside[1], PayerName: "EWA ATRAPA UL. POLNA 2 00-002 WZORÓW", Payee: stranger, PayeeName: "NIKT", Amount: 7_700, Title: "POMYŁKA W NUMERZE"},
		{Payer: outside[2], PayerName: "DEMO PAY S.A.", Payee: d.masters["PLN"].IBAN, PayeeName: "DEMO PAY S.A.", Amount: 500_000, Title: "ZASILENIE ŚRODKÓW WŁASNYCH"},
		{Payer: anna.number, PayerName: anna.owner, Payee: outside[1], PayeeName: "EWA ATRAPA", Amount: 9_999, Title: "PREZENT"},
	}
	for i := range list {
		list[i].Date, list[i].Reference = today, fmt.Sprintf("DEMO%06d", i+1)
	}
	return list, nil
}

// neverIssued is a number of the base IBAN that no balance has: what a payer's slip of the pen gives.
func (d *demo) neverIssued() (iban.IBAN, error) {
	numbers, err := iban.NewRange(d.bases["PLN"].Base, make([]byte, 16)) // Plain needs no secret
	if err != nil {
		return iban.IBAN{}, err
	}
	for n := uint64(777); ; n++ {
		number, err := numbers.Plain(n)
		if err != nil {
			return number, err
		}
		if _, err := d.accounts.BankAccount(d.ctx, d.admin, number); errors.Is(err, bank.ErrNotFound) {
			return number, nil
		} else if err != nil {
			return number, err
		}
	}
}

// file writes the records as the bank would.
func (d *demo) file() ([]byte, error) {
	orders, err := d.orders()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	w := pli.NewWriter(&body, pli.WriterOptions{})
	for _, o := range orders {
		if err := w.Write(o); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}

// receive uploads the file under the first free name of the day, unless a file with these bytes is there already.
func (d *demo) receive(body []byte) (f bank.TransactionFile, err error) {
	sum := sha256.Sum256(body)
	err = d.db.Read(d.ctx, func(tx *store.Tx) error { f, err = tx.FileWithContent(d.customer.ID, sum); return err })
	if !errors.Is(err, bank.ErrNotFound) {
		return f, err
	}
	for n := 1; ; n++ {
		name := fmt.Sprintf("demo-%s-%d.pli", bank.CivilDate(d.now()), n)
		f, err = d.files.Receive(d.ctx, d.admin, files.Upload{Name: name, MasterAccount: d.masters["PLN"].ID, Body: bytes.NewReader(body)})
		if errors.Is(err, bank.ErrFileNameTaken) {
			continue
		}
		if err != nil {
			return f, err
		}
		d.say("%s uploads %s.", d.admin.Name, d.path(name))
		return f, os.WriteFile(d.path(name), body, 0o600)
	}
}

// runStages brings a file to Executed from wherever an earlier run left it.
func (d *demo) runStages(f bank.TransactionFile) (bank.TransactionFile, error) {
	const owner = "demo"
	if f.StopReason != "" {
		if _, err := d.files.Retry(d.ctx, d.admin, f.ID); err != nil {
			return f, err
		}
	}
	if err := d.files.RunFile(d.ctx, owner, d.customer.ID, f.ID); err != nil {
		return f, err
	}
	f, err := d.files.File(d.ctx, d.admin, f.ID)
	if err != nil || f.Status != bank.FileValidated {
		return f, err
	}
	d.say("It is validated: %d records, errors: %d, warnings: %d. Nothing has moved yet; now it is executed, once for ever.",
		f.Totals.Records, f.Totals.Errors, f.Totals.Warnings)
	if _, _, err := d.files.Execute(d.ctx, d.admin, f.ID); err != nil {
		return f, err
	}
	if err := d.files.RunFile(d.ctx, owner, d.customer.ID, f.ID); err != nil {
		return f, err
	}
	return d.files.File(d.ctx, d.admin, f.ID)
}

// tellOutcomes writes the report and shows its lines: what became of each record.
func (d *demo) tellOutcomes(f bank.TransactionFile) error {
	var report bytes.Buffer
	if err := d.files.WriteReport(d.ctx, d.admin, f.ID, sheet.CSV, &report); err != nil {
		return err
	}
	path := d.path("report-" + f.Name + ".csv")
	if err := os.WriteFile(path, report.Bytes(), 0o600); err != nil {
		return err
	}
	rows, err := reportLines(&report)
	if err != nil {
		return fmt.Errorf("report of %s: %w", f.Name, err)
	}
	t := newTable(">LINE", "OUTCOME", ">AMOUNT", "PAYER", "PAYEE", "TITLE", "ITEM")
	for _, row := range rows {
		t.row(row["line"], row["outcome"], grouped(row["amount"])+" "+row["currency"], short(row["payer"]), short(row["payee"]), row["title"], row["item"])
	}
	d.table(t)
	d.say("The report of the executed file: %s", path)
	return nil
}

// reportLines reads the lines of an executed-file report, by the names of its columns.
func reportLines(r io.Reader) ([]map[string]string, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	var heading []string
	var rows []map[string]string
	for {
		cells, err := in.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if heading == nil {
			if cells[0] == "line" {
				heading = cells
			}
			continue
		}
		row := map[string]string{}
		for i, name := range heading[:min(len(heading), len(cells))] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
}

// short cuts a name with its address to what fits a table.
func short(name string) string {
	const most = 24
	if letters := []rune(name); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return name
}
