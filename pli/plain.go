package pli

import (
	"encoding/binary"
	"math/bits"

	"ims/bankfile"
)

// joinRoom is how many bytes there must be behind a text and what joinPlain writes: it copies more than it has to.
const joinRoom = bankfile.LineRoom

// joinPlain joins the sub-lines of src as joinAny does and returns the text, which may be src itself or be written to out; nil
// for a text that has anything but printable ASCII, or blanks to be taken away. It looks at 64 bytes at a time and notes in
// sets of bits which are bars and blanks: so there is hardly a branch that depends on what they are, which would cost more
// than the rest.
func joinPlain(src, out []byte, to *joined) []byte {
	var at, from, number, lines, longest, end int
	beside, before := uint64(1), uint64(0) // the byte before is a blank or a bar, or none; it is a blank
	for base := 0; base <= len(src); base += 64 {
		bars, blanks, ok := look(src[base:])
		stops := bars
		if left := len(src) - base; left < 64 {
			stops |= 1 << left
		}
		if !ok || blanks&(blanks<<1|bars<<1|stops>>1|beside)|before&stops != 0 {
			return nil
		}
		if bars == 0 && len(src) < 64 {
			*to = joined{lines: min(1, len(src)), longest: len(src)}
			return src
		}
		beside, before = (blanks|bars)>>63, blanks>>63
		for ; stops != 0; stops &= stops - 1 {
			number++
			stop := base + bits.TrailingZeros64(stops)
			if width := stop - from; width > 0 {
				copyShort(out[at:], src[from:stop+joinRoom], width)
				at += width
				lines, longest, end = number, max(longest, width), at
				if width != longestTextLine {
					out[at] = ' '
					at++
				}
			} else if end > 0 && at == end {
				out[at] = ' ' // behind an empty sub-line even where the one before ran on
				at++
			}
			from = stop + 1
		}
	}
	*to = joined{lines: lines, longest: longest}
	return out[:end]
}

// look returns which of the first 64 bytes of b are bars and which are blanks; ok is false if not all are printable ASCII.
func look(b []byte) (bars, blanks uint64, ok bool) {
	n := min(len(b), 64)
	var odd uint64
	for i := 0; i < n; i += 8 {
		x := binary.LittleEndian.Uint64(b[i : i+8])
		if left := n - i; left < 8 {
			within := uint64(1)<<(8*left) - 1
			x = x&within | 'A'*ones&^within
		}
		odd |= bankfile.NotPlain(x)
		bars |= gather(zeros(x^'|'*ones)) << i
		blanks |= gather(zeros(x^' '*ones)) << i
	}
	return bars, blanks, odd == 0
}

// copyShort copies n bytes and up to 15 more.
func copyShort(dst, src []byte, n int) {
	for i := 0; i < n; i += 16 {
		d, s := dst[i:i+16], src[i:i+16]
		binary.LittleEndian.PutUint64(d, binary.LittleEndian.Uint64(s))
		binary.LittleEndian.PutUint64(d[8:], binary.LittleEndian.Uint64(s[8:]))
	}
}

// gather makes the highest bits of the bytes of x, of which it has no others, eight bits in a row.
func gather(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }

const ones = 0x0101010101010101

// zeros sets the highest bit of every byte of x that is 0, given that no byte is above 7F: so no sum of
// a byte carries into the next.
func zeros(x uint64) uint64 { return ^(x + 0x7f*ones) & (0x80 * ones) }
