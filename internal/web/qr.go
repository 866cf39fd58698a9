package web

import (
	"ims/internal/bank"
	"ims/internal/qr"
)

// The media types of QR codes, the default first.
const (
	TypePNG = "image/png"
	TypeSVG = "image/svg+xml"
)

// DrawQR draws a payment as the caller wants it: by format ("png" or "svg") where that is given, else by the Accept header.
// Errors are those of qr.Encode, and bank.ErrNotAcceptable.
func DrawQR(p qr.Payment, format, accept string) (contentType string, picture []byte, err error) {
	switch {
	case format == "png":
		contentType = TypePNG
	case format == "svg":
		contentType = TypeSVG
	default:
		contentType = Offered(accept, TypePNG, TypeSVG)
	}
	if contentType == "" {
		return "", nil, bank.ErrNotAcceptable.With("QR codes are %s or %s", TypePNG, TypeSVG)
	}
	code, err := qr.Encode(p)
	if err != nil {
		return "", nil, err
	}
	if contentType == TypeSVG {
		return contentType, code.SVG(), nil
	}
	picture, err = code.PNG()
	return contentType, picture, err
}
