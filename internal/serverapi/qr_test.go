package serverapi

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/web"
)

// TestQRCode: what the picture says is tested in internal/qr; here, which picture is answered and what is refused.
func TestQRCode(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	path := "/secure/bank-accounts/" + b.IBAN + "/qr"
	for _, x := range []struct{ query, accept, want string }{
		{"", "", web.TypePNG}, {"", "*/*", web.TypePNG}, {"", "image/*", web.TypePNG}, {"", "image/svg+xml", web.TypeSVG},
		{"?format=svg", "image/png", web.TypeSVG}, {"?format=png&amount=999999&title=For+Ada", "text/html", web.TypePNG},
	} {
		headers := []string{"Accept", x.accept}
		a := api.do("GET", path+x.query, nil, headers...).ok(200, nil)
		if a.header.Get("Content-Type") != x.want || a.header.Get("Vary") != "Accept" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s with Accept %q: %v", a.what, x.accept, a.header)
		}
		if _, err := png.Decode(bytes.NewReader(a.body)); (err == nil) != (x.want == web.TypePNG) || strings.HasPrefix(string(a.body), "<svg ") != (x.want == web.TypeSVG) {
			t.Errorf("%s with Accept %q is no %s", a.what, x.accept, x.want)
		}
	}
	if withTitle := api.do("GET", path+"?title=a", nil).ok(200, nil); bytes.Equal(withTitle.body, api.do("GET", path, nil).ok(200, nil).body) {
		t.Error("the title is not in the code")
	}
	api.do("GET", path, nil, "Accept", "text/html").refused(bank.ErrNotAcceptable)
	for query, pointer := range map[string]string{"?format=gif": "format", "?amount=0": "amount", "?amount=1000000": "amount", "?amount=1.5": "amount",
		"?title=a%7Cb": "title", "?title=" + strings.Repeat("t", 33): "title", "?title=" + strings.Repeat("t", 141): "title"} {
		p := api.do("GET", path+query, nil).refused(bank.ErrInvalid)
		if len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: %+v", query, p.Errors)
		}
	}
	api.do("GET", "/secure/bank-accounts/PL40111111117700000000000001/qr", nil).refused(bank.ErrNotFound)
}

// TestQRCodeOfUnusualIBANs: a closed IBAN is not shared, a blocked one tells payers nothing.
func TestQRCodeOfUnusualIBANs(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	path := "/secure/bank-accounts/" + b.IBAN
	api.do("POST", path+"/blocks", map[string]any{"kind": "COURT", "direction": "BOTH", "reference": "K 1"}).ok(201, nil)
	api.do("GET", path+"/qr", nil).ok(200, nil)
	api.do("DELETE", path, nil).ok(200, nil)
	api.do("GET", path+"/qr", nil).refused(bank.ErrConflict)
}
