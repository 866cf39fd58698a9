package main

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ims/iban"
)

type ibanCommands struct {
	Check    ibanCheckCommand    `cmd:"" help:"Tell whether numbers are valid, and every fault of those that are not."`
	Generate ibanGenerateCommand `cmd:"" help:"Make valid numbers for tests."`
	Explain  ibanExplainCommand  `cmd:"" help:"Tell what the parts of a number say."`
}

// ibanRules widen or narrow what is accepted.
type ibanRules struct {
	Lenient        bool `help:"Forgive ASCII spaces and small letters, as people type them."`
	ISOOnly        bool `help:"Leave national check digits unchecked." name:"iso-only"`
	StrictNational bool `help:"Refuse wrong national check digits also where no national source confirms the rule."`
	Unregistered   bool `help:"Accept countries that use IBANs without being in the SWIFT registry."`
}

func (r ibanRules) options() (options []iban.Option) {
	for _, o := range []struct {
		set    bool
		option iban.Option
	}{{r.Lenient, iban.Lenient}, {r.ISOOnly, iban.ISOOnly}, {r.StrictNational, iban.StrictNational}, {r.Unregistered, iban.Unregistered}} {
		if o.set {
			options = append(options, o.option)
		}
	}
	return options
}

type ibanCheckCommand struct {
	ibanRules
	listing
	Numbers []string `arg:"" name:"iban" help:"Numbers as typed, or - for one per line on standard input."`
}

// Run gives one verdict a line; it is a refusal when any number is invalid.
func (c *ibanCheckCommand) Run(p *program) error {
	out := bufio.NewWriter(p.stdout)
	invalid := 0
	judge := func(number string) error {
		result := iban.Check(number, c.options()...)
		if !result.Valid {
			invalid++
		}
		if c.Output == "json" {
			return writeLine(out, result)
		}
		writeVerdict(out, result)
		return nil
	}
	err := c.each(p.stdin, judge)
	if err = errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("iban check: %w", err)
	}
	if invalid > 0 {
		return fmt.Errorf("iban check: invalid numbers: %d", invalid)
	}
	return nil
}

// each hands the numbers to judge as they were typed: of a line only its end is cut off.
func (c *ibanCheckCommand) each(stdin io.Reader, judge func(string) error) error {
	if len(c.Numbers) != 1 || c.Numbers[0] != "-" {
		for _, number := range c.Numbers {
			if err := judge(number); err != nil {
				return err
			}
		}
		return nil
	}
	lines := bufio.NewReader(stdin)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			if err := judge(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// writeLine writes a value as one line of JSON.
func writeLine(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

// writeVerdict shows a result to a person, with a pointer under the first wrong character.
func writeVerdict(w io.Writer, r iban.Result) {
	if r.Valid {
		name := r.Country
		if c, ok := iban.CountryByCode(r.Country); ok {
			name = c.Name
		}
		fmt.Fprintf(w, "valid    %s  %s\n", r.IBAN.Format(), name)
	} else {
		fmt.Fprintf(w, "invalid  %s\n", oneLine(r.Input))
	}
	for _, f := range r.Faults {
		writeFault(w, r.Input, f)
	}
	for _, f := range r.Warnings {
		fmt.Fprintf(w, "         warning: %s\n", visible(f.Message))
	}
	if r.Suggestion != "" {
		fmt.Fprintf(w, "         perhaps %s\n", r.Suggestion)
	}
}

// oneLine is visible where not even the end of a line may act: a verdict is one line, with pointers below it.
func oneLine(s string) string { return strings.ReplaceAll(visible(s), "\n", `\n`) }

func writeFault(w io.Writer, input string, f iban.Fault) {
	if f.Position == 0 {
		fmt.Fprintf(w, "         %s\n", visible(f.Message))
		return
	}
	before := string([]rune(input)[:min(f.Position-1, utf8.RuneCountInString(input))])
	fmt.Fprintf(w, "         %s^ %s\n", strings.Repeat(" ", utf8.RuneCountInString(oneLine(before))), visible(f.Message))
}

type ibanGenerateCommand struct {
	Country string `help:"Country code. Default: PL, with an invented sort code; elsewhere the bank of the registry's example, so that a number may be somebody's." xor:"source" placeholder:"CODE"`
	Base    string `help:"Base to number: country code and leading characters of the national part, without check digits; ? for national ones that vary." xor:"source" placeholder:"PREFIX"`
	Suffix  string `help:"Last characters of each number, with --base: what cannot be counted, such as the currency in Mauritius." placeholder:"END"`
	Count   int    `help:"How many." default:"1" short:"n"`
	Plain   bool   `help:"Ascending from the first number of the range, the same each time."`
	Print   bool   `help:"Print form, in groups of four."`
}

// Run prints different valid numbers, one a line.
func (c *ibanGenerateCommand) Run(p *program) error {
	if c.Count < 1 {
		return usage("--count: must be positive")
	}
	if c.Suffix != "" && c.Base == "" {
		return usage("--suffix: belongs to --base")
	}
	numbers, err := c.numbers()
	if err != nil {
		return fmt.Errorf("iban generate: %w", err)
	}
	out := bufio.NewWriter(p.stdout)
	for n := range uint64(c.Count) {
		number, err := nth(numbers, n, c.Plain)
		if err != nil {
			return errors.Join(fmt.Errorf("iban generate: %w", err), out.Flush())
		}
		if c.Print {
			fmt.Fprintln(out, number.Format())
		} else {
			fmt.Fprintln(out, number)
		}
	}
	return out.Flush()
}

// numbers is the range that the flags name, in an order that nobody knows.
func (c *ibanGenerateCommand) numbers() (*iban.Range, error) {
	key := make([]byte, 16)
	rand.Read(key) // never fails
	if c.Base != "" {
		return iban.NewRange(asTyped(c.Base), key, iban.WithSuffix(asTyped(c.Suffix)))
	}
	return exampleRange(cmp.Or(c.Country, "PL"), key)
}

// asTyped forgives in a base what --lenient forgives in a number.
func asTyped(s string) string { return strings.ToUpper(strings.ReplaceAll(s, " ", "")) }

func nth(numbers *iban.Range, n uint64, plain bool) (iban.IBAN, error) {
	if plain {
		return numbers.Plain(n)
	}
	return numbers.At(n)
}

// fixedEnds is how many last characters of the national part say something that cannot be counted: a currency, an owner.
var fixedEnds = map[string]int{"BR": 2, "IS": 10, "MU": 3, "SC": 3}

// mostFree is how many digits a range can number.
const mostFree = 18

// inventedPolish is a sort code that no bank has. What people generate most must belong to nobody.
const inventedPolish = "11111111"

// exampleRange is the numbers of the bank of the registry's example of a country, or of an invented one.
func exampleRange(code string, key []byte) (*iban.Range, error) {
	c, ok := iban.CountryByCode(strings.ToUpper(code))
	if !ok || c.Example == "" {
		return nil, usage("--country: no registered country %q", code)
	}
	bban := []byte(c.Example[4:])
	if c.Code == "PL" {
		copy(bban, inventedPolish)
	}
	for _, s := range c.Check { // national check characters are left open
		for i := s.From; i < s.To; i++ {
			bban[i] = '?'
		}
	}
	var options []iban.RangeOption
	end := len(bban) - fixedEnds[c.Code]
	if end < len(bban) {
		options = append(options, iban.WithSuffix(string(bban[end:])))
	}
	base := string(bban[:max(c.Bank.To, c.Branch.To)])
	if free := end - len(base); free > mostFree {
		base += strings.Repeat("0", free-mostFree)
	}
	return iban.NewRange(c.Code+base, key, options...)
}
