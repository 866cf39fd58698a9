package ims

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a refusal: RFC 9457 problem details. GET /problems/{code} of the service tells cause and remedy of each code.
type Error struct {
	Status     int    // of HTTP
	Code       string // stable: decide on it; "" where something between us and the service answered
	Title      string // fixed per code
	Detail     string // what is wrong with this request
	RequestID  string // quote it when you ask for help
	Fields     []ProblemField
	RetryAfter time.Duration // 0: the service did not say
}

// Error tells code, detail, fields and request id.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ims: %d", e.Status)
	for _, part := range []string{e.Code, e.Detail} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Pointer, f.Detail)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// HasCode tells whether an error is a refusal with the code.
func HasCode(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// problemLimit is more than any problem of the service has, bytes.
const problemLimit = 64 << 10

// refusalOf reads an answer that is none of success, and closes it.
func refusalOf(response *http.Response) *Error {
	defer response.Body.Close()
	e := &Error{Status: response.StatusCode, RequestID: response.Header.Get("Request-Id"), RetryAfter: retryAfter(response.Header)}
	text, err := io.ReadAll(io.LimitReader(response.Body, problemLimit))
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var p Problem
	if err != nil || kind != "application/problem+json" || json.Unmarshal(text, &p) != nil {
		e.Detail = http.StatusText(response.StatusCode)
		return e
	}
	e.Code, e.Title, e.RequestID = p.Code, p.Title, p.RequestID
	if p.Detail != nil {
		e.Detail = *p.Detail
	}
	if p.Errors != nil {
		e.Fields = *p.Errors
	}
	return e
}

// retryAfter reads seconds or a date.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
