package pli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ims/bankfile"
)

// change is a line of a sample with some fields replaced; fields are given as they stand in the file.
func change(t testing.TB, sample string, fields map[int]string) []byte {
	t.Helper()
	var tok tokens
	line := bytes.TrimSuffix(sampleNamed(t, sample), []byte("\r\n"))
	if code := tok.split(line); code != "" {
		t.Fatal(code)
	}
	var out []string
	for n := 1; n <= max(tok.count, slices.Max(append(slices.Collect(keys(fields)), 1))); n++ {
		s, ok := fields[n]
		if !ok {
			s = `"` + string(tok.raw(n)) + `"`
		}
		out = append(out, s)
	}
	return []byte(strings.Join(out, ",") + "\r\n")
}

func keys(m map[int]string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

type (
	changes  map[int]string // fields as they stand in the file
	ruleCase struct {
		name, sample string
		change       changes
		direction    bankfile.Direction
		errs, warns  string // codes, sorted
	}
)

// The accounts of the invented world.
const (
	v1     = "40111111117700000000000001"
	v2     = "13111111117700000000000002"
	e1     = "39222222220000000012345678"
	e2     = "39333333330000000087654321"
	master = "83111111110000000000000010"
)

// ruleCases hold what the samples do not: edges of each rule, and each severity by side.
var ruleCases = []ruleCase{
	{"funding", "V01", changes{6: master, 4: "11111111"}, bankfile.Funding, "", ""},
	{"sweep", "V03", changes{7: master, 11: "11111111"}, bankfile.Sweep, "", ""},
	{"charges", "V03", changes{6: master}, bankfile.Charges, "", ""},
	{"charges, five lines", "V03", changes{6: master, 12: "A|B|C|D|E"}, bankfile.Charges, "", "record.title_too_many_lines"},
	{"charges without payee", "V03", changes{6: master, 7: ""}, bankfile.Charges, "record.payee_account_missing", ""},
	{"charges to a wrong number", "V03", changes{6: master, 7: e2[:25] + "2"}, bankfile.Charges, "record.payee_account_checksum", ""},
	{"charges abroad", "V03", changes{6: master, 7: "DE89370400440532013000", 11: ""}, bankfile.Charges, "record.payee_account_foreign", ""},
	{"master to itself", "V01", changes{6: master, 7: master, 4: ""}, bankfile.Unknown, "record.same_account", ""},
	{"master from nowhere", "X67", changes{7: master}, bankfile.Unallocated, "", "domain.master_account_unallocated record.payer_account_missing record.payer_name_missing"},
	{"unallocated, payer damaged", "X47", changes{6: e1[:25] + "9"}, bankfile.Unallocated, "", "domain.master_account_unallocated record.payer_account_checksum"},
	{"same external", "V01", changes{7: e1, 11: ""}, bankfile.Unknown, "record.same_account", ""},
	{"own payer with wrong digits", "V03", changes{6: "41" + v1[2:]}, bankfile.Unknown, "record.payer_account_checksum", ""},
	{"own payer with wrong digits, own payee", "V04", changes{6: "41" + v1[2:]}, bankfile.Unknown, "record.payer_account_checksum", ""},
	{"own master with wrong digits", "X47", changes{7: "84" + master[2:]}, bankfile.Unknown, "record.payee_account_checksum", ""},
	{"payer 00", "V01", changes{6: "00" + e1[2:]}, bankfile.Credit, "", "record.payer_account_checksum"},
	{"payer text on a credit", "V01", changes{6: "NR KONTA"}, bankfile.Credit, "", "record.payer_account_format"},
	{"payer text, payee external", "X28", changes{6: "NR KONTA"}, bankfile.Unknown, "record.payer_account_format", ""},
	{"payee text on a debit", "V03", changes{7: "NR KONTA"}, bankfile.Debit, "record.payee_account_format", ""},
	{"payee text on a credit", "V01", changes{7: "NR KONTA"}, bankfile.Unknown, "record.payee_account_format", ""},
	{"payer foreign on a credit", "V01", changes{6: "DE89370400440532013000", 4: ""}, bankfile.Credit, "", "record.payer_account_foreign"},
	{"payer foreign, wrong digits", "V01", changes{6: "DE88370400440532013000", 4: ""}, bankfile.Credit, "", "record.payer_account_checksum"},
	{"payer of no country", "V01", changes{6: "XX88370400440532013000", 4: ""}, bankfile.Credit, "", "record.payer_account_format"},
	{"dashes and small letters", "V01", changes{7: "pl40-1111-1111-7700-0000-0000-0001"}, bankfile.Credit, "", "record.account_normalized"},
	{"blanks around are none", "V01", changes{7: ` " 40111111117700000000000001 " `}, bankfile.Credit, "", ""},
	{"Cyrillic digits are no digits", "V01", changes{7: "٤0111111117700000000000001"}, bankfile.Unknown, "record.payee_account_format", ""},
	{"both missing", "X16c", changes{7: `""`}, bankfile.Unknown, "record.payee_account_missing record.payer_account_missing", ""},
	{"one zero is missing", "X10", changes{2: "20261120", 6: "0", 15: "74"}, bankfile.Credit, "", "record.payer_account_missing"},

	{"decimal comma, no bank number", "V01", changes{3: "12,34", 4: ""}, bankfile.Unknown, "record.amount_format", ""},
	{"decimal comma on a debit, no bank number", "V03", changes{3: "99,00", 4: ""}, bankfile.Unknown, "record.amount_format", ""},
	{"decimal comma and one zero, no bank number", "V03", changes{3: "99,0", 4: ""}, bankfile.Unknown, "record.amount_format", ""},
	{"three decimals, no bank number", "V03", changes{3: "99,000", 4: ""}, bankfile.Unknown, "record.amount_format", ""},
	{"thousands with a comma", "V03", changes{3: "1,234"}, bankfile.Unknown, "record.amount_format", ""},
	{"cash by a payer who names an account", "V10", changes{4: "0", 8: `"KASA 40111111117700000000000001"`}, bankfile.Credit, "", "record.payer_account_missing"},
	{"decimal comma, cash", "V10", changes{3: "12,34", 4: "22222222"}, bankfile.Unknown, "record.amount_format", ""},
	{"payee's bank of seven digits", "V01", changes{11: "1111111"}, bankfile.Credit, "", "record.payee_bank_no_format"},
	{"payer's bank, wrong check digit", "V01", changes{4: "22222223"}, bankfile.Credit, "", "record.payer_bank_no_check_digit record.payer_bank_no_mismatch"},
	{"payer's bank is another", "V01", changes{4: "33333333"}, bankfile.Credit, "", "record.payer_bank_no_mismatch"},
	{"two digits for a bank", "V01", changes{4: "22"}, bankfile.Credit, "", "record.payer_bank_no_format"},
	{"zeros for a bank", "V01", changes{4: "00000000"}, bankfile.Credit, "", ""},
	{"minus and text", "V01", changes{3: "-x"}, bankfile.Credit, "record.amount_format", ""},
	{"minus zero", "V01", changes{3: "-0"}, bankfile.Credit, "record.amount_negative", ""},
	{"many zeros", "V01", changes{3: "000"}, bankfile.Credit, "record.amount_zero", ""},
	{"15 digits", "V01", changes{3: "999999999999999"}, bankfile.Credit, "", ""},
	{"15 digits and zeros", "V01", changes{3: "00999999999999999"}, bankfile.Credit, "", "record.amount_leading_zero"},
	{"huge", "V01", changes{3: strings.Repeat("9", 400)}, bankfile.Credit, "record.amount_too_large", ""},
	{"digits of another script", "V01", changes{3: "１２"}, bankfile.Credit, "record.amount_format", ""},

	{"today", "V01", changes{2: "20261123"}, bankfile.Credit, "", ""},
	{"tomorrow", "V01", changes{2: "20261124"}, bankfile.Credit, "record.date_future", ""},
	{"366 days ago", "V01", changes{2: "20251122"}, bankfile.Credit, "", ""},
	{"367 days ago", "V01", changes{2: "20251121"}, bankfile.Credit, "record.date_too_old", ""},
	{"leap day of no leap year", "V01", changes{2: "20260229"}, bankfile.Credit, "record.date_invalid", ""},
	{"year zero", "V01", changes{2: "00000101"}, bankfile.Credit, "record.date_invalid", ""},
	{"letters", "V01", changes{2: "2026112O"}, bankfile.Credit, "record.date_format", ""},

	{"constant 10 shifted", "V01", changes{10: "11111111"}, bankfile.Credit, "record.constant_format", ""},
	{"constants empty", "V01", changes{5: "", 10: ""}, bankfile.Credit, "", ""},
	{"class 01 with 110 debit", "V03", changes{15: "01"}, bankfile.Debit, "record.class_unsupported", ""},
	{"class 1", "V01", changes{15: "1"}, bankfile.Credit, "record.class_unsupported", ""},
	{"class 74 to a balance", "V01", changes{15: "74"}, bankfile.Credit, "", ""},

	{"12 fields", "V01", nil, bankfile.Credit, "", "record.class_missing record.field_count_unusual"}, // cut below
	{"18 fields, empty", "V01", changes{17: "", 18: ""}, bankfile.Credit, "", "record.trailing_empty_fields"},
	{"17 fields, empty", "V01", changes{17: ""}, bankfile.Credit, "", "record.field_count_unusual"},
	{"NIP of nine digits", "V01", changes{17: "123456321"}, bankfile.Credit, "", "record.field_count_unusual record.nip_format"},
	{"NIP wrong", "V01", changes{17: "1234563219"}, bankfile.Credit, "", "record.field_count_unusual record.nip_checksum"},

	{"name of five lines, credit", "V01", changes{8: "A|B|C|D|E"}, bankfile.Credit, "", "record.payer_name_too_many_lines"},
	{"name of five lines, internal", "V04", changes{9: "A|B|C|D|E"}, bankfile.Internal, "record.payee_name_too_many_lines", ""},
	{"payee's name of 36", "V01", changes{9: strings.Repeat("Ą", 36)}, bankfile.Credit, "", "record.payee_name_line_too_long"},
	{"name of 36", "V03", changes{8: strings.Repeat("Ą", 36)}, bankfile.Debit, "", "record.payer_name_line_too_long"},
	{"name of 35", "V03", changes{8: strings.Repeat("Ą", 35)}, bankfile.Debit, "", ""},
	{"reference of 36", "V01", changes{16: strings.Repeat("R", 36)}, bankfile.Credit, "", "record.reference_too_long"},
	{"reserved bars", "V01", changes{14: `"||"`}, bankfile.Credit, "", ""},

	{"tax on a credit", "V01", changes{15: "71"}, bankfile.Credit, "", "record.tax_structure"},
	{"tax tags in another order", "V08", changes{12: "/TI/N1/SFP/VAT-7/OKR/26M10"}, bankfile.Debit, "record.tax_structure", ""},
	{"split, no id", "V07", changes{12: `"/VAT/1,00/IDC//INV/F"`}, bankfile.Credit, "", "record.mpp_idc_format"},
	{"split, id of 15", "V07", changes{12: `"/VAT/1,00/IDC/123456789012345/INV/F"`}, bankfile.Credit, "", "record.mpp_idc_format"},
	{"split, no invoice", "V07", changes{12: `"/VAT/1,00/IDC/1/INV//TXT/A"`}, bankfile.Credit, "", "record.mpp_inv_format"},
	{"split, invoice of 36", "V07", changes{12: `"/VAT/1,00/IDC/1/INV/` + strings.Repeat("F", 36) + `"`}, bankfile.Credit, "", "record.mpp_inv_format record.title_line_too_long"},
	{"split, text of 34", "V07", changes{12: `"/VAT/1,00/IDC/1/INV/F/TXT/|` + strings.Repeat("T", 34) + `"`}, bankfile.Credit, "", "record.mpp_txt_too_long"},
	{"split, eleven digits", "V07", changes{12: `"/VAT/12345678901,00/IDC/1/INV/F"`}, bankfile.Credit, "", "record.mpp_vat_format"},
	{"split, VAT equal to the amount", "V07", changes{12: `"/VAT/1230,00/IDC/1/INV/F"`}, bankfile.Credit, "", ""},
	{"split, order of tags", "V07", changes{12: `"/VAT/1,00/INV/F/IDC/1"`}, bankfile.Credit, "", "record.mpp_structure"},
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		line := change(t, c.sample, c.change)
		if c.name == "12 fields" {
			line = fileOf(bytes.TrimSuffix(line, []byte(`,"","","51",""`+"\r\n")), "\r\n")
		}
		o := sampleOptions()
		o.Dialect.Encoding = bankfile.UTF8
		checkRule(t, c.name, readOne(t, line, o), c.direction, c.errs, c.warns)
	}
}

func checkRule(t *testing.T, name string, rec bankfile.Record, d bankfile.Direction, errs, warns string) {
	t.Helper()
	if rec.Direction != d {
		t.Errorf("%s: direction %d, want %d", name, rec.Direction, d)
	}
	if got := strings.Join(codes(rec.Findings, bankfile.Error), " "); got != errs {
		t.Errorf("%s: errors %q, want %q", name, got, errs)
	}
	if got := strings.Join(codes(rec.Findings, bankfile.Warning), " "); got != warns {
		t.Errorf("%s: warnings %q, want %q\n%s", name, got, warns, rec.Raw)
	}
}

// TestCommaIsPointedAt: of an amount with a bare comma both halves are shown, which are two fields to whoever only counts commas.
func TestCommaIsPointedAt(t *testing.T) {
	rec := readOne(t, change(t, "V03", changes{3: "99,00"}), sampleOptions())
	if from, to := rec.Span(rec.Findings[0].Field); string(rec.Raw[from:to]) != "99,00" || rec.Findings[0].Value != "99,00" {
		t.Errorf("points at %q: %+v", rec.Raw[from:to], rec.Findings)
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name        string
		set         func(*bankfile.Options)
		line        []byte
		direction   bankfile.Direction
		errs, warns string
	}{
		{"missing payer allowed", func(o *bankfile.Options) { o.AllowMissingPayer = true }, sampleNamed(t, "X16c"), bankfile.Credit, "", "record.payer_account_missing"},
		{"strict text", func(o *bankfile.Options) { o.StrictTextOnCredit = true }, sampleNamed(t, "X40"), bankfile.Credit, "record.title_too_many_lines", ""},
		{"strict text, split payment", func(o *bankfile.Options) { o.StrictTextOnCredit = true }, sampleNamed(t, "X35"), bankfile.Credit, "record.mpp_structure", ""},
		{"ceiling", func(o *bankfile.Options) { o.MaxAmount = 12344 }, sampleNamed(t, "V01"), bankfile.Credit, "record.amount_too_large", ""},
		{"at the ceiling", func(o *bankfile.Options) { o.MaxAmount = 12345 }, sampleNamed(t, "V01"), bankfile.Credit, "", ""},
		{"old dates allowed", func(o *bankfile.Options) { o.MaxAgeDays = 36600 }, sampleNamed(t, "X13"), bankfile.Credit, "", ""},
		{"no day of validation", func(o *bankfile.Options) { o.Today = "" }, sampleNamed(t, "X12"), bankfile.Credit, "", ""},
		{"type 120 listed", func(o *bankfile.Options) { o.Dialect.Types = []string{"110", "120"} }, change(t, "V01", map[int]string{1: "120"}), bankfile.Credit, "", ""},
		{"type 110 not listed", func(o *bankfile.Options) { o.Dialect.Types = []string{"120"} }, sampleNamed(t, "V01"), bankfile.Unknown, "record.type_unsupported", ""},
		{"210 listed, no meaning", func(o *bankfile.Options) { o.Dialect.Types = []string{"110", "210"} }, sampleNamed(t, "X07"), bankfile.Unknown, "record.type_unsupported", ""},
		{"orders may be due later", func(o *bankfile.Options) { o.Dialect.TwoHundreds = bankfile.Orders }, sampleNamed(t, "X12"), bankfile.Credit, "", "record.date_future"},
		{"no range is ours", func(o *bankfile.Options) { o.Own = nil }, sampleNamed(t, "V04"), bankfile.Unknown, "domain.no_own_account", ""},
	} {
		o := sampleOptions()
		c.set(&o)
		checkRule(t, c.name, readOne(t, c.line, o), c.direction, c.errs, c.warns)
	}
}

// TestTwoHundreds: the same line is money in for one bank and money out for another; so a meaning must
// be set, and the roles follow it.
func TestTwoHundreds(t *testing.T) {
	title := `"/NIP/1234563218/IDP/M1/TYT/ABON"`
	collect := change(t, "V03", map[int]string{1: "210", 12: title, 15: "01"})
	o := sampleOptions()
	o.Dialect.TwoHundreds = bankfile.Orders
	rec := readOne(t, collect, o)
	checkRule(t, "we collect", rec, bankfile.Credit, "", "")
	if rec.PayerName != "SKLEP TESTOWY UL. DLUGA 5 00-003 MIASTO" || rec.Payer.Kind != bankfile.External || rec.Payee.Kind != bankfile.Virtual {
		t.Errorf("payer %q %+v", rec.PayerName, rec.Payer)
	}
	checkRule(t, "we are collected from", readOne(t, change(t, "V01", map[int]string{1: "210", 12: title, 15: "01"}), o), bankfile.Debit, "", "")
	checkRule(t, "no mandate", readOne(t, change(t, "V01", map[int]string{1: "210", 15: "01"}), o), bankfile.Debit, "record.dd_structure", "")

	o.Dialect.TwoHundreds = bankfile.StatementPKO
	debit := readOne(t, change(t, "V03", map[int]string{1: "210", 14: "OP-7"}), o)
	checkRule(t, "statement, debit", debit, bankfile.Debit, "", "")
	if debit.OperationNumber != "OP-7" {
		t.Errorf("operation number %q", debit.OperationNumber)
	}
	checkRule(t, "statement, debit that is a credit", readOne(t, change(t, "V01", map[int]string{1: "210"}), o), bankfile.Credit, "record.type_direction", "")
}
