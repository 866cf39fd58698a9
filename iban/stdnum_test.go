package iban

import (
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// stdnum asks python-stdnum, one verdict a line: y or n for the ISO check, then y, n or - for the national one. Where it
// knows no country's own number it may still know the algorithm.
const stdnum = `
import sys
from stdnum import iban, luhn
from stdnum.be import iban as be
from stdnum.cz import bankaccount as cz
from stdnum.es import ccc as es
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.me import iban as me
from stdnum.no import kontonr as no
def ok(check, number):
    try:
        check(number)
        return 'y'
    except InvalidChecksum:
        return 'n'
    except ValidationError:
        return '-' # a bank that it does not know
def hr(number):
    mod_11_10.validate(number[4:11])
    mod_11_10.validate(number[11:])
czech = lambda n: cz.validate('%s-%s/0100' % (n[8:14], n[14:])) # of a bank that it knows
whole = lambda n: mod_97_10.validate(n[4:])
national = {'BE': be.validate, 'CZ': czech, 'SK': czech, 'ES': lambda n: es.validate(n[4:]), 'FI': lambda n: luhn.validate(n[4:]),
    'HR': hr, 'ME': me.validate, 'NO': lambda n: no.validate(n[4:])}
for code in ('BA', 'MK', 'PT', 'RS', 'SI', 'TL'):
    national[code] = whole
for line in sys.stdin:
    number = line.strip()
    verdict = ok(lambda n: iban.validate(n, check_country=False), number)
    check = national.get(number[:2])
    print(verdict + (ok(check, number) if check and verdict == 'y' else '-'))
`

// TestStdnum compares verdicts with python-stdnum where it is installed: an implementation of other hands. Its table of
// countries is older than release 102, so a country of which it refuses the registry's example is left out.
func TestStdnum(t *testing.T) {
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import stdnum.iban").Run() != nil {
		t.Skip("python3-stdnum is not installed")
	}
	numbers := stdnumInputs()
	cmd := exec.Command(python, "-c", stdnum)
	cmd.Stdin = strings.NewReader(strings.Join(numbers, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	verdicts := strings.Fields(string(out))
	if len(verdicts) != len(numbers) {
		t.Fatalf("%d verdicts on %d numbers", len(verdicts), len(numbers))
	}
	known, national := map[string]bool{}, map[string]bool{}
	for i, s := range numbers {
		if c, _ := CountryByCode(s[:2]); s == c.Example {
			known[s[:2]] = verdicts[i][0] == 'y'
		}
		if !known[s[:2]] {
			continue
		}
		x, err := ParseISO(s)
		if (err == nil) != (verdicts[i][0] == 'y') {
			t.Errorf("%s: we say %v, stdnum %s", s, err, verdicts[i])
		}
		if err != nil || verdicts[i][1] == '-' {
			continue
		}
		national[s[:2]] = true
		if x.NationalOK() != (verdicts[i][1] == 'y') {
			t.Errorf("%s: national digits right: %v, stdnum %s", s, x.NationalOK(), verdicts[i])
		}
	}
	for code := range known {
		if !known[code] {
			t.Logf("stdnum does not know %s as it is now", code)
			delete(known, code)
		}
	}
	if len(known) < 70 || len(national) < 14 {
		t.Errorf("only %d countries were compared, %d of them nationally", len(known), len(national))
	}
}

// stdnumInputs makes, for each country, its example, right numbers and some that are spoiled in one place.
func stdnumInputs() []string {
	rng := rand.New(rand.NewPCG(3, 4))
	var list []string
	for c := range Countries() {
		if !c.Registered {
			continue
		}
		list = append(list, c.Example)
		for range 40 {
			b := randomBBAN(c, rng)
			if c.Code == "NO" && (string(b[:4]) == "0000" || string(b[4:6]) == "00") {
				continue // for these stdnum has rules of its own; ours follow ECBS TR201
			}
			words := wordsOf(b)
			s := assemble(indexOf(c.Code[0], c.Code[1]), &words).String()
			at := 4 + rng.IntN(len(b))
			list = append(list, s, s[:at]+digit(rng.IntN(10))+s[at+1:])
			if x, err := ReplaceDigits(s); err == nil {
				list = append(list, x.String())
			}
		}
	}
	return list
}
