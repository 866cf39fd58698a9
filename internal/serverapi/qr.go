package serverapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/qr"
	"ims/internal/web"
)

func qrRoute(tag string) route {
	return route{method: http.MethodGet, path: "/secure/bank-accounts/{iban}/qr", id: "getQrCode", tag: tag, summary: "A QR code to pay to an IBAN",
		description: "What banking apps read: an EPC069-12 code for EUR, the 2D code of the Polish Bank Association for PLN; other currencies have no such standard. " +
			"PNG or SVG, by `format` or by Accept. It shows the end user's name, cut to 70 characters for EUR and 20 for PLN.",
		need: bank.PermUsersRead, problems: []*bank.Error{bank.ErrConflict, bank.ErrNotAcceptable, bank.ErrQRUnavailable}, mount: mountQR}
}

// mountQR documents the two kinds of pictures beforehand: huma would take bytes for JSON.
func mountQR(s *server, o huma.Operation) {
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{web.TypePNG: picture(), web.TypeSVG: picture()}}
	typed((*server).qrCode)(s, o)
}

func picture() *huma.MediaType {
	return &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
}

type qrInput struct {
	IBANPath
	Format string `query:"format" enum:"png,svg" doc:"Wins over Accept."`
	Amount int64  `query:"amount" minimum:"1" maximum:"99999999999" doc:"In minor units; at most 999999 for PLN. Left out: the payer decides."`
	Title  string `query:"title" maxLength:"140" doc:"At most 32 characters without | for PLN. Left out: the payer decides."`
	Accept string `header:"Accept" hidden:"true"`
}

type pictureAnswer struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Vary        string `header:"Vary" hidden:"true"`
	Body        []byte
}

func (s *server) qrCode(ctx context.Context, actor bank.Actor, in *qrInput) (*pictureAnswer, error) {
	number, err := web.IBANOf(in.IBAN)
	if err != nil {
		return nil, err
	}
	payee, name, err := s.Accounts.Payee(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	kind, body, err := web.DrawQR(qr.Payment{Payee: payee.IBAN, Currency: payee.Currency, Name: name, Amount: in.Amount, Title: in.Title},
		in.Format, in.Accept)
	if err != nil {
		return nil, err
	}
	return &pictureAnswer{ContentType: kind, Vary: "Accept", Body: body}, nil
}
