package web

import (
	"encoding/base64"
	"encoding/binary"

	"ims/internal/bank"
)

// cursorVersion is the first byte of every cursor; another one is refused, so that the form may change.
const cursorVersion = 1

// Cursor says where a list goes on. List names the list, so that a cursor of one is not taken for another's; the position is
// that of the last element shown or, where Back leads towards the beginning, of the first.
type Cursor struct {
	List     byte // under 128
	Back     bool
	Position []byte
}

// backwards marks the list of a cursor that leads back.
const backwards = 0x80

// String returns the opaque text form (base64url). The zero cursor is "".
func (c Cursor) String() string {
	if len(c.Position) == 0 {
		return ""
	}
	if c.Back {
		c.List |= backwards
	}
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion, c.List}, c.Position...))
}

// ReadCursor reads a cursor of the list whose position is size bytes long; the zero Cursor for the empty text. What is no
// cursor of this list is bank.ErrInvalid.
func ReadCursor(text string, list byte, size int) (c Cursor, err error) {
	if text == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 2+size || raw[0] != cursorVersion || raw[1]&^backwards != list {
		return c, errNoCursor()
	}
	return Cursor{list, raw[1] != list, raw[2:]}, nil
}

func errNoCursor() error {
	return bank.ErrInvalid.With("the cursor is not one of this list").Field("cursor", "invalid", "must be a nextCursor or previousCursor of this list")
}

// IDCursor continues a list behind an entity.
func IDCursor(list byte, id bank.ID) Cursor { return Cursor{List: list, Position: id[:]} }

// ReadIDCursor reads what IDCursor made; the zero ID for the empty text. It tells whether the cursor leads back.
func ReadIDCursor(text string, list byte) (id bank.ID, back bool, err error) {
	c, err := ReadCursor(text, list, len(id))
	copy(id[:], c.Position)
	return id, c.Back, err
}

// NumberCursor continues a list behind a number, which is not negative.
func NumberCursor(list byte, n int64) Cursor {
	return Cursor{List: list, Position: binary.BigEndian.AppendUint64(nil, uint64(n))}
}

// ReadNumberCursor reads what NumberCursor made; 0 for the empty text. It tells whether the cursor leads back.
func ReadNumberCursor(text string, list byte) (n int64, back bool, err error) {
	c, err := ReadCursor(text, list, 8)
	if err != nil || c.Position == nil {
		return 0, false, err
	}
	if n = int64(binary.BigEndian.Uint64(c.Position)); n < 0 {
		return 0, false, errNoCursor()
	}
	return n, c.Back, nil
}

// Links are the cursors of a page.
type Links struct {
	NextCursor     string `json:"nextCursor,omitempty" doc:"Of the page behind this one; the last page has none."`
	PreviousCursor string `json:"previousCursor,omitempty" doc:"Of the page before this one; the first page has none."`
}

// Paged turns rows into a page and its cursors, which are made of the first and the last row shown. There is one row more than
// the page holds where the list goes on: the last one or, of a page that a cursor led back to, the first.
func Paged[R, W any](rows []R, p Page, wire func(R) W, cursor func(R) Cursor) (items []W, links Links) {
	back, more := leadsBack(p.Cursor), len(rows) > p.Limit
	switch {
	case more && back:
		rows = rows[1:]
	case more:
		rows = rows[:p.Limit]
	}
	if len(rows) == 0 {
		return Each(rows, wire), links
	}
	if more || back {
		links.NextCursor = cursor(rows[len(rows)-1]).String()
	}
	if p.Cursor != "" && (more || !back) {
		first := cursor(rows[0])
		first.Back = true
		links.PreviousCursor = first.String()
	}
	return Each(rows, wire), links
}

// leadsBack reads the direction of a cursor that was found to be one.
func leadsBack(text string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(raw) > 1 && raw[1]&backwards != 0
}
