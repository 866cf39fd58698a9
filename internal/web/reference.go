package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the assets
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"

	"ims/internal/bank"
)

var (
	//go:embed reference/scalar.js.gz
	scalarScript []byte
	//go:embed reference/start.js
	startScript []byte
	//go:embed reference/page.html
	pageText string
)

// Document is an OpenAPI document that the reference page shows.
type Document struct {
	Title string `json:"title"`
	Slug  string `json:"slug"` // its name in addresses
	URL   string `json:"url"`  // below the service's own address
}

// asset is a script under an address that changes with its content.
type asset struct {
	name   string
	packed []byte // gzip
}

// reference is the page with the assets that it loads.
type reference struct {
	page   []byte
	assets map[string]asset
}

// MountReference mounts GET /docs, a page that shows documents and lets them be searched, and GET /docs/{asset} on a mux.
// Everything comes from the program itself.
func MountReference(mux *http.ServeMux, documents ...Document) error {
	p := &reference{assets: map[string]asset{}}
	if err := p.prepare(documents); err != nil {
		return fmt.Errorf("reference page: %w", err)
	}
	mux.HandleFunc("GET /docs", p.show)
	mux.HandleFunc("GET /docs/{asset}", p.send)
	return nil
}

func (p *reference) prepare(documents []Document) error {
	list, err := json.Marshal(documents)
	if err != nil {
		return err
	}
	start, err := pack(startScript)
	if err != nil {
		return err
	}
	page, err := template.New("docs").Parse(pageText)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = page.Execute(&b, map[string]any{"Documents": string(list), "List": documents, "Scalar": p.add("scalar", scalarScript), "Start": p.add("start", start)})
	p.page = b.Bytes()
	return err
}

func pack(script []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(script); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// add returns the address of an asset.
func (p *reference) add(name string, packed []byte) string {
	sum := sha256.Sum256(packed)
	file := fmt.Sprintf("%s-%x.js", name, sum[:8])
	p.assets[file] = asset{file, packed}
	return "/docs/" + file
}

// policy lets the page run scripts of ours and read our documents. The page's script makes style sheets as it goes; they
// cannot load anything that the other rules do not allow.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (p *reference) show(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(p.page) // a reader who has gone cannot be told
}

func (p *reference) send(w http.ResponseWriter, r *http.Request) {
	a, ok := p.assets[r.PathValue("asset")]
	if !ok {
		Refuse(w, r, bank.ErrNotFound.With("there is nothing at this address"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(a.packed) // a reader who has gone cannot be told
		return
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(a.packed))
	if err != nil {
		Refuse(w, r, fmt.Errorf("asset %s: %w", a.name, err))
		return
	}
	_, _ = io.Copy(w, unpacked) // as above
}
