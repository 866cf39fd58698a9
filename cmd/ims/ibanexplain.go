package main

import (
	"fmt"
	"strings"

	"ims/iban"
)

type ibanExplainCommand struct {
	listing
	Number string `arg:"" name:"iban" help:"The number, with or without spaces."`
}

// explanation is what the parts of a number say.
type explanation struct {
	IBAN           string `json:"iban"`
	Print          string `json:"ibanFormatted"`
	Country        string `json:"country"`
	CountryName    string `json:"countryName"`
	CheckDigits    string `json:"checkDigits"`
	Bank           string `json:"bank,omitempty"`
	Branch         string `json:"branch,omitempty"`
	Account        string `json:"account"`
	NationalDigits string `json:"nationalDigits,omitempty"`
	NationalRule   string `json:"nationalRule"`
	Structure      string `json:"structure"`
	SEPASince      string `json:"sepaSince,omitempty"`
	Registered     bool   `json:"registered"`
	NRB            string `json:"nrb,omitempty"`

	Warnings []iban.Fault `json:"warnings"`
}

// Run explains a valid number; an invalid one is refused with all its faults.
func (c *ibanExplainCommand) Run(p *program) error {
	result := iban.Check(c.Number, iban.Lenient, iban.Unregistered)
	if !result.Valid {
		writeVerdict(p.stderr, result)
		return fmt.Errorf("iban explain: the number is not valid")
	}
	e := explain(result)
	t := newTable("PART", "VALUE")
	for _, row := range e.rows() {
		if strings.TrimSpace(row[1]) != "" {
			t.row(row[0], row[1])
		}
	}
	return c.print(p, e, t)
}

// rows are the parts in the order in which a person reads them; some are empty.
func (e explanation) rows() [][2]string {
	registry := ""
	if !e.Registered {
		registry = "not in the SWIFT registry: many banks will refuse it"
	}
	rows := [][2]string{{"IBAN", e.Print}, {"country", e.CountryName + " (" + e.Country + ")"}, {"registry", registry},
		{"check digits", e.CheckDigits}, {"bank", e.Bank}, {"branch", e.Branch}, {"account", e.Account},
		{"national check digits", e.NationalDigits}, {"national rule", e.NationalRule}, {"structure", e.Structure},
		{"SEPA since", e.SEPASince}, {"NRB", e.NRB}}
	for _, w := range e.Warnings {
		rows = append(rows, [2]string{"warning", visible(w.Message)})
	}
	return rows
}

func explain(r iban.Result) explanation {
	x := r.IBAN
	country, _ := iban.CountryByCode(x.Country()) // a valid number has one
	nrb, _ := x.NRB()
	return explanation{IBAN: x.String(), Print: x.Format(), Country: x.Country(), CountryName: country.Name, CheckDigits: x.CheckDigits(),
		Bank: x.Bank(), Branch: x.Branch(), Account: x.Account(), NationalDigits: x.NationalDigits(),
		NationalRule: country.NationalRule.String(), Structure: country.Structure, SEPASince: country.SEPASince,
		Registered: country.Registered, NRB: nrb, Warnings: r.Warnings}
}
