package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ims/internal/bank"
)

// The headers of conditional requests (RFC 9110, section 13).
const (
	ETagHeader        = "ETag"
	IfMatchHeader     = "If-Match"
	IfNoneMatchHeader = "If-None-Match"
)

// Tagged is a huma middleware that gives a successful answer the ETag of its body; a GET that names it in If-None-Match gets
// 304 without the body. It is for answers that fit into memory.
func Tagged(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	x := exchangeOf(ctx.Context())
	x.held = &heldAnswer{}
	next(ctx)
	x.release(w, r) // not behind a panic, which drops what is held
}

// heldAnswer is an answer that has not left yet.
type heldAnswer struct {
	status int
	body   bytes.Buffer
}

func (x *exchange) release(w http.ResponseWriter, r *http.Request) {
	held := x.held
	x.held = nil
	if held.status == 0 {
		return
	}
	if held.status == http.StatusOK {
		tag := tagOf(held.body.Bytes())
		w.Header().Set(ETagHeader, tag)
		if r.Method == http.MethodGet && names(r.Header.Values(IfNoneMatchHeader), tag, true) {
			w.Header().Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(held.status)
	_, _ = w.Write(held.body.Bytes()) // a caller who has gone cannot be told
}

// tagOf is a strong validator: the first 16 bytes of the body's SHA-256.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// names tells whether a list of tags has one, or *. Weak tags count for If-None-Match only.
func names(lists []string, tag string, weak bool) bool {
	for _, list := range lists {
		for part := range strings.SplitSeq(list, ",") {
			part = strings.Trim(part, " \t")
			if weak {
				part = strings.TrimPrefix(part, "W/")
			}
			if part == tag || part == "*" {
				return true
			}
		}
	}
	return false
}

// Unchanged holds the value of If-Match, empty for none, against an object as it is answered now: bank.ErrPrecondition where
// it is another. It is to be asked when the object is locked.
func Unchanged(ifMatch string, wire any) error {
	if ifMatch == "" {
		return nil
	}
	body, err := JSON(wire)
	if err != nil {
		return err
	}
	if !names([]string{ifMatch}, tagOf(body), false) {
		return bank.ErrPrecondition.With("the object changed since it was read")
	}
	return nil
}
