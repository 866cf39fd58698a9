package bank

import "testing"

// TestTransferMoves: of all 49 pairs exactly these may follow each other, every status can be reached, and no life goes in a
// circle.
func TestTransferMoves(t *testing.T) {
	allowed := map[[2]TransferStatus]bool{
		{TransferReceived, TransferHeld}: true, {TransferReceived, TransferSettled}: true, {TransferReceived, TransferCancelled}: true,
		{TransferHeld, TransferSent}: true, {TransferHeld, TransferCancelled}: true,
		{TransferSent, TransferSettled}: true, {TransferSent, TransferRejected}: true,
		{TransferSettled, TransferReturned}: true,
	}
	reached := map[TransferStatus]bool{TransferReceived: true}
	for i, from := range TransferStatuses() {
		for j, to := range TransferStatuses() {
			if got := from.MayBecome(to); got != allowed[[2]TransferStatus{from, to}] {
				t.Errorf("%s to %s: %v", from, to, got)
			} else if got {
				reached[to] = true
				if j <= i {
					t.Errorf("%s to %s goes back", from, to)
				}
			}
		}
	}
	for _, s := range TransferStatuses() {
		if !reached[s] || !s.Known() {
			t.Errorf("%s cannot be reached, or is not known", s)
		}
	}
	if TransferStatus("").Known() || TransferStatus("SOLD").MayBecome(TransferHeld) {
		t.Error("a status that is none may become something")
	}
}
