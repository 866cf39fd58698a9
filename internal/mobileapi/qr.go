package mobileapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

func qrRoute() route {
	return route{method: http.MethodGet, path: root + "/bank-accounts/{iban}/qr", id: "getQrCode", tag: "IBANs", summary: "A QR code to pay to an IBAN of the end user",
		description: "What banking apps read: an EPC069-12 code for EUR, the 2D code of the Polish Bank Association for PLN; other currencies have no such standard. " +
			"PNG or SVG, by `format` or by Accept. It shows the end user's name, cut to 70 characters for EUR and 20 for PLN.",
		problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable, bank.ErrQRUnavailable}, mount: mountQR}
}

func mountQR(s *server, o huma.Operation) {
	o.Responses["200"] = web.Pictures()
	typed((*server).qrCode)(s, o)
}

type qrInput struct {
	IBAN string `path:"iban" maxLength:"64" doc:"With spaces or without."`
	web.QRQuery
}

func (s *server) qrCode(ctx context.Context, c caller, in *qrInput) (*web.Picture, error) {
	number, err := web.IBANOf(in.IBAN)
	if err != nil {
		return nil, err
	}
	payee, name, err := s.Accounts.HeldPayee(ctx, c.Actor, number)
	if err != nil {
		return nil, err
	}
	return in.Draw(payee, name)
}
