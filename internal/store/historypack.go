package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// blockSize is how many ids one block of the history's index covers.
const blockSize = 4096

// bitmap has a bit for each id of a block.
type bitmap [blockSize / 64]uint64

func (b *bitmap) set(i int) { b[i/64] |= 1 << (i % 64) }

// between returns a bitmap with the bits from first to last.
func between(first, last int) (b bitmap) {
	first, last = max(first, 0), min(last, blockSize-1)
	for i := range b {
		switch low := i * 64; {
		case last < low || first > low+63:
		case first <= low && last >= low+63:
			b[i] = math.MaxUint64
		default:
			for bit := max(first, low); bit <= min(last, low+63); bit++ {
				b.set(bit)
			}
		}
	}
	return b
}

func (b *bitmap) and(other *bitmap) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b *bitmap) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// offsets lists the bits that are set, in ascending order.
func (b *bitmap) offsets() []int {
	var list []int
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			list = append(list, i*64+bits.TrailingZeros64(word))
		}
	}
	return list
}

// ids lists the ids of a block's bits that are set, ascending; first is the block's first id.
func (b *bitmap) ids(first int64) []int64 {
	offsets := b.offsets()
	list := make([]int64, len(offsets))
	for i, offset := range offsets {
		list[i] = first + int64(offset)
	}
	return list
}

// packOffsets writes ascending offsets as distances, or, where that is no shorter, as a bitmap, which is known by its length.
func packOffsets(list []int) []byte {
	packed := make([]byte, 0, 2*len(list))
	last := 0
	for _, n := range list {
		packed = binary.AppendUvarint(packed, uint64(n-last))
		last = n
	}
	if len(packed) < blockSize/8 {
		return packed
	}
	var b bitmap
	for _, n := range list {
		b.set(n)
	}
	packed = packed[:0]
	for _, word := range b {
		packed = binary.LittleEndian.AppendUint64(packed, word)
	}
	return packed
}

func unpackOffsets(packed []byte) (b bitmap, err error) {
	if len(packed) == blockSize/8 {
		for i := range b {
			b[i] = binary.LittleEndian.Uint64(packed[8*i:])
		}
		return b, nil
	}
	at := uint64(0)
	for len(packed) > 0 {
		distance, n := binary.Uvarint(packed)
		if at += distance; n <= 0 || at >= blockSize {
			return b, fmt.Errorf("index of the history: damaged offsets")
		}
		b.set(int(at))
		packed = packed[n:]
	}
	return b, nil
}

// packColumn writes the value of each id of a block: the least one, the width of what is above it, and that.
func packColumn(values *[blockSize]uint64) []byte {
	least, most := values[0], values[0]
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	width := widthOf(most - least)
	packed := append(binary.AppendUvarint(make([]byte, 0, 16+blockSize*width), least), byte(width))
	for _, v := range values {
		switch v -= least; width {
		case 1:
			packed = append(packed, byte(v))
		case 2:
			packed = binary.LittleEndian.AppendUint16(packed, uint16(v))
		case 4:
			packed = binary.LittleEndian.AppendUint32(packed, uint32(v))
		case 8:
			packed = binary.LittleEndian.AppendUint64(packed, v)
		}
	}
	return packed
}

// widthRounded marks a column of two bytes a value as rounded makes them, which is not a number of bytes.
const widthRounded = 3

// packAmounts is packColumn for amounts, which may be rounded down: one large one does not make all others wide.
func packAmounts(values *[blockSize]uint64) []byte {
	if least, most := slices.Min(values[:]), slices.Max(values[:]); widthOf(most-least) <= 2 {
		return packColumn(values)
	}
	packed := append(make([]byte, 0, 2+2*blockSize), 0, widthRounded)
	for _, v := range values {
		packed = binary.LittleEndian.AppendUint16(packed, rounded(v))
	}
	return packed
}

// rounded is a number that grows with v: v itself below 2^15, then its eleven leading bits and where they stand; from 2^47 on
// all are one.
func rounded(v uint64) uint16 {
	top := bits.Len64(v) - 1
	switch {
	case top < 15:
		return uint16(v)
	case top > 46:
		return math.MaxUint16
	}
	return 1<<15 | uint16(top-15)<<10 | uint16(v>>(top-10))&(1<<10-1)
}

// leastRounded is the least v that is rounded to the number.
func leastRounded(number uint16) uint64 {
	if number < 1<<15 {
		return uint64(number)
	}
	return uint64(1<<10|number&(1<<10-1)) << (number>>10&31 + 5)
}

// amountsFit tells of a value of a column of amounts, rounded or not, whether what it stands for may be from one amount to
// another; 0 is no bound.
func amountsFit(from, to int64) func(uint64) bool {
	first, last := leastRounded(rounded(uint64(from))), uint64(to)
	return func(v uint64) bool { return v >= first && (last == 0 || v <= last) }
}

func widthOf(most uint64) int {
	switch {
	case most == 0:
		return 0
	case most < 1<<8:
		return 1
	case most < 1<<16:
		return 2
	case most < 1<<32:
		return 4
	}
	return 8
}

// keepColumn clears the bits of ids whose value does not fit.
func keepColumn(b *bitmap, packed []byte, fits func(uint64) bool) error {
	least, n := binary.Uvarint(packed)
	if n <= 0 || n == len(packed) {
		return fmt.Errorf("index of the history: damaged column")
	}
	width, data := int(packed[n]), packed[n+1:]
	if len(data) != blockSize*width && (width != widthRounded || len(data) != blockSize*2) {
		return fmt.Errorf("index of the history: damaged column")
	}
	if width <= 1 && b.count() > 256 {
		keepBytes(b, data, func(v byte) bool { return fits(least + uint64(v)) })
		return nil
	}
	for i, word := range b {
		for rest := word; rest != 0; rest &= rest - 1 {
			at := i*64 + bits.TrailingZeros64(rest)
			if !fits(least + valueAt(data, width, at)) {
				b[i] &^= 1 << (at % 64)
			}
		}
	}
	return nil
}

// keepBytes is keepColumn for values of one byte, each of which is judged once; without data all are 0.
func keepBytes(b *bitmap, data []byte, fits func(byte) bool) {
	if len(data) == 0 {
		if !fits(0) {
			*b = bitmap{}
		}
		return
	}
	var good [256]uint64
	for v := range good {
		if fits(byte(v)) {
			good[v] = 1
		}
	}
	for i := range b {
		var word uint64
		for k, v := range data[i*64 : i*64+64] {
			word |= good[v] << k
		}
		b[i] &= word
	}
}

func valueAt(data []byte, width, i int) uint64 {
	switch width {
	case 1:
		return uint64(data[i])
	case 2:
		return uint64(binary.LittleEndian.Uint16(data[2*i:]))
	case widthRounded:
		return leastRounded(binary.LittleEndian.Uint16(data[2*i:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(data[4*i:]))
	case 8:
		return binary.LittleEndian.Uint64(data[8*i:])
	}
	return 0
}
