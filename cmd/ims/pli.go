package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
	"ims/pli"
)

type pliCommands struct {
	Check    pliCheckCommand    `cmd:"" help:"Validate a file as an upload would, as far as that needs no store."`
	Describe pliDescribeCommand `cmd:"" help:"Tell what a file says, record by record and field by field."`
	Generate pliGenerateCommand `cmd:"" help:"Write a realistic file of invented payments."`
}

// pliReading is how a file is to be judged.
type pliReading struct {
	Own      []string `help:"An account that is ours, or its leading digits after the check digits." placeholder:"ACCOUNT-OR-PREFIX" sep:"none"`
	Master   []string `help:"A master account: money to it belongs to no end user." placeholder:"ACCOUNT" sep:"none"`
	Date     string   `help:"Day of validation. Default: today in Warsaw." placeholder:"YYYY-MM-DD"`
	Encoding string   `help:"Encoding of the file." enum:"auto,US-ASCII,UTF-8,windows-1250,ISO-8859-2,IBM852" default:"auto"`
	Language string   `help:"Language of the answer: en or pl." enum:"en,pl" default:"en"`
	File     string   `arg:"" help:"The file."`

	Types              string `help:"Message types of a .pli file that are taken, with commas. Default: 110." placeholder:"TYPES"`
	TwoHundreds        string `help:"What a message type 2xx means: refuse, or statement-pko, the bank's mark of a booked debit." enum:"refuse,statement-pko" default:"refuse"`
	AllowMissingPayer  bool   `help:"A credit may lack the payer's account, whatever its class."`
	StrictTextOnCredit bool   `help:"Faults of names and titles are errors on credits too."`
	MaxAgeDays         int    `help:"How old a booking date may be. 0: the default, 366." placeholder:"DAYS"`
}

// dialect turns the flags that a master account has too into what the reader wants.
func (c *pliReading) dialect(o *bankfile.Options) error {
	d := bank.Dialect{Types: typeList(c.Types), TwoHundreds: twoHundreds[c.TwoHundreds], MaxAgeDays: c.MaxAgeDays}
	if err := d.Check(); err != nil {
		return usage("%v", err)
	}
	if err := o.Dialect.Encoding.UnmarshalText([]byte(c.Encoding)); err != nil {
		return usage("--encoding: %v", err)
	}
	o.Dialect.Types, o.MaxAgeDays = d.Types, d.MaxAgeDays
	o.AllowMissingPayer, o.StrictTextOnCredit = c.AllowMissingPayer, c.StrictTextOnCredit
	if d.TwoHundreds == bank.StatementPKO {
		o.Dialect.TwoHundreds = bankfile.StatementPKO
	}
	return nil
}

// options turns flags into what the reader wants.
func (c *pliReading) options(now time.Time) (o bankfile.Options, err error) {
	o.Name, o.Today = filepath.Base(c.File), c.Date
	if o.Today == "" {
		o.Today = bank.CivilDate(now)
	}
	if _, err := time.Parse(time.DateOnly, o.Today); err != nil {
		return o, usage("--date: want YYYY-MM-DD")
	}
	if err := c.dialect(&o); err != nil {
		return o, err
	}
	for _, text := range c.Own {
		prefix, err := ownPrefix(text)
		if err != nil {
			return o, usage("--own %s: %v", visible(text), err)
		}
		o.Own = append(o.Own, bankfile.Own{Prefix: prefix})
	}
	for _, text := range c.Master {
		number, err := iban.ParseLenient(text)
		if err != nil {
			number, err = iban.ParseLenient("PL" + text)
		}
		if err != nil {
			return o, usage("--master %s: want a whole account", visible(text))
		}
		o.Own = append(o.Own, bankfile.Own{Prefix: number.Country() + number.BBAN(), Master: true})
	}
	return o, nil
}

// accountDigits is the length of a Polish account with its check digits.
const accountDigits = 26

// ownPrefix is the country and the leading characters of the BBAN of an account, or of the beginning of one. Digits alone are
// Polish; another country's are a whole IBAN, or its country and the beginning without check digits.
func ownPrefix(text string) (string, error) {
	bare := strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	if len(bare) < 2 || bare[0] < 'A' || strings.HasPrefix(bare, "PL") {
		digits, err := ownDigits(text)
		return "PL" + digits, err
	}
	if number, err := iban.ParseLenient(bare); err == nil {
		return number.Country() + number.BBAN(), nil
	}
	return bare, nil // what cannot be one is refused by the reader
}

// ownDigits reads an account or the leading digits of one after the check digits.
func ownDigits(text string) (string, error) {
	digits := strings.TrimPrefix(strings.ToUpper(strings.ReplaceAll(text, " ", "")), "PL")
	if strings.Trim(digits, "0123456789") != "" {
		return "", fmt.Errorf("want digits only, or PL and digits")
	}
	if len(digits) == accountDigits {
		digits = digits[2:]
	}
	if len(digits) < 8 || len(digits) > accountDigits-2 {
		return "", fmt.Errorf("want an account of 26 digits, or 8 to 24 leading digits without the check digits")
	}
	return digits, nil
}

// open starts reading the file.
func (c *pliReading) open(o bankfile.Options) (*bankfile.Reader, error) {
	return pli.Open(func() (io.ReadCloser, error) { return os.Open(c.File) }, o)
}

type pliDescribeCommand struct {
	pliReading
	Line int `help:"Only the record on this line." placeholder:"N"`
}

// Run tells every record in words.
func (c *pliDescribeCommand) Run(p *program) error {
	o, err := c.options(p.now())
	if err != nil {
		return err
	}
	r, err := c.open(o)
	if err != nil {
		return fmt.Errorf("pli describe: %w", err)
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return c.conclude(p, r.Report())
		}
		if err != nil {
			return fmt.Errorf("pli describe: %w", err)
		}
		if c.Line != 0 && rec.Line != c.Line {
			continue
		}
		for _, line := range pli.Describe(rec, c.Language) {
			fmt.Fprintln(p.stdout, visible(line))
		}
		fmt.Fprintln(p.stdout)
	}
}

func (c *pliDescribeCommand) conclude(p *program, report bankfile.Report) error {
	for _, f := range report.File {
		fmt.Fprintf(p.stdout, "%s %s: %s\n", f.Severity.Word(c.Language), f.Code, visible(f.Message(c.Language)))
	}
	word := func(s string) string { return checkWord(s, c.Language) }
	fmt.Fprintf(p.stdout, "%s, %s: %d, %s: %d, %s: %d, %s: %d\n", report.Encoding, word("bytes"), report.Bytes, word("records"), report.Records,
		word("errors"), report.Errors, word("warnings"), report.Warnings)
	return nil
}
