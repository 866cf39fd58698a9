package iban

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"
)

// permutation is a keyed bijection of 0..size-1, version 1. It must never change once numbers are issued; golden vectors
// in the tests pin it. The construction, so that anyone can rebuild it:
//
//   - An alternating Feistel network on pairs (l, r) with 0 <= l < a and 0 <= r < b, where a is the smallest integer whose
//     square is at least size and b = ceil(size/a); n stands for the pair l = n / b, r = n mod b (after Black and
//     Rogaway, "Ciphers with Arbitrary Finite Domains", 2002, as in NIST SP 800-38G's FF1, but with its own round function).
//   - Ten rounds i = 0..9. Even: l = (l + F(i, r)) mod a. Odd: r = (r + F(i, l)) mod b.
//   - F(i, v) encrypts one block with AES under the range's key: six bytes of tweak, the version 1, the round i, then v
//     as eight bytes, big-endian. The first eight bytes of the result, read big-endian as x, are brought below the
//     modulus m as floor(x*m / 2^64).
//   - The tweak is the first six bytes of SHA-256("ims iban range v1" 0x00 base 0x00 suffix 0x00 size), size in eight
//     bytes, big-endian; so one key in two ranges gives two unrelated permutations.
//   - Results of size or more are permuted again until one is below ("cycle walking"); a*b exceeds size by less than a,
//     so that almost never happens.
//
// It hides the order in which numbers were issued and makes the next one hard to guess. It keeps nothing else secret.
type permutation struct {
	size, a, b uint64
	tweak      uint64 // six bytes of tweak and the version, shifted to make room for the round
	block      cipher.Block
	scratch    sync.Pool // *[aes.BlockSize]byte: an argument of Encrypt would otherwise be allocated each time
}

const (
	permuteVersion = 1
	permuteRounds  = 10
)

// newPermutation takes a key of 16 or 32 bytes and a size of 1 to 10^18.
func newPermutation(size uint64, key []byte, base, suffix string) (*permutation, error) {
	if len(key) != 16 && len(key) != 32 {
		return nil, fmt.Errorf("the key has %d bytes instead of 16 or 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("new permutation: %w", err)
	}
	p := &permutation{size: size, a: ceilSqrt(size), block: block}
	p.b = (size + p.a - 1) / p.a
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("ims iban range v1\x00"+base+"\x00"+suffix+"\x00"), size))
	p.tweak = binary.BigEndian.Uint64(h[:])&^0xffff | permuteVersion<<8
	p.scratch.New = func() any { return new([aes.BlockSize]byte) }
	return p, nil
}

// ceilSqrt returns the smallest integer whose square is at least n, by bisection: n is at most 10^18.
func ceilSqrt(n uint64) uint64 {
	low, high := uint64(1), uint64(1)<<30
	for low < high {
		if mid := (low + high) / 2; mid*mid < n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// forward returns the image of n, which must be below size.
func (p *permutation) forward(n uint64) uint64 {
	buf := p.scratch.Get().(*[aes.BlockSize]byte)
	for {
		l := n / p.b
		r := n - l*p.b
		for i := uint64(0); i < permuteRounds; i += 2 {
			l = add(l, p.round(buf, i, r, p.a), p.a)
			r = add(r, p.round(buf, i+1, l, p.b), p.b)
		}
		if n = l*p.b + r; n < p.size {
			p.scratch.Put(buf)
			return n
		}
	}
}

// backward is the inverse of forward.
func (p *permutation) backward(n uint64) uint64 {
	buf := p.scratch.Get().(*[aes.BlockSize]byte)
	for {
		l := n / p.b
		r := n - l*p.b
		for i := uint64(permuteRounds); i > 0; i -= 2 {
			r = add(r, p.b-p.round(buf, i-1, l, p.b), p.b)
			l = add(l, p.a-p.round(buf, i-2, r, p.a), p.a)
		}
		if n = l*p.b + r; n < p.size {
			p.scratch.Put(buf)
			return n
		}
	}
}

// round is F, already below the modulus.
func (p *permutation) round(buf *[aes.BlockSize]byte, i, v, modulus uint64) uint64 {
	binary.BigEndian.PutUint64(buf[:], p.tweak|i)
	binary.BigEndian.PutUint64(buf[8:], v)
	p.block.Encrypt(buf[:], buf[:])
	high, _ := bits.Mul64(binary.BigEndian.Uint64(buf[:]), modulus)
	return high
}

// add returns x + y modulo m, for x below m and y at most m.
func add(x, y, m uint64) uint64 {
	d, borrow := bits.Sub64(x+y, m, 0)
	return d + m&-borrow // without a branch: which way it would go is as good as random
}
