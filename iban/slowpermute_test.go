package iban

import (
	"crypto/aes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
)

// slowPermutation is the permutation written a second time from its description, with numbers of any size.
func slowPermutation(size uint64, key []byte, base, suffix string, n uint64) uint64 {
	a := new(big.Int).Sqrt(new(big.Int).SetUint64(size))
	if new(big.Int).Mul(a, a).Cmp(new(big.Int).SetUint64(size)) < 0 {
		a.Add(a, big.NewInt(1))
	}
	b := new(big.Int).SetUint64(size)
	b.Add(b, a).Sub(b, big.NewInt(1)).Div(b, a)
	var sizeBytes [8]byte
	binary.BigEndian.PutUint64(sizeBytes[:], size)
	tweak := sha256.Sum256([]byte("ims iban range v1\x00" + base + "\x00" + suffix + "\x00" + string(sizeBytes[:])))
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	f := func(i int, v, m *big.Int) *big.Int {
		in := append(append([]byte{}, tweak[:6]...), 1, byte(i))
		in = append(in, v.FillBytes(make([]byte, 8))...)
		out := make([]byte, 16)
		block.Encrypt(out, in)
		x := new(big.Int).SetBytes(out[:8])
		return x.Rsh(x.Mul(x, m), 64)
	}
	x := new(big.Int).SetUint64(n)
	for {
		l, r := new(big.Int).DivMod(x, b, new(big.Int))
		for i := range 10 {
			if i%2 == 0 {
				l.Mod(l.Add(l, f(i, r, a)), a)
			} else {
				r.Mod(r.Add(r, f(i, l, b)), b)
			}
		}
		if x.Add(x.Mul(l, b), r); x.Cmp(new(big.Int).SetUint64(size)) < 0 {
			return x.Uint64()
		}
	}
}
