package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
	"ims/pli"
)

type pliGenerateCommand struct {
	Records  int      `help:"How many payments." required:"" placeholder:"N"`
	IBAN     []string `help:"Accounts of ours that take part. Default: 100 of an invented range." name:"iban" placeholder:"IBAN" sep:"none"`
	Seed     uint64   `help:"The same seed gives the same file." default:"1"`
	Date     string   `help:"Booking date. Default: today in Warsaw." placeholder:"YYYY-MM-DD"`
	Debits   int      `help:"How many in a hundred payments leave our accounts." default:"0" placeholder:"PERCENT"`
	Internal int      `help:"How many in a hundred go between two accounts of ours." default:"0" placeholder:"PERCENT"`
	Encoding string   `help:"Encoding of the file." enum:"US-ASCII,UTF-8,windows-1250,ISO-8859-2,IBM852" default:"windows-1250"`
	Out      string   `help:"File to write; it must not exist. Default: standard output." placeholder:"FILE"`
}

// Run writes the file.
func (c *pliGenerateCommand) Run(p *program) error {
	f, err := c.forgery(p.now())
	if err != nil {
		return err
	}
	if c.Out == "" {
		return f.write(p.stdout, c.Records)
	}
	return writeNew(c.Out, func(w io.Writer) error { return f.write(w, c.Records) })
}

// forgery checks the flags.
func (c *pliGenerateCommand) forgery(now time.Time) (forgery, error) {
	f := forgery{seed: c.Seed, date: c.Date, debits: c.Debits, internal: c.Internal}
	if c.Records < 0 || c.Debits < 0 || c.Internal < 0 || c.Debits+c.Internal > 100 {
		return f, usage("--records must not be negative, --debits and --internal be percentages of at most 100 together")
	}
	if f.date == "" {
		f.date = bank.CivilDate(now)
	}
	if _, err := time.Parse(time.DateOnly, f.date); err != nil {
		return f, usage("--date: want YYYY-MM-DD")
	}
	if err := f.encoding.UnmarshalText([]byte(c.Encoding)); err != nil {
		return f, usage("--encoding: %v", err)
	}
	for _, text := range c.IBAN {
		x, err := iban.ParseLenient(text)
		if err != nil || x.Country() != "PL" {
			return f, usage("--iban %s: want a valid Polish IBAN", visible(text))
		}
		f.ours = append(f.ours, x)
	}
	if len(f.ours) == 0 {
		f.ours = inventedAccounts("PL111111117700", 100)
	}
	if c.Internal > 0 && len(f.ours) < 2 {
		return f, usage("--internal: needs two accounts of ours")
	}
	return f, nil
}

// forgery is a file of invented payments: as a bank writes them, of people who do not exist.
type forgery struct {
	seed     uint64
	date     string // YYYY-MM-DD
	ours     []iban.IBAN
	debits   int // percent
	internal int // percent
	encoding bankfile.Encoding
}

// write writes n records. The same forgery gives the same bytes.
func (f forgery) write(w io.Writer, n int) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	writer := pli.NewWriter(buffered, pli.WriterOptions{Encoding: f.encoding})
	dice := rand.New(rand.NewPCG(f.seed, 0x696d73)) // any second word will do, as long as it never changes
	theirs := append(inventedAccounts("PL222222220000", 400), inventedAccounts("PL333333330000", 400)...)
	for i := range n {
		if err := writer.Write(f.order(dice, theirs, i)); err != nil {
			return fmt.Errorf("pli generate: record %d: %w", i+1, err)
		}
	}
	return buffered.Flush()
}

// order invents one payment.
func (f forgery) order(dice *rand.Rand, theirs []iban.IBAN, i int) pli.Order {
	outside, inside := dice.IntN(len(theirs)), dice.IntN(len(f.ours))
	o := pli.Order{Date: f.date, Amount: inventedAmount(dice), Reference: fmt.Sprintf("D%09d", i+1),
		Payer: theirs[outside], PayerName: inventedName(outside), Payee: f.ours[inside], PayeeName: inventedName(inside + 311)}
	o.Title = fmt.Sprintf("%s %06d", titles[dice.IntN(len(titles))], dice.IntN(1_000_000))
	switch kind := dice.IntN(100); {
	case kind < f.debits:
		o.Payer, o.Payee, o.PayerName, o.PayeeName = o.Payee, o.Payer, o.PayeeName, o.PayerName
	case kind < f.debits+f.internal:
		other := (inside + 1 + dice.IntN(len(f.ours)-1)) % len(f.ours)
		o.Payer, o.PayerName = f.ours[other], inventedName(other+311)
	}
	return o
}

// inventedAmount is mostly small, sometimes a salary, seldom an invoice, in grosze.
func inventedAmount(dice *rand.Rand) int64 {
	switch kind := dice.IntN(100); {
	case kind < 70:
		return 100 + dice.Int64N(30_000)
	case kind < 95:
		return 30_000 + dice.Int64N(900_000)
	}
	return 1_000_000 + dice.Int64N(25_000_000)
}

// inventedAccounts are the first n numbers of a base.
func inventedAccounts(base string, n uint64) []iban.IBAN {
	numbers, err := iban.NewRange(base, make([]byte, 16)) // Plain needs no secret
	if err != nil {
		panic(fmt.Sprintf("base %s: %v", base, err)) // only constants come here
	}
	list := make([]iban.IBAN, n)
	for i := range list {
		if list[i], err = numbers.Plain(uint64(i) + 1); err != nil {
			panic(fmt.Sprintf("base %s: %v", base, err))
		}
	}
	return list
}

var (
	firstNames = []string{"JAN", "ANNA", "PIOTR", "MARIA", "ŁUKASZ", "ZOFIA", "PAWEŁ", "JÓZEFA", "MICHAŁ", "EWA"}
	lastNames  = []string{"TESTOWY", "PRZYKŁAD", "WZORZEC", "PRÓBNY", "NIEISTNIEJĄCA", "ZMYŚLONY", "ATRAPA", "MAKIETA"}
	companies  = []string{"FIKCJA SP. Z O.O.", "WZÓR I SYN S.C.", "PRZYKŁADOWE ZAKŁADY S.A.", "\"ATRAPA\", HURTOWNIA"}
	streets    = []string{"POLNA", "LEŚNA", "SŁONECZNA", "KRÓTKA", "SZKOLNA", "ŹRÓDLANA"}
	titles     = []string{"DOŁADOWANIE SALDA", "FAKTURA NR", "ZAPŁATA ZA ZAKUPY", "CZYNSZ", "WYNAGRODZENIE", "SKŁADKA, CZŁONEK", "ZAMÓWIENIE", "PREZENT"}
)

// inventedName gives a number a name with an address; the same number has the same name.
func inventedName(n int) string {
	name := companies[n%len(companies)]
	if n%5 != 0 {
		name = firstNames[n%len(firstNames)] + " " + lastNames[n/len(firstNames)%len(lastNames)]
	}
	return fmt.Sprintf("%s UL. %s %d 00-%03d WZORÓW", name, streets[n%len(streets)], n%120+1, n%1000)
}

// writeNew writes a file that must not exist yet; a failed one is removed.
func writeNew(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
