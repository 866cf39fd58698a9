package web

import (
	"encoding/base64"
	"encoding/binary"

	"ims/internal/bank"
)

// cursorVersion is the first byte of every cursor; another one is refused, so that the form may change.
const cursorVersion = 1

// Cursor says where a list goes on. List names the list, so that a cursor of one is not taken for another's; the position is
// that of the last element shown.
type Cursor struct {
	List     byte
	Position []byte
}

// String returns the opaque text form (base64url). The zero cursor is "".
func (c Cursor) String() string {
	if len(c.Position) == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion, c.List}, c.Position...))
}

// ReadCursor reads the position that a cursor of the list was made with, size bytes long; nil for the empty text. What is no
// cursor of this list is bank.ErrInvalid.
func ReadCursor(text string, list byte, size int) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 2+size || raw[0] != cursorVersion || raw[1] != list {
		return nil, bank.ErrInvalid.With("the cursor is not one of this list").Field("cursor", "invalid", "must be a nextCursor of this list")
	}
	return raw[2:], nil
}

// IDCursor continues a list behind an entity.
func IDCursor(list byte, id bank.ID) Cursor { return Cursor{list, id[:]} }

// ReadIDCursor reads what IDCursor made; the zero ID for the empty text.
func ReadIDCursor(text string, list byte) (id bank.ID, err error) {
	position, err := ReadCursor(text, list, len(id))
	copy(id[:], position)
	return id, err
}

// NumberCursor continues a list behind a number, which is not negative.
func NumberCursor(list byte, n int64) Cursor {
	return Cursor{list, binary.BigEndian.AppendUint64(nil, uint64(n))}
}

// ReadNumberCursor reads what NumberCursor made; 0 for the empty text.
func ReadNumberCursor(text string, list byte) (int64, error) {
	position, err := ReadCursor(text, list, 8)
	if err != nil || position == nil {
		return 0, err
	}
	n := int64(binary.BigEndian.Uint64(position))
	if n < 0 {
		return 0, bank.ErrInvalid.With("the cursor is not one of this list").Field("cursor", "invalid", "must be a nextCursor of this list")
	}
	return n, nil
}
