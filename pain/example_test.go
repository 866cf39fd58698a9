package pain_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ims/bankfile"
	"ims/iban"
	"ims/pain"
)

func ExampleWrite() {
	payer, _ := iban.Parse("PL40111111117700000000000001")
	payee, _ := iban.Parse("DE89370400440532013000")
	section := pain.Section{
		ID: "M1-1", Date: "2026-11-24", Currency: "EUR", Decimals: 2, PayerName: "Operator sp. z o.o.", Payer: payer,
		Orders: pain.OrdersOf(pain.Order{EndToEndID: "T-1", Amount: 123450, PayeeName: "Sklep Żółw", Payee: payee, Title: "Faktura 7/2026"}),
	}
	m := pain.Message{ID: "M1", Created: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), Initiator: "Operator sp. z o.o.", Sections: []pain.Section{section}}
	var file bytes.Buffer
	totals, err := pain.Write(&file, m, pain.Options{})
	fmt.Println(totals.Orders, totals.Sum, err, strings.Contains(file.String(), "<Nm>Sklep Zolw</Nm>"))

	_, err = section.Clean(pain.Order{EndToEndID: "T-2", Amount: 1, PayeeName: strings.Repeat("X", 71), Payee: payee}, pain.Options{})
	if refusal, ok := errors.AsType[*pain.RefusalError](err); ok {
		fmt.Println(refusal.Faults[0].Field, refusal.Faults[0].Message("en"))
	}
	// Output:
	// 1 1234.50 <nil> true
	// payeeName It has 71 characters, more than 70.
}

func ExampleReader() {
	file := `<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>M1-1</OrgnlPmtInfId>
		<TxInfAndSts><OrgnlEndToEndId>T-1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>
		</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`
	r := pain.NewReader(strings.NewReader(file), bankfile.Limits{})
	for {
		a, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		text, _ := pain.ReasonText(a.Reasons[0].Code, "en")
		fmt.Println(a.Level, a.MessageID, a.EndToEndID, a.Outcome, a.OK(), text)
	}
	report := r.Report()
	fmt.Println(report.Rejected, report.Damaged())
	// Output:
	// order M1 T-1 REJECTED true The account is closed.
	// 1 false
}
