package panel

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// asset is one file that browsers keep for ever: its address changes with its content.
type asset struct {
	address string
	media   string
	plain   []byte
	zipped  []byte
}

// assets finds what is embedded by its name and by its address.
type assets struct {
	byName    map[string]*asset
	byAddress map[string]*asset
}

var assetMedia = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// readAssets reads, compresses and names what is embedded; licences are only carried along.
func readAssets() (*assets, error) {
	found := &assets{map[string]*asset{}, map[string]*asset{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	for _, entry := range entries {
		media, ok := assetMedia[path.Ext(entry.Name())]
		if !ok {
			continue
		}
		body, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		digest := sha256.Sum256(body)
		stem, ext := strings.TrimSuffix(entry.Name(), path.Ext(entry.Name())), path.Ext(entry.Name())
		a := &asset{"/assets/" + stem + "." + hex.EncodeToString(digest[:6]) + ext, media, body, zipped(body, gzip.BestCompression)}
		found.byName[entry.Name()], found.byAddress[a.address] = a, a
	}
	return found, nil
}

// zipped compresses; writing to memory does not fail.
func zipped(body []byte, level int) []byte {
	var to bytes.Buffer
	z, err := gzip.NewWriterLevel(&to, level)
	if err != nil {
		return body
	}
	_, _ = z.Write(body)
	_ = z.Close()
	return to.Bytes()
}

// ServeHTTP serves an asset by its address.
func (s *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s.byAddress[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Content-Type", a.media)
	writeBody(w, r, http.StatusOK, a.plain, a.zipped)
}

// writeBody sends the compressed form to who reads it.
func writeBody(w http.ResponseWriter, r *http.Request, status int, plain, zipped []byte) {
	body := plain
	w.Header().Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		body = zipped
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // whoever does not read it cannot be told either
	}
}

// asset is the address of an embedded file.
func (p *Panel) asset(name string) string { return p.assets.byName[name].address }
