package camt

import (
	"fmt"
	"strings"
	"testing"

	"ims/bankfile"
)

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		text     string
		decimals int
		want     int64
		code     bankfile.Code
	}{
		{"123.45", 2, 12345, ""}, {"123", 2, 12300, ""}, {"123.4", 2, 12340, ""}, {"0.01", 2, 1, ""}, {"007.50", 2, 750, ""},
		{"1.20000", 2, 120, ""}, {"1.2345", 4, 12345, ""}, {"1.234", 3, 1234, ""}, {"1500", 0, 1500, ""}, {"1500.00", 0, 1500, ""},
		{"9999999999999.99", 2, 999999999999999, ""}, {"10000000000000.00", 2, 0, bankfile.RecordAmountTooLarge},
		{"999999999999999", 0, 999999999999999, ""}, {strings.Repeat("9", 400), 2, 0, bankfile.RecordAmountTooLarge},
		{"1.001", 2, 0, bankfile.RecordAmountFormat}, {"1500.5", 0, 0, bankfile.RecordAmountFormat}, {"1.000000", 2, 0, bankfile.RecordAmountFormat},
		{"1,50", 2, 0, bankfile.RecordAmountFormat}, {"1e3", 2, 0, bankfile.RecordAmountFormat}, {"+1", 2, 0, bankfile.RecordAmountFormat},
		{"1.", 2, 0, bankfile.RecordAmountFormat}, {".5", 2, 0, bankfile.RecordAmountFormat}, {"1 000", 2, 0, bankfile.RecordAmountFormat},
		{"٣", 2, 0, bankfile.RecordAmountFormat}, {"0x10", 2, 0, bankfile.RecordAmountFormat}, {"1.2.3", 2, 0, bankfile.RecordAmountFormat},
		{"-1", 2, 0, bankfile.RecordAmountNegative}, {"", 2, 0, bankfile.RecordAmountMissing}, {"0", 2, 0, ""},
	} {
		if n, code := parseAmount([]byte(c.text), c.decimals); n != c.want || code != c.code {
			t.Errorf("%.30s with %d decimals: %d %s, want %d %s", c.text, c.decimals, n, code, c.want, c.code)
		}
	}
}

// foreign is a detail whose amount is in another currency.
func foreign(payee string) string {
	return strings.Replace(txDtls("8.00", german, payee, ""), "EUR", "USD", 1)
}

// TestAmountsOfEntries: what was booked is the entry's amount, and details must add up to it.
func TestAmountsOfEntries(t *testing.T) {
	const mismatch = "record.batch_mismatch!"
	one := func(amount string) string { return txDtls(amount, german, anna, "") }
	opposite := strings.Replace(txDtls("3.00", anna, german, ""), "<RltdPties>", "<CdtDbtInd>DBIT</CdtDbtInd><RltdPties>", 1)
	txAmt := `<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">7.00</Amt></TxAmt></AmtDtls><RltdPties><CdtrAcct><Id><IBAN>` + anna + `</IBAN></Id></CdtrAcct></RltdPties></TxDtls>`
	charged := strings.Replace(one("7.00"), "<RltdPties>", `<Chrgs><Rcrd><Amt Ccy="EUR">1.50</Amt></Rcrd><Rcrd><Amt Ccy="EUR">0.50</Amt></Rcrd></Chrgs><RltdPties>`, 1)
	for _, c := range []struct {
		name, entry, want string
	}{
		{"alike", ntry("7.00", "CRDT", "", one("7.00")), "700"},
		{"version 02", ntry("7.00", "CRDT", "", txAmt), "700"},
		{"only the entry's", ntry("7.00", "CRDT", "", one("")), "700"},
		{"another currency", ntry("7.00", "CRDT", "", foreign(anna)), "700"},
		{"less charges", ntry("5.00", "CRDT", "", charged), "500"},
		{"less charges of the entry", ntry("5.00", "CRDT", `<Chrgs><Amt Ccy="EUR">2.00</Amt></Chrgs>`, one("7.00")), "500"},
		{"less other charges", ntry("5.01", "CRDT", "", charged), "501 " + mismatch},
		{"more", ntry("7.00", "CRDT", "", one("7.01")), "700 " + mismatch},
		{"damaged detail", ntry("7.00", "CRDT", "", one("7,00")), "700 record.amount_format!"},
		{"two", ntry("7.00", "CRDT", "", one("3.00"), one("4.00")), "300, 400"},
		{"two, one cent short", ntry("7.00", "CRDT", "", one("3.00"), one("3.99")), "300 " + mismatch + ", 399 " + mismatch},
		{"two without amounts", ntry("7.00", "CRDT", "", one(""), one("")),
			"700 record.amount_missing! " + mismatch + ", 700 record.amount_missing! " + mismatch},
		{"one of two in another currency", ntry("7.00", "CRDT", "", one("7.00"), foreign(anna)), "700 " + mismatch + ", 700 record.currency! " + mismatch},
		{"one against the others", ntry("4.00", "CRDT", "", one("7.00"), opposite), "700, 300"},
		{"one against its entry", ntry("3.00", "CRDT", "", opposite), "300 " + mismatch},
		{"one of three is given", ntry("7.00", "CRDT", "", "<Btch><NbOfTxs>3</NbOfTxs></Btch>", one("2.00")), "200 " + mismatch},
		{"a batch without details", ntry("7.00", "CRDT", "", "<Btch><NbOfTxs>3</NbOfTxs></Btch>"),
			"700 record.batch_without_details domain.master_account_unallocated"},
		{"a batch of one without details", ntry("7.00", "CRDT", "", "<Btch><NbOfTxs>1</NbOfTxs></Btch>"), "700 domain.master_account_unallocated"},
		{"two batches", ntry("7.00", "CRDT", "", "<Btch><NbOfTxs>1</NbOfTxs></Btch>", one("3.00"), "</NtryDtls><NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch>", one("4.00")), "300, 400"},
		{"entry in another currency", strings.Replace(ntry("7.00", "CRDT", "", one("7.00")), "EUR", "USD", 1), "0 record.currency!"},
		{"entry without currency", strings.Replace(ntry("7.00", "CRDT", "", one("7.00")), ` Ccy="EUR"`, "", 1), "0 record.currency!"},
		{"nothing", ntry("0.00", "CRDT", "", one("")), "0 record.amount_zero!"},
		{"a detail of nothing", ntry("7.00", "CRDT", "", one("7.00"), one("0.00")), "700, 0 record.amount_zero!"},
		{"too much", ntry("99999999999999.00", "CRDT", "", one("")), "0 record.amount_too_large!"},
		{"damaged", ntry("7,00", "CRDT", "", one("7.00")), "0 record.amount_format!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told []string
			for _, r := range euros(t, c.entry).records {
				told = append(told, strings.TrimSpace(fmt.Sprintf("%d %s", r.Amount, codes(r.Findings))))
			}
			if got := strings.Join(told, ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestMaxAmount: the operator's own limit holds for each detail.
func TestMaxAmount(t *testing.T) {
	o := optionsOf("EUR", 2)
	o.MaxAmount = 300
	got := read(t, message054, ntfctn(ntry("7.00", "CRDT", "", txDtls("3.00", german, anna, ""), txDtls("4.00", german, anna, ""))), o)
	if a, b := codes(got.records[0].Findings), codes(got.records[1].Findings); a != "" || b != "record.amount_too_large!" {
		t.Errorf("%q, %q", a, b)
	}
}
