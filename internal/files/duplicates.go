package files

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// natural is the natural key of a record with its line.
type natural struct {
	key  [16]byte
	line uint32
}

// naturalBytes is the size of a stored natural key: the key and the line, big-endian.
const naturalBytes = 20

// keyring collects the natural keys of a file's good records per booking date.
type keyring map[string][]natural

func (k keyring) add(r *bankfile.Record) {
	k[r.Date] = append(k[r.Date], natural{r.NaturalKey(), uint32(r.Line)})
}

// sort orders each date by key, then by line.
func (k keyring) sort() {
	for _, list := range k {
		slices.SortFunc(list, func(a, b natural) int {
			if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
				return c
			}
			return int(a.line) - int(b.line)
		})
	}
}

// repetition is a line that says the same as an earlier one of the file.
type repetition struct {
	line, first uint32
	same        bool // by the bank's own number it is the same booking
}

// inFile returns the lines that repeat an earlier line of the same file, by line.
func (k keyring) inFile() (found []repetition) {
	for _, list := range k {
		first := 0
		for i := 1; i < len(list); i++ {
			if list[i].key != list[first].key {
				first = i
				continue
			}
			found = append(found, repetition{list[i].line, list[first].line, bankfile.SameBooking(list[i].key)})
		}
	}
	slices.SortFunc(found, func(a, b repetition) int { return int(a.line) - int(b.line) })
	return found
}

// partKeys is how many natural keys one stored part holds.
const partKeys = 50_000

func packNatural(list []natural) []byte {
	out := make([]byte, 0, naturalBytes*len(list))
	for _, n := range list {
		out = append(out, n.key[:]...)
		out = binary.BigEndian.AppendUint32(out, n.line)
	}
	return out
}

// unpackNatural appends stored keys to a list.
func unpackNatural(list []natural, b []byte) []natural {
	for ; len(b) >= naturalBytes; b = b[naturalBytes:] {
		n := natural{line: binary.BigEndian.Uint32(b[16:])}
		copy(n.key[:], b)
		list = append(list, n)
	}
	return list
}

// surplus returns the lines of one date that repeat records of files in or after execution: of n equal records here the
// last min(n, e), where e is how many have been executed. That is the most that any one earlier file has, for each posted
// only what went beyond those before it. Both sides are sorted, so each earlier file is one merge. Where the bank has numbered
// the booking, one of all copies is posted, here or in an earlier file.
func surplus(tx *store.Tx, customer bank.CustomerID, date string, ours []natural, before int64) (found []duplicate, err error) {
	m := merger{ours: ours, here: map[int]int{}, earlier: map[int]copies{}}
	err = tx.EachEarlierKeys(customer, date, before, func(part store.KeyPart) error {
		m.add(part)
		return nil
	})
	m.endFile()
	for first := 0; first < len(ours); {
		end, e := groupEnd(ours, first), m.earlier[first]
		from := max(first, end-e.n)
		if bankfile.SameBooking(ours[first].key) {
			from = first + 1 - min(e.n, 1)
		}
		for _, n := range ours[from:end] {
			found = append(found, duplicate{n.line, e.file})
		}
		first = end
	}
	return found, err
}

// duplicate is a surplus line with the executed file that has as many copies of it; 0 is the file itself.
type duplicate struct {
	line uint32
	file bank.FileNo
}

// linesOf returns the lines of duplicates, in their order.
func linesOf(found []duplicate) []uint32 {
	lines := make([]uint32, len(found))
	for i, d := range found {
		lines[i] = d.line
	}
	return lines
}

// copies is how many equal records a file has.
type copies struct {
	n    int
	file bank.FileNo
}

// merger walks our keys once beside each earlier file's.
type merger struct {
	ours    []natural
	here    map[int]int    // index of the first of equal keys of ours -> how many the file at hand has
	earlier map[int]copies // the same -> the most that one file has
	file    bank.FileNo
	at      int
}

// add counts, per group of equal keys of ours, the equal keys of one part; parts of a file come in order.
func (m *merger) add(part store.KeyPart) {
	if part.File != m.file {
		m.endFile()
		m.file = part.File
	}
	for theirs := part.Keys; m.at < len(m.ours) && len(theirs) >= naturalBytes; {
		switch c := bytes.Compare(m.ours[m.at].key[:], theirs[:16]); {
		case c < 0:
			m.at = groupEnd(m.ours, m.at)
		case c > 0:
			theirs = theirs[naturalBytes:]
		default:
			m.here[m.at]++
			theirs = theirs[naturalBytes:]
		}
	}
}

// endFile takes over what was counted in one earlier file.
func (m *merger) endFile() {
	for first, n := range m.here {
		if n > m.earlier[first].n {
			m.earlier[first] = copies{n, m.file}
		}
	}
	clear(m.here)
	m.at = 0
}

// groupEnd returns the index behind the group of equal keys that starts at first.
func groupEnd(list []natural, first int) int {
	end := first + 1
	for end < len(list) && list[end].key == list[first].key {
		end++
	}
	return end
}

// duplicates returns the surplus lines of a whole file against files whose execution came before, sorted by line.
func duplicates(tx *store.Tx, customer bank.CustomerID, keys keyring, before int64) (all []duplicate, err error) {
	for date, ours := range keys {
		found, err := surplus(tx, customer, date, ours, before)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b duplicate) int { return cmp.Compare(a.line, b.line) })
	return all, nil
}
