package web

import (
	"context"

	"ims/internal/bank"
)

// Reason says why something is as it is, as far as whoever reads it may know.
type Reason struct {
	Code string `json:"code" pattern:"^[A-Z][A-Z_]*$" doc:"Stable: decide on it, and take one that you do not know as you take its absence." example:"INSUFFICIENT_FUNDS"`
	Text string `json:"text" doc:"For people, in English or Polish, by Accept-Language." example:"There was not enough money available."`
}

// ReasonFor is what the audience of a door may know of a reason, in the language of the request; nil where that is nothing.
func ReasonFor(ctx context.Context, r bank.Reason, a bank.Audience) *Reason {
	told := r.For(a)
	if told == "" {
		return nil
	}
	lang, err := Language("", exchangeOf(ctx).languages)
	if err != nil {
		lang = Languages[0]
	}
	return &Reason{string(told), told.Text(lang)}
}
