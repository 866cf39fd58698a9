package web

import (
	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/qr"
)

// The media types of QR codes, the default first.
const (
	TypePNG = "image/png"
	TypeSVG = "image/svg+xml"
)

// QRQuery is what a request for a QR code tells beside the IBAN: how to draw it, and what the payer need not type.
type QRQuery struct {
	Format string `query:"format" enum:"png,svg" doc:"Wins over Accept."`
	Amount int64  `query:"amount" minimum:"1" maximum:"99999999999" doc:"In minor units; at most 999999 for PLN. Left out: the payer decides."`
	Title  string `query:"title" maxLength:"140" doc:"At most 32 characters without | for PLN. Left out: the payer decides."`
	Accept string `header:"Accept" hidden:"true"`
}

// Picture is the answer to it.
type Picture struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Vary        string `header:"Vary" hidden:"true"`
	Body        []byte
}

// Draw draws the code of a payment to a payee and their name: by Format where that is given, else by Accept. Errors are those of
// qr.Encode, and bank.ErrNotAcceptable.
func (q QRQuery) Draw(payee bank.BankAccount, name string) (*Picture, error) {
	kind, named := map[string]string{"png": TypePNG, "svg": TypeSVG}[q.Format]
	if !named {
		kind = Offered(q.Accept, TypePNG, TypeSVG)
	}
	if kind == "" {
		return nil, bank.ErrNotAcceptable.With("QR codes are %s or %s", TypePNG, TypeSVG)
	}
	body, err := draw(qr.Payment{Payee: payee.IBAN, Currency: payee.Currency, Name: name, Amount: q.Amount, Title: q.Title}, kind)
	if err != nil {
		return nil, err
	}
	return &Picture{ContentType: kind, Vary: "Accept", Body: body}, nil
}

// Pictures documents the answer. It is to be set before the operation is registered: huma would take bytes for JSON.
func Pictures() *huma.Response {
	picture := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	return &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{TypePNG: picture, TypeSVG: picture}}
}

func draw(p qr.Payment, kind string) ([]byte, error) {
	code, err := qr.Encode(p)
	if err != nil {
		return nil, err
	}
	if kind == TypeSVG {
		return code.SVG(), nil
	}
	return code.PNG()
}
