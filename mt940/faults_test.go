package mt940

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"ims/bankfile"
)

// whole is a statement in which nothing is wrong; what the tests break is replaced in it.
const whole = `{1:F01BANKPLPWAXXX0000000000}{2:O9401700261120BANKPLPWAXXX00000000002611201700N}{4:
:20:STATEMENT
:25:PL83111111110000000000000010
:28C:231/1
:60F:C261119PLN100,00
:61:2611201120CN12,34NTRFREF-1//BANK-1
:86:100^00PRZELEW^20CZYNSZ^27ANNA TESTOWA^38PL39222222220000000012345678^63PL40111111117700000000000001
:61:2611201120D2,34NTRFREF-2//BANK-2
:86:200^00PRZELEW^20ZAKUPY^27SKLEP^38PL39222222220000000012345678^63PL40111111117700000000000001
:62F:C261120PLN110,00
-}
`

// interimWhole is the same of an MT942.
const interimWhole = `:20:INTERIM
:25:PL83111111110000000000000010
:28C:231/1
:34F:PLN0,
:13D:2611201215+0100
:61:2611201120CN12,34NTRFREF-1//BANK-1
:86:100^00PRZELEW^20CZYNSZ^38PL39222222220000000012345678^63PL40111111117700000000000001
:61:2611201120RCN2,34NTRFREF-2//BANK-2
:86:100^00STORNO^20CZYNSZ^38PL39222222220000000012345678^63PL40111111117700000000000001
:90D:1PLN2,34
:90C:1PLN12,34
-
`

// file makes the line ends those of banks.
func file(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

func counted(r bankfile.Report) string {
	var list []string
	for _, c := range slices.Sorted(maps.Keys(r.Counts)) {
		list = append(list, string(c))
	}
	return strings.Join(list, " ")
}

// fault replaces old by text, once, and wants these codes; the first finding stands on line.
type fault struct {
	old, text string
	want      string
	line      int
}

// TestFileFaults breaks one thing about a message at a time.
func TestFileFaults(t *testing.T) {
	for name, f := range map[string]fault{
		"nothing":                  {"", "", "", 0},
		"no reference":             {":20:STATEMENT\n", "", "file.field_missing", 1},
		"no account":               {":25:PL83111111110000000000000010\n", "", "domain.no_own_account file.field_missing file.no_valid_records", 1},
		"no number":                {":28C:231/1\n", "", "file.field_missing", 1},
		"no opening":               {":60F:C261119PLN100,00\n", "", "file.field_missing", 1},
		"no closing":               {":62F:C261120PLN110,00\n", "", "file.field_missing", 1},
		"empty reference":          {":20:STATEMENT", ":20:", "file.field_format", 2},
		"another account":          {":25:PL83111111110000000000000010", ":25:PL07111111110000000000000020", "domain.no_own_account file.no_valid_records file.wrong_account", 3},
		"wrong check digits":       {":25:PL83", ":25:PL84", "domain.no_own_account file.no_valid_records file.wrong_account", 3},
		"number of letters":        {":28C:231/1", ":28C:231/A", "file.field_format", 4},
		"opening without comma":    {"PLN100,00", "PLN100.00", "file.field_format", 5},
		"opening without mark":     {":60F:C261119", ":60F:261119", "file.field_format", 5},
		"opening on no day":        {":60F:C261119", ":60F:C261131", "file.field_format", 5},
		"opening on two lines":     {"PLN100,00", "PLN100,00\nMORE", "file.field_format", 5},
		"balance, surplus digits":  {"PLN110,00", "PLN110,000", "file.field_format", 10},
		"closing too high":         {"PLN110,00", "PLN110,01", "file.balance_mismatch", 10},
		"closing on other side":    {":62F:C", ":62F:D", "file.balance_mismatch", 10},
		"a booking is missing":     {":61:2611201120D2,34NTRFREF-2//BANK-2\n", ":NS:", "file.balance_mismatch", 9},
		"closing in euro":          {"PLN110,00", "EUR110,00", "record.currency", 10},
		"fields swapped":           {":28C:231/1\n:60F:C261119PLN100,00\n", ":60F:C261119PLN100,00\n:28C:231/1\n", "file.field_order", 5},
		"field twice":              {":28C:231/1\n", ":28C:231/1\n:28C:231/1\n", "file.field_order", 5},
		"booking behind closing":   {":62F:C261120PLN110,00\n", ":62F:C261120PLN110,00\n:61:2611201120C1,NTRFX//Y\n", "domain.master_account_unallocated file.balance_mismatch file.field_order", 11},
		"two details":              {"^27SKLEP", "^27SKLEP\n:86:MORE", "file.field_order", 10},
		"details first":            {":61:2611201120CN12,34", ":86:TEXT\n:61:2611201120CN12,34", "file.field_order", 6},
		"unknown field":            {":28C:231/1\n", ":28C:231/1\n:11S:X\n", "file.field_unknown", 5},
		"no end":                   {"-}\n", "", "file.truncated", 10},
		"torn in details":          {"SKLEP^38PL39222222220000000012345678^63PL40111111117700000000000001\n:62F:C261120PLN110,00\n-}\n", "SKL", "file.truncated", 9},
		"torn block":               {"{1:F01BANKPLPWAXXX0000000000}{2:O94017", "{1:F01BANKPLPWAXXX0000000000}{2:O94017\n", "file.malformed", 1},
		"blocks and no message":    {"-}\n", "-}\n{1:F01BANKPLPWAXXX0000000000}", "file.truncated", 12},
		"next message, no end":     {"-}\n", "{1:F01BANKPLPWAXXX0000000000}\n", "file.malformed file.truncated", 11},
		"text between messages":    {"-}\n", "-}\nREGARDS\nTHE BANK\n", "file.malformed", 12},
		"text in front of a field": {":20:STATEMENT", "TEXT\n:20:STATEMENT", "file.malformed", 2},
		"no tag":                   {":28C:231/1", ":x:231/1", "file.field_missing file.malformed", 4},
		"hyphen in front":          {"^27SKLEP", "\n-27SKLEP", "file.malformed", 10},
		"bare end in a block":      {"-}\n", "-\n", "file.malformed file.truncated", 11},
		"message of another kind":  {"{2:O940", "{2:O942", "file.wrong_format", 1},
		"another message":          {"{2:O940", "{2:I103", "file.wrong_format", 1},
		"only a first part":        {":62F:", ":62M:", "file.statement_part", 1},
		"only a later part":        {":60F:", ":60M:", "file.statement_part", 5},
	} {
		t.Run(name, func(t *testing.T) { checkFault(t, Open940, whole, f) })
	}
}

// TestInterimFaults breaks what only an MT942 has.
func TestInterimFaults(t *testing.T) {
	for name, f := range map[string]fault{
		"nothing":              {"", "", "record.reversal", 8},
		"no floor":             {":34F:PLN0,\n", "", "file.field_missing record.reversal", 1},
		"no instant":           {":13D:2611201215+0100\n", "", "file.field_missing record.reversal", 1},
		"floor in euro":        {":34F:PLN0,", ":34F:EUR0,", "file.no_valid_records record.currency record.reversal", 0},
		"floor without":        {":34F:PLN0,", ":34F:0", "file.field_format record.reversal", 4},
		"debits, number":       {":90D:1PLN", ":90D:2PLN", "file.control_totals_mismatch record.reversal", 10},
		"credits, sum":         {":90C:1PLN12,34", ":90C:1PLN12,35", "file.control_totals_mismatch record.reversal", 11},
		"sum unreadable":       {":90C:1PLN12,34", ":90C:PLN12,34", "file.field_format record.reversal", 11},
		"another begins":       {"-\n", ":20:NEXT\n-\n", "file.field_missing record.reversal", 12},
		"cut before the sums":  {":90D:1PLN2,34\n:90C:1PLN12,34\n-\n", "", "file.truncated record.reversal", 9},
		"no mark but the sums": {"-\n", "", "record.reversal", 8},
		"end of day":           {":34F:PLN0,\n:13D:2611201215+0100\n", ":60F:C261119PLN0,00\n", "file.wrong_format record.reversal", 4},
		"announced":            {":61:2611201120CN", ":61:2611201120ECN", "record.not_booked record.reversal", 6},
		"announced, unreadable": {":61:2611201120CN12,34", ":61:2611201120ECN12.34",
			"file.control_totals_mismatch record.amount_format record.reversal", 11},
	} {
		t.Run(name, func(t *testing.T) { checkFault(t, Open942, interimWhole, f) })
	}
}

func checkFault(t *testing.T, open openFunc, text string, f fault) {
	t.Helper()
	if f.old != "" && !strings.Contains(text, f.old) {
		t.Fatalf("%q is not in the statement", f.old)
	}
	res := readAll(t, open, opener(file(strings.Replace(text, f.old, f.text, 1))), options())
	if got := counted(res.report); got != f.want {
		t.Errorf("codes %q, want %q\n%s", got, f.want, render(res))
	}
	all := slices.Concat(res.report.File, res.report.Findings)
	if f.want != "" && all[0].Line != f.line {
		t.Errorf("first finding on line %d, want %d\n%s", all[0].Line, f.line, render(res))
	}
	for _, found := range all {
		for _, language := range []string{"en", "pl"} {
			if m := found.Message(language); strings.ContainsAny(m, "{}") && !strings.ContainsAny(found.Value, "{}") || strings.Contains(m, "“”") || strings.Contains(m, "„”") {
				t.Errorf("%s reads: %s", found.Code, m)
			}
		}
	}
}

// TestRecordFaults breaks one thing about the first booking.
func TestRecordFaults(t *testing.T) {
	details := "^38PL39222222220000000012345678^63PL40111111117700000000000001"
	for name, f := range map[string]fault{
		"date of letters":        {":61:2611201120CN", ":61:26112X1120CN", "file.balance_mismatch record.date_format", 10},
		"no such day":            {":61:2611201120CN", ":61:2611311120CN", "record.date_invalid", 6},
		"no such entry day":      {":61:2611201120CN", ":61:2611201131CN", "record.date_invalid", 6},
		"entry in the future":    {":61:2611201120CN", ":61:2611201124CN", "record.date_future", 6},
		"valued later":           {":61:2611201120CN", ":61:2612011120CN", "", 0},
		"too old":                {":61:2611201120CN", ":61:241120CN", "record.date_too_old", 6},
		"last century":           {":61:2611201120CN", ":61:991120CN", "record.date_too_old", 6},
		"no mark":                {":61:2611201120CN12,34", ":61:261120112012,34", "file.balance_mismatch record.mark_format", 10},
		"unknown mark":           {":61:2611201120CN12,34", ":61:2611201120XN12,34", "file.balance_mismatch record.mark_format", 10},
		"no amount":              {"CN12,34NTRF", "CNNTRF", "file.balance_mismatch record.amount_missing", 10},
		"point":                  {"CN12,34NTRF", "CN12.34NTRF", "file.balance_mismatch record.amount_format", 10},
		"no comma":               {"CN12,34NTRF", "CN1234NTRF", "file.balance_mismatch record.amount_format", 10},
		"no digits before comma": {"CN12,34NTRF", "CN,34NTRF", "file.balance_mismatch record.amount_format", 10},
		"surplus decimals":       {"CN12,34NTRF", "CN12,340NTRF", "file.balance_mismatch record.amount_format", 10},
		"two commas":             {"CN12,34NTRF", "CN1,2,3NTRF", "file.balance_mismatch record.amount_format", 10},
		"negative":               {"CN12,34NTRF", "CN-12,34NTRF", "file.balance_mismatch record.amount_format", 10},
		"zero":                   {"CN12,34NTRF", "CN0,00NTRF", "file.balance_mismatch record.amount_zero", 10},
		"too large":              {"CN12,34NTRF", "CN99999999999999,99NTRF", "file.balance_mismatch record.amount_too_large", 10},
		"no type":                {"12,34NTRFREF-1", "12,34REF-1", "record.type_format", 6},
		"type of small letters":  {"12,34NTRF", "12,34Ntrf", "record.type_format", 6},
		"nothing behind amount":  {"12,34NTRFREF-1//BANK-1", "12,34", "record.type_format", 6},
		"long reference":         {"NTRFREF-1", "NTRFREFERENCE-12345678", "record.reference_too_long", 6},
		"two of our accounts":    {details, details + "^20DLA PL56 1111 1111 7700 0000 0000 0004", "record.account_ambiguous", 6},
		"the same twice":         {details, details + "^20DLA PL40 1111 1111 7700 0000 0000 0001", "", 0},
		"payer's check digits":   {"^27ANNA TESTOWA^38PL39", "^27ANNA TESTOWA^38PL38", "record.payer_account_checksum", 6},
		"no payer account":       {"^27ANNA TESTOWA^38PL39222222220000000012345678", "^27ANNA TESTOWA", "record.payer_account_missing", 6},
		"not our account":        {details, "^38PL39222222220000000012345678", "domain.master_account_unallocated", 6},
		"control character":      {"CZYNSZ", "CZ\x02YNSZ", "record.control_char", 6},
		"line too long":          {"CZYNSZ", strings.Repeat("Z", 5000), "record.too_long", 6},
		"too many lines":         {"CZYNSZ", strings.Repeat("TEXT\n", 1000), "record.too_long", 6},
	} {
		t.Run(name, func(t *testing.T) { checkFault(t, Open940, whole, f) })
	}
}

// TestRefusedBookingsCountInSums: a statement adds up also where a booking is refused for a reason that leaves its amount
// readable, so acceptance by record can go on with the others; where the amount is not readable, nothing proves the others, and
// the statement is refused as a whole.
func TestRefusedBookingsCountInSums(t *testing.T) {
	for _, c := range []struct {
		old, text string
		damaged   bool
	}{
		{"12,34NTRF", "12,34XTRF", false}, {"CZYNSZ", strings.Repeat("Z", 5000), false},
		{"CN12,34", "CN12.34", true}, {"CN12,34", "XN12,34", true}, {"2611201120CN", "26112X1120CN", true},
	} {
		rep := readAll(t, Open940, opener(file(strings.Replace(whole, c.old, c.text, 1))), options()).report
		if rep.Damaged() != c.damaged || rep.Executable() || rep.Accepted != 1 {
			t.Errorf("%.20q: damaged %v, executable %v, accepted %d", c.text, rep.Damaged(), rep.Executable(), rep.Accepted)
		}
	}
}

// TestOwner: a statement may name its account in many ways.
func TestOwner(t *testing.T) {
	for text, want := range map[string]string{
		"PL83111111110000000000000010": master, "83111111110000000000000010": master, "/PL83111111110000000000000010": master,
		"PL83 1111 1111 0000 0000 0000 0010": master, "83-11111111-0000000000000010": master, "pl83111111110000000000000010": master,
		"11111111/83111111110000000000000010": master, "BANKPLPW/PL83111111110000000000000010": master, "11111111/0000000000000010": master,
		"111111110000000000000010": master, "PL83111111110000000000000010PLN": master, "83111111110000000000000010/PLN": master,
		"11111111/0000000000000010PLN": master, virtual1: virtual1, "11111111/7700000000000001": virtual1,
		"PL84111111110000000000000010": "", "39222222220000000012345678": "", "22222222/0000000012345678": "", "X": "", "/": "",
		"PL83111111110000000000000010EUR": "",
	} {
		res := readAll(t, Open940, opener(file(strings.Replace(whole, ":25:PL83111111110000000000000010", ":25:"+text, 1))), options())
		r := res.records[1] // the debit: ours is the payer
		got := ""
		if res.report.Counts[bankfile.FileWrongAccount] == 0 {
			got = r.Payer.String()
		}
		if want == master {
			want = virtual1 // the account in :86:
		}
		if got != want || want == "" && r.OK() {
			t.Errorf("%q: %s, want %s, findings %v", text, got, want, r.Findings)
		}
	}
}

// TestDesignatedSubfield: with a subfield agreed, nothing else is looked at.
func TestDesignatedSubfield(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		payee      string
	}{
		"as agreed":          {"^63PL40111111117700000000000001^20OR 56111111117700000000000004", "", virtual1},
		"in groups":          {"^63PL40 1111 1111 7700 0000 0000 0001", "", virtual1},
		"beside words":       {"^63RACH. 40111111117700000000000001", "", virtual1},
		"elsewhere":          {"^6140111111117700000000000001", "domain.master_account_unallocated", master},
		"not ours":           {"^6339222222220000000012345678", "domain.master_account_unallocated", master},
		"wrong check digits": {"^6341111111117700000000000001", "record.payee_account_checksum", ""},
		"twice, the same":    {"^6340111111117700000000000001^6340111111117700000000000001", "", virtual1},
		"twice":              {"^6340111111117700000000000001^6356111111117700000000000004", "record.account_ambiguous", ""},
	} {
		text := strings.Replace(whole, "^63PL40111111117700000000000001", c.text, 1)
		o := options()
		o.Dialect.Subfield = "63"
		res := readAll(t, Open940, opener(file(text)), o)
		if got := res.records[0].Payee.String(); got != c.payee || counted(res.report) != c.want || res.report.Damaged() {
			t.Errorf("%s: payee %q, want %q, codes %q, want %q", name, got, c.payee, counted(res.report), c.want)
		}
	}
	for _, bad := range []string{"6", "6A", "063"} {
		o := options()
		o.Dialect.Subfield = bad
		r, err := Open940(opener(file(whole)), o)
		if err == nil {
			_, err = r.Next()
		}
		if err == nil || errors.Is(err, io.EOF) {
			t.Errorf("subfield %q is taken", bad)
		}
	}
}

// TestCounterpartyOfOurs: a transfer between two of our accounts has a booking on each, so the other side of each is outside.
func TestCounterpartyOfOurs(t *testing.T) {
	o := options()
	o.Dialect.Subfield = "63"
	text := strings.ReplaceAll(whole, "^38PL39222222220000000012345678", "^38"+virtual4)
	res := readAll(t, Open940, opener(file(text)), o)
	for i, want := range []bankfile.Direction{bankfile.Credit, bankfile.Debit} {
		r := res.records[i]
		if r.Direction != want || !r.OK() || r.Payer.String() == r.Payee.String() {
			t.Errorf("%v from %s to %s, want %v", r.Direction, r.Payer, r.Payee, want)
		}
	}
}

// TestChain: the parts of a statement follow each other, by number and by balance.
func TestChain(t *testing.T) {
	part := func(number, opens, opening, closes, closing string) string {
		s := strings.NewReplacer("231/1", number, ":60F:", opens, "100,00", opening, ":62F:", closes, "110,00", closing)
		return s.Replace(whole)
	}
	first := part("231/1", ":60F:", "100,00", ":62M:", "110,00")
	for name, c := range map[string]struct{ rest, want string }{
		"whole":            {part("231/2", ":60M:", "110,00", ":62F:", "120,00"), ""},
		"a gap":            {part("231/3", ":60M:", "110,00", ":62F:", "120,00"), "file.statement_gap"},
		"another balance":  {part("231/2", ":60M:", "111,00", ":62F:", "121,00"), "file.statement_gap"},
		"another number":   {part("232/2", ":60M:", "110,00", ":62F:", "120,00"), "file.statement_part"},
		"another begins":   {part("232/1", ":60F:", "110,00", ":62F:", "120,00"), "file.statement_part"},
		"three":            {part("231/2", ":60M:", "110,00", ":62M:", "120,00") + part("231/3", ":60M:", "120,00", ":62F:", "130,00"), ""},
		"the last missing": {part("231/2", ":60M:", "110,00", ":62M:", "120,00"), "file.statement_part"},
	} {
		res := readAll(t, Open940, opener(file(first+c.rest)), options())
		if got := counted(res.report); got != c.want {
			t.Errorf("%s: codes %q, want %q\n%s", name, got, c.want, render(res))
		}
	}
}

// TestNeighbours: bookings say the same alone, together, in any order, whatever stands beside them.
func TestNeighbours(t *testing.T) {
	bookings := []string{
		":61:2611201120C12,34NTRFREF-1//A1\n:86:100^00PRZELEW^20CZYNSZ^63" + virtual1 + "\n",
		":61:2611201120C12.34NTRFREF-1//A2\n:86:<00PRZELEW<20CZYNSZ<63" + virtual1 + "\n",
		":61:2611201120D12,34NTRFREF-1//A3\n:86:FREE TEXT\n",
		":61:2611201120RD12,34NTRFREF-1//A4\n",
		":61:261120XX\n:86:~63" + virtual1 + "~63" + virtual4 + "\n",
	}
	alone := map[string]string{}
	for i, b := range bookings {
		alone[b] = fmt.Sprint(readBookings(t, b)[0])
		for j := range bookings {
			other := bookings[j]
			got := readBookings(t, other+b+other)
			if fmt.Sprint(got[1]) != alone[b] {
				t.Errorf("booking %d beside %d:\n%v\nalone:\n%s", i, j, got[1], alone[b])
			}
		}
	}
}

// readBookings returns what records say, apart from their lines.
func readBookings(t *testing.T, bookings string) (list []string) {
	head, _, _ := strings.Cut(whole, ":61:")
	for _, r := range readAll(t, Open940, opener(file(head+bookings+":62F:C261120PLN0,00\n-}\n")), options()).records {
		r.Line = 0
		for i := range r.Findings {
			r.Findings[i].Line = 0
		}
		list = append(list, fmt.Sprintf("%v %d %s %s %q %v", r.Direction, r.Amount, r.Payer, r.Payee, r.Title, r.Findings))
	}
	return list
}

// TestElixirFile: a file of another format says what it is, not only that it is damaged.
func TestElixirFile(t *testing.T) {
	const record = "110,20261120,12345,22222222,0,\"39222222220000000012345678\",\"40111111117700000000000001\",\"JAN\",\"FIRMA\",0,,\"T\",\"\",\"\",\"51\",\"\"\n"
	for name, open := range map[string]openFunc{"mt940": Open940, "mt942": Open942} {
		res := readAll(t, open, opener(file(record)), options())
		if f := res.report.File[0]; f.Code != bankfile.FileWrongFormat || f.Params.Hint != "elixir" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
