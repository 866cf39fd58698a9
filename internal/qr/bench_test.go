package qr

import (
	"testing"

	"ims/internal/money"
)

func BenchmarkPNG(b *testing.B) {
	p := Payment{Payee: number(b, polish), Currency: money.PLN, Name: "Ada Example", Amount: 12345, Title: "For Ada"}
	for b.Loop() {
		code, err := Encode(p)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := code.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
