package files

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed validationreport.html
var reportPage string

// page is a validation report as HTML: one file without scripts, readable on paper and in the dark. Everything from the
// bank's file is escaped by the templates.
var page = template.Must(template.New("report").Parse(reportPage))

// ReportPolicy is the Content-Security-Policy under which the page of a validation report is served: its own style, and
// nothing else.
var ReportPolicy = "default-src 'none'; style-src '" + styleHash(reportPage) + "'; frame-ancestors 'none'"

// styleHash is the hash of the page's only style element, as a policy names it.
func styleHash(page string) string {
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// htmlSheet writes the page in pieces; each piece ends where plain text may stand.
type htmlSheet struct {
	out     *bufio.Writer
	speech  speech
	section string // the severity whose table is open
}

func newHTMLSheet(w io.Writer, s speech) *htmlSheet {
	return &htmlSheet{out: bufio.NewWriterSize(w, 32<<10), speech: s}
}

// piece is what a template sees.
type piece struct {
	speech speech
	Lang   string
	Data   any
}

// Word returns a word of the report.
func (p piece) Word(key string) string { return p.speech.word(key) }

// Number writes a count.
func (p piece) Number(n int64) string { return p.speech.number(n) }

func (h *htmlSheet) write(name string, data any) error {
	if err := page.ExecuteTemplate(h.out, name, piece{h.speech, h.speech.lang, data}); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

func (h *htmlSheet) head(head validationHead) error { return h.write("head", head) }

func (h *htmlSheet) finding(f reportedFinding) error {
	if f.Severity != h.section {
		if err := h.close(); err != nil {
			return err
		}
		h.section = f.Severity
		title := map[string]string{"ERROR": "errors", "WARNING": "warnings"}[f.Severity]
		if err := h.write("section", title); err != nil {
			return err
		}
	}
	return h.write("finding", f)
}

// close ends the table that is open.
func (h *htmlSheet) close() error {
	if h.section == "" {
		return nil
	}
	return h.write("section-end", nil)
}

func (h *htmlSheet) end(left int64) error {
	if err := h.close(); err != nil {
		return err
	}
	if h.section == "" {
		left = -1
	}
	if err := h.write("end", left); err != nil {
		return err
	}
	return h.out.Flush()
}
