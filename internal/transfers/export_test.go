package transfers

import (
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Hand marks a HELD transfer as handed to the bank, as an order file does.
func Hand(tx *store.Tx, t *bank.Transfer, at time.Time) error {
	return move(tx, t, bank.TransferSent, bank.TransferStep{Actor: "test", At: at})
}
