package panel

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pictured are the views that the README shows, by the name of their picture.
var pictured = map[string]string{"home": "home", "file-findings": "findings", "item": "technical-balance", "cust-transaction": "transaction"}

// TestPictures writes the pictures of the README to the folder that IMS_PICTURES names: make pictures.
func TestPictures(t *testing.T) {
	folder := os.Getenv("IMS_PICTURES")
	if folder == "" {
		t.Skip("make pictures")
	}
	walkViews(t, func(t *testing.T, c *chrome, v view) {
		name := pictured[v.name]
		if name == "" {
			return
		}
		var shot []byte
		c.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
			shot, err = page.CaptureScreenshot().Do(ctx)
			return err
		}))
		if err := os.WriteFile(filepath.Join(folder, name+".png"), fewColours(t, shot), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

// fewColours is a picture with at most 256 colours, those that most of its pixels have: a page has few, and is a third of the size.
func fewColours(t *testing.T, shot []byte) []byte {
	full := must[image.Image](t)(png.Decode(bytes.NewReader(shot)))
	count := map[color.RGBA]int{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	few := image.NewPaletted(full.Bounds(), mostUsed(count, 256))
	draw.Draw(few, full.Bounds(), full, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// mostUsed are the n colours that occur most.
func mostUsed(count map[color.RGBA]int, n int) color.Palette {
	list := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int { return cmp.Compare(count[b], count[a]) })
	palette := make(color.Palette, 0, n)
	for _, c := range list[:min(n, len(list))] {
		palette = append(palette, c)
	}
	return palette
}
