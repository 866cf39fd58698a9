package store_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"ims/internal/store"
)

// TestAmountColumn: a column of amounts keeps every amount that fits and hardly any that does not, and stays small whatever
// the largest one is.
func TestAmountColumn(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int64{0, 200, 1 << 15, 1 << 16, 1 << 17, 1 << 46, 1 << 47, math.MaxInt64} {
		var values [store.BlockSize]uint64
		for i := range values {
			values[i] = random.Uint64N(uint64(most)>>random.IntN(20) + 1)
		}
		values[0] = uint64(most)
		for range 200 {
			from := max(int64(values[random.IntN(len(values))])>>random.IntN(2), 1)
			to := []int64{0, from, from + min(from/2, math.MaxInt64-from)}[random.IntN(3)]
			kept, bytes, err := store.KeepAmounts(&values, from, to)
			if err != nil || bytes > 2*store.BlockSize+16 {
				t.Fatalf("up to %d: %d bytes, %v", most, bytes, err)
			}
			for i, v := range values {
				fits := int64(v) >= from && (to == 0 || int64(v) <= to)
				near := v > 1<<46 || v >= 1<<15 && int64(v) >= from-from/1_000 && (to == 0 || int64(v)-int64(v)/1_000 <= to)
				if fits && !kept[i] || kept[i] && !fits && !near {
					t.Fatalf("%d, asked from %d to %d, is kept: %v", v, from, to, kept[i])
				}
			}
		}
	}
}
