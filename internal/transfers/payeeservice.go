package transfers

import (
	"context"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/names"
)

// PayeeTime is how long the service of a bank is waited for: the scheme's limit. It aims at one second.
const PayeeTime = 5 * time.Second

// within asks the service of a bank. Whatever goes wrong there, late answers and such as have no meaning included, is
// names.NotPossible: the payer decides without, and no order waits for it. A service that does not heed its context is left
// behind. The only error is that of the caller's own context.
func within(ctx context.Context, service PayeeChecker, q PayeeQuery) (PayeeAnswer, error) {
	if strings.TrimSpace(q.Name) == "" {
		return notPossible, nil // nobody need be told that we ask
	}
	limited, cancel := context.WithTimeout(ctx, PayeeTime)
	defer cancel()
	answers := make(chan PayeeAnswer, 1)
	go func() {
		answer, err := service.Check(limited, q)
		if err != nil {
			answer = notPossible
		}
		answers <- answer
	}()
	select {
	case answer := <-answers:
		if ctx.Err() != nil {
			return PayeeAnswer{}, ctx.Err()
		}
		return plausible(answer), nil
	case <-limited.Done():
		return notPossible, ctx.Err()
	}
}

// plausible keeps of somebody else's answer what an answer may hold.
func plausible(a PayeeAnswer) PayeeAnswer {
	switch {
	case !a.Result.Known(),
		a.Result == names.CloseMatch && bank.CheckText(a.Name, true, maxPayeeName) != "":
		return notPossible
	case a.Result != names.CloseMatch:
		a.Name = ""
	}
	return a
}
