package serverapi

import (
	"context"
	"net/http"

	"ims/internal/bank"
	"ims/internal/web"
)

func payeeRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/secure/payee-verifications", id: "verifyPayee", tag: "IBANs", summary: "Verify a payee",
			description: "Verification of Payee: is the name that of who holds the IBAN? MATCH: it is. CLOSE_MATCH: nearly, and name tells whose the IBAN is. NO_MATCH: it is not, and nothing else is told. NOT_POSSIBLE: nothing can be said: there is no such IBAN, it is closed, no name was given, or its bank does not answer. Of your own IBANs the names are those of your end users. Others are asked of their bank, where a service for that is set up, if the certificate may also order transfers (transfers:order); a certificate that your bank uses to ask about your IBANs needs payees:verify only. Nothing is kept, so there is no idempotency key.",
			need:        bank.PermPayeesVerify, request: payeeExample, answer: PayeeVerification{Result: "CLOSE_MATCH", Name: "Ada Example"},
			mount: typed((*server).verifyPayee)},
	}
}

var payeeExample = Payee{IBAN: bankAccountExample.IBAN, Name: "Ada Exampel"}

// Payee is whom somebody wants to pay.
type Payee struct {
	IBAN string `json:"iban" maxLength:"64" doc:"With spaces or without."`
	Name string `json:"name" maxLength:"140" doc:"Of a person: given and family name, in any order. Of a company: with or without its form." example:"Ada Example"`
}

// PayeeVerification says how the name fits the IBAN.
type PayeeVerification struct {
	Result string `json:"result" enum:"MATCH,CLOSE_MATCH,NO_MATCH,NOT_POSSIBLE" doc:"How the name fits."`
	Name   string `json:"name,omitempty" doc:"Of who holds the IBAN; with CLOSE_MATCH only." example:"Ada Example"`
}

type payeeAnswer struct{ Body PayeeVerification }

func (s *server) verifyPayee(ctx context.Context, actor bank.Actor, in *struct{ Body Payee }) (*payeeAnswer, error) {
	number, err := web.IBANIn(in.Body.IBAN, "/iban")
	if err != nil {
		return nil, err
	}
	answer, err := s.Payees.Verify(ctx, actor, number, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &payeeAnswer{PayeeVerification{Result: string(answer.Result), Name: answer.Name}}, nil
}
