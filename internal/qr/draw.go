package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

const (
	quietZone = 4   // modules of white on each side, as ISO/IEC 18004 asks
	leastSide = 400 // pixels of a picture's side; the Polish recommendation asks for 250
)

type level = qr.ErrorCorrectionLevel

// How much of a code may be unreadable: 7 and 15 per cent.
const (
	low    level = qr.L
	medium level = qr.M
)

// Code is a drawn payment.
type Code struct {
	payload string
	modules barcode.Barcode
}

// draw fails only where the payload has no room in the largest code; the standards' bounds are far below.
func draw(payload string, l level) (*Code, error) {
	modules, err := qr.Encode(payload, l, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code of %d bytes: %w", len(payload), err)
	}
	return &Code{payload, modules}, nil
}

// Text draws any text, such as the address that sets up an authenticator app; at most about 2 kB. It is for the pages of whoever
// made the text, not for payments.
func Text(text string) (*Code, error) { return draw(text, medium) }

// Payload is what the code says.
func (c *Code) Payload() string { return c.payload }

// side is the code's width with its quiet zone, in modules.
func (c *Code) side() int { return c.modules.Bounds().Dx() + 2*quietZone }

// scale is the width of a module in pixels: whole, so that edges are sharp.
func (c *Code) scale() int { return (leastSide + c.side() - 1) / c.side() }

// dark tells the colour of a module; the quiet zone counts.
func (c *Code) dark(x, y int) bool {
	at := image.Pt(x-quietZone, y-quietZone)
	return at.In(c.modules.Bounds()) && c.modules.At(at.X, at.Y) == color.Black
}

// PNG is the picture in black and white, at least 400 pixels wide, quiet zone included.
func (c *Code) PNG() ([]byte, error) {
	width := c.side() * c.scale()
	picture := image.NewPaletted(image.Rect(0, 0, width, width), color.Palette{color.White, color.Black})
	for y := range c.side() {
		c.paint(picture, y)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed} // half the time, and still 1 to 2 kB
	if err := encoder.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("write a QR code as PNG: %w", err)
	}
	return out.Bytes(), nil
}

// paint fills the lines of pixels that a row of modules has: the first module by module, the others like it.
func (c *Code) paint(picture *image.Paletted, y int) {
	scale := c.scale()
	first := picture.Pix[y*scale*picture.Stride:][:picture.Stride]
	for x := range first {
		if c.dark(x/scale, y) {
			first[x] = 1
		}
	}
	for line := 1; line < scale; line++ {
		copy(picture.Pix[(y*scale+line)*picture.Stride:], first)
	}
}

// SVG is the picture as one path in units of a module, of the same size as the PNG, without script, style or text.
func (c *Code) SVG() []byte {
	side := c.side()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" shape-rendering="crispEdges" role="img" aria-label="QR code">`,
		side, side, side*c.scale(), side*c.scale())
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	for y := range side {
		c.row(&b, y)
	}
	b.WriteString("\"/></svg>\n")
	return b.Bytes()
}

// row writes each run of dark modules as one rectangle.
func (c *Code) row(b *bytes.Buffer, y int) {
	for x := 0; x < c.side(); x++ {
		from := x
		for c.dark(x, y) {
			x++
		}
		if run := strconv.Itoa(x - from); x > from {
			fmt.Fprintf(b, "M%d %dh%sv1h-%sz", from, y, run, run)
		}
	}
}
