package camt

import (
	"fmt"
	"strings"
	"testing"

	"ims/bankfile"
)

// damaged is an account of our range with wrong check digits.
const damaged = "PL41111111117700000000000001"

// TestSides: who pays and who is paid, from the mark, the parties and what the booking takes back.
func TestSides(t *testing.T) {
	const rvsl, rtr = "<RvslInd>true</RvslInd>", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
	for _, c := range []struct {
		name, mark, payer, payee, head, more string
		want                                 string
	}{
		{"credit", "CRDT", german, anna, "", "", "credit " + german + " > " + anna},
		{"debit", "DBIT", anna, german, "", "", "debit " + anna + " > " + german},
		{"credit of the master account", "CRDT", german, master, "", "", "unallocated " + german + " > " + master + " domain.master_account_unallocated"},
		{"credit of nobody", "CRDT", german, "", "", "", "unallocated " + german + " > " + master + " domain.master_account_unallocated"},
		{"credit of a stranger", "CRDT", polish, german, "", "", "unallocated " + polish + " > " + master + " domain.master_account_unallocated"},
		{"charges", "DBIT", "", german, "", "", "charges " + master + " > " + german},
		{"charges without anybody", "DBIT", "", "", "", "", "charges " + master + " > "},
		{"own funds to one of ours", "CRDT", master, anna, "", "", "credit " + master + " > " + anna},
		{"one of ours to own funds", "CRDT", anna, master, "", "", "debit " + anna + " > " + master},
		{"between ours", "CRDT", anna, ewa, "", "", "internal " + anna + " > " + ewa},
		{"between ours, the other booking", "DBIT", anna, ewa, "", "", "left out"},
		{"between ours, taken back", "CRDT", anna, ewa, rvsl, "", "internal " + ewa + " > " + anna + " record.reversal"},
		{"to oneself", "CRDT", anna, anna, "", "", "- " + anna + " > " + anna + " record.same_account!"},
		{"credit against the accounts", "CRDT", anna, german, "", "", "- " + anna + " > " + master + " record.type_direction!"},
		{"debit against the accounts", "DBIT", german, anna, "", "", "- " + master + " > " + anna + " record.type_direction!"},
		{"reversal of a credit", "DBIT", german, anna, rvsl, "", "debit " + anna + " > " + german + " record.reversal"},
		{"reversal of a debit", "CRDT", anna, german, rvsl, "", "credit " + german + " > " + anna + " record.reversal"},
		{"reversal that names who pays now", "DBIT", anna, german, rvsl, "", "- " + master + " > " + anna + " record.reversal record.type_direction!"},
		{"no reversal", "CRDT", german, anna, "<RvslInd>false</RvslInd>", "", "credit " + german + " > " + anna},
		{"perhaps a reversal", "CRDT", german, anna, "<RvslInd>yes</RvslInd>", "", "credit " + german + " > " + anna + " record.mark_format!"},
		{"return with the parties of the original", "CRDT", anna, german, "", rtr, "credit " + german + " > " + anna},
		{"return with its own parties", "CRDT", german, anna, "", rtr, "credit " + german + " > " + anna},
		{"we return, parties of the original", "DBIT", german, anna, "", rtr, "debit " + anna + " > " + german},
		{"we return, own parties", "DBIT", anna, german, "", rtr, "debit " + anna + " > " + german},
		{"return to the master account", "CRDT", master, german, "", rtr, "unallocated " + german + " > " + master + " domain.master_account_unallocated"},
		{"return between ours", "CRDT", anna, ewa, "", rtr, "internal " + anna + " > " + ewa + " record.account_ambiguous!"},
		{"damaged payee", "CRDT", german, damaged, "", "", "unallocated " + german + " > " + master + " record.payee_account_checksum domain.master_account_unallocated"},
		{"damaged payer of a credit", "CRDT", "DE61990000000000012345", anna, "", "", "credit DE61990000000000012345 > " + anna + " record.payer_account_checksum"},
		{"damaged payer of a debit", "DBIT", damaged, german, "", "", "charges " + master + " > " + german + " record.payer_account_checksum!"},
		{"debit to a damaged one of ours", "DBIT", anna, damaged, "", "", "debit " + anna + " > " + damaged + " record.payee_account_checksum!"},
		{"no IBAN", "CRDT", "ABC", anna, "", "", "credit ABC > " + anna + " record.payer_account_format"},
		{"small letters and blanks", "CRDT", german, "pl40 1111 1111 7700 0000 0000 0001", "", "", "credit " + german + " > " + anna},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := euros(t, ntry("7.00", c.mark, c.head, txDtls("7.00", c.payer, c.payee, c.more)))
			told := "left out"
			if len(got.records) > 0 {
				r := got.records[0]
				told = fmt.Sprintf("%s %s > %s", r.Direction, r.Payer, r.Payee)
				if found := codes(r.Findings); found != "" {
					told += " " + found
				}
			} else if found := codes(got.report.Findings); found != "record.other_booking" {
				t.Errorf("found %s", found)
			}
			if told != c.want {
				t.Errorf("got  %s\nwant %s", told, c.want)
			}
		})
	}
}

// TestMarks: a booking without a readable mark is nobody's.
func TestMarks(t *testing.T) {
	for mark, want := range map[string]string{"": "record.field_missing!", "C": "record.mark_format!", " CRDT\n": ""} {
		got := euros(t, ntry("7", mark, "", txDtls("7", german, anna, "")))
		if found := codes(got.records[0].Findings); found != want {
			t.Errorf("%q: found %q, want %q", mark, found, want)
		}
	}
}

// TestOtherNumbers: accounts that are no IBAN are kept as they are, Polish ones without their country are recognised.
func TestOtherNumbers(t *testing.T) {
	for number, want := range map[string]string{
		anna[2:]: "internal " + anna, polish[2:]: "credit " + polish, "12-34 5678": "credit 12-345678", german: "credit " + german,
	} {
		detail := `<TxDtls><RltdPties><DbtrAcct><Id><Othr><Id>` + number + `</Id></Othr></Id></DbtrAcct><CdtrAcct><Id><IBAN>` + ewa +
			`</IBAN></Id></CdtrAcct></RltdPties></TxDtls>`
		r := euros(t, ntry("7", "CRDT", "", detail)).records[0]
		if got := fmt.Sprintf("%s %s", r.Direction, r.Payer); got != want || !r.OK() {
			t.Errorf("%s: got %s %s, want %s", number, got, codes(r.Findings), want)
		}
	}
}

// TestElsewhere: an account of ours on another master account is outside of this one, unless nobody else is booked here.
func TestElsewhere(t *testing.T) {
	o := optionsOf("EUR", 2)
	o.Own = append(o.Own, bankfile.Own{Prefix: polish[:2] + polish[4:], Elsewhere: true})
	for _, c := range []struct{ mark, payer, payee, more, want string }{
		{"CRDT", polish, anna, "", "credit external virtual"}, {"DBIT", anna, polish, "", "debit virtual external"},
		{"CRDT", polish, "", "", "unallocated external master domain.master_account_unallocated"},
		{"CRDT", german, polish, "", "credit external virtual"}, {"DBIT", polish, german, "", "debit virtual external"},
		{"CRDT", anna, polish, "<RtrInf/>", "credit external virtual"},
		{"CRDT", anna, polish, "", "- virtual master record.type_direction!"},
	} {
		r := read(t, message054, ntfctn(ntry("7.00", c.mark, "", txDtls("7.00", c.payer, c.payee, c.more))), o).records[0]
		got := fmt.Sprintf("%s %s %s %s", r.Direction, r.Payer.Kind, r.Payee.Kind, codes(r.Findings))
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%s %s > %s: %s, want %s", c.mark, c.payer, c.payee, got, c.want)
		}
	}
}
