package transfers

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/money"
)

func limitExceeded(what string, most int64, currency money.Currency) error {
	return bank.ErrTransferLimit.With("%s at most %s", what, money.New(most, currency)).
		Field("/amount", "limit-exceeded", "more than a limit allows")
}

// withinLimits refuses what the customer's limits do not allow.
func (s *scene) withinLimits(t bank.Transfer) error {
	limit, currency := s.customer.Settings.TransferLimit(s.payer.Currency), s.payer.Currency
	if limit.Order > 0 && t.Amount.Minor() > limit.Order {
		return limitExceeded("one transfer may be", limit.Order, currency)
	}
	day := bank.CivilDate(t.CreatedAt)
	for _, l := range []struct {
		most   int64
		payers []bank.BalanceNo
		what   string
	}{
		{limit.BalanceDay, []bank.BalanceNo{s.payer.No}, "the transfers of a balance on one day may be"},
		{limit.UserDay, s.own, "the transfers of an end user on one day may be"},
	} {
		if l.most == 0 {
			continue
		}
		sum, err := s.tx.TransferSum(s.customer.ID, l.payers, day)
		if err != nil {
			return fmt.Errorf("sum of the day: %w", err)
		}
		if t.Amount.Minor() > l.most-sum.Amount {
			return limitExceeded(l.what, l.most, currency)
		}
	}
	return nil
}
