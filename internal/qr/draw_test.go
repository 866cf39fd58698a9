package qr

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ims/internal/money"
)

// decode reads a picture with zbarimg, a decoder that has nothing in common with our encoder.
func decode(t *testing.T, picture []byte) string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("zbarimg is not installed; scripts/install installs it")
		}
		t.Skip("zbarimg is not installed; scripts/install installs it")
	}
	path := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	var errors bytes.Buffer
	command := exec.Command("zbarimg", "--quiet", "--raw", "--oneshot", "-Sbinary", "-Sdisable", "-Sqrcode.enable", path)
	command.Stderr = &errors
	text, err := command.Output()
	if err != nil {
		t.Fatalf("zbarimg: %v\n%s", err, errors.String())
	}
	return string(text)
}

// shared are codes from the shortest to the longest.
func shared(t *testing.T) map[string]*Code {
	t.Helper()
	codes := map[string]*Code{}
	for name, p := range map[string]Payment{
		"EUR":          {Currency: money.EUR, Name: "Ada Example"},
		"EUR, largest": {Currency: money.EUR, Name: strings.Repeat("Żółć ", 30), Amount: 99_999_999_999, Title: strings.Repeat("t", 117)},
		"PLN":          {Currency: money.PLN, Name: "Ada Example"},
		"PLN, largest": {Currency: money.PLN, Name: "Wzorcowa Fikcja Żółtych Łodzi", Amount: 999_999, Title: "Zażółć gęślą jaźń, część 1 z 999"},
	} {
		p.Payee = number(t, polish)
		code, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		codes[name] = code
	}
	return codes
}

func TestPicturesSayThePayload(t *testing.T) {
	for name, code := range shared(t) {
		t.Run(name, func(t *testing.T) {
			picture, err := code.PNG()
			if err != nil {
				t.Fatal(err)
			}
			drawn := plot(t, code.SVG())
			for kind, bytes := range map[string][]byte{"PNG": picture, "SVG": drawn} {
				if got := decode(t, bytes); got != code.Payload() {
					t.Errorf("%s says %q, want %q", kind, got, code.Payload())
				}
			}
		})
	}
}

// TestSizes: the side, the white around the code, and the largest version that the standards allow.
func TestSizes(t *testing.T) {
	for name, code := range shared(t) {
		text, err := code.PNG()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		side, modules := picture.Bounds().Dx(), code.modules.Bounds().Dx()
		if side < 250 || side != picture.Bounds().Dy() || side%(modules+8) != 0 {
			t.Errorf("%s: %v for %d modules", name, picture.Bounds(), modules)
		}
		if version := (modules - 17) / 4; version > 13 {
			t.Errorf("%s: version %d", name, version)
		}
		white := 4 * side / (modules + 8)
		for i := range white {
			for j := range side {
				for _, at := range []image.Point{{i, j}, {j, i}, {side - 1 - i, j}, {j, side - 1 - i}} {
					if r, _, _, _ := picture.At(at.X, at.Y).RGBA(); r != 0xffff {
						t.Fatalf("%s: the quiet zone is not white at %v", name, at)
					}
				}
			}
		}
	}
}

// plot draws our SVG as a browser would, six pixels a module: the elements it may have and no others.
func plot(t *testing.T, svg []byte) []byte {
	t.Helper()
	var document struct {
		XMLName   xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		ViewBox   string   `xml:"viewBox,attr"`
		Width     int      `xml:"width,attr"`
		Rendering string   `xml:"shape-rendering,attr"`
		Paths     []struct {
			Fill string `xml:"fill,attr"`
			D    string `xml:"d,attr"`
		} `xml:"path"`
		Others []struct {
			XMLName xml.Name
		} `xml:",any"`
	}
	if err := xml.Unmarshal(svg, &document); err != nil {
		t.Fatal(err)
	}
	var side, height int
	if _, err := fmt.Sscanf(document.ViewBox, "0 0 %d %d", &side, &height); err != nil || side != height || document.Width < 250 {
		t.Fatalf("view box %q, width %d", document.ViewBox, document.Width)
	}
	if document.Rendering != "crispEdges" || len(document.Others) > 0 || len(document.Paths) != 2 {
		t.Fatalf("not a plain picture: %s", svg)
	}
	picture := image.NewGray(image.Rect(0, 0, side*6, side*6))
	for _, path := range document.Paths {
		fill(t, picture, path.Fill, path.D)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func fill(t *testing.T, picture *image.Gray, colour, path string) {
	t.Helper()
	shade := color.Gray{0}
	if colour == "#fff" {
		shade.Y = 255
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, right, down int
		if _, err := fmt.Sscanf(strings.NewReplacer("M", "", "h", " ", "v", " ", "H0", "").Replace(part)+" ", "%d %d %d %d", &x, &y, &right, &down); err != nil {
			t.Fatalf("%q: %v", part, err)
		}
		for i := x * 6; i < (x+right)*6; i++ {
			for j := y * 6; j < (y+down)*6; j++ {
				picture.SetGray(i, j, shade)
			}
		}
	}
}
