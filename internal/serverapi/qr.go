package serverapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

func qrRoute(tag string) route {
	return route{method: http.MethodGet, path: "/secure/bank-accounts/{iban}/qr", id: "getQrCode", tag: tag, summary: "A QR code to pay to an IBAN",
		description: "What banking apps read: an EPC069-12 code for EUR, the 2D code of the Polish Bank Association for PLN; other currencies have no such standard. " +
			"PNG or SVG, by `format` or by Accept. It shows the end user's name, cut to 70 characters for EUR and 20 for PLN.",
		need: bank.PermUsersRead, problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable, bank.ErrQRUnavailable}, mount: mountQR}
}

func mountQR(s *server, o huma.Operation) {
	o.Responses["200"] = web.Pictures()
	typed((*server).qrCode)(s, o)
}

type qrInput struct {
	IBANPath
	web.QRQuery
}

func (s *server) qrCode(ctx context.Context, actor bank.Actor, in *qrInput) (*web.Picture, error) {
	number, err := web.IBANOf(in.IBAN)
	if err != nil {
		return nil, err
	}
	payee, name, err := s.Accounts.Payee(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	return in.Draw(payee, name)
}
