package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
)

// cause turns what huma hands to its error hooks into an error: that of the operation itself, or the refusal that a status
// and its details stand for.
func cause(status int, msg string, errs []error) error {
	if status != http.StatusInternalServerError {
		return explain(status, msg, errs)
	}
	err := errors.Join(errs...)
	switch {
	case err == nil:
		return errors.New(msg)
	case msg == "cannot read request body":
		return brokenBody(err)
	}
	return err
}

// brokenBody says why a body could not be read: that is the caller's side of the connection.
func brokenBody(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return err
	}
	return bank.ErrMalformed.With("the body did not arrive whole").Because(err)
}

// explain makes a refusal of the catalogue from huma's status and details.
func explain(status int, msg string, errs []error) *bank.Error {
	switch status {
	case http.StatusNotAcceptable:
		return bank.ErrNotAcceptable.With("this operation answers in JSON")
	case http.StatusRequestEntityTooLarge:
		return bank.ErrTooLarge.With("the body is longer than this operation accepts")
	case http.StatusUnsupportedMediaType:
		return bank.ErrUnsupportedMedia.With("send application/json")
	case http.StatusBadRequest:
		if msg == "request body is required" {
			return bank.ErrMalformed.With("a body is required")
		}
		return bank.ErrMalformed.With("the body is not JSON in UTF-8 that names each field once")
	case http.StatusRequestTimeout:
		return bank.ErrMalformed.With("the body did not arrive in time")
	case http.StatusUnprocessableEntity:
		return invalid(errs)
	}
	return errInternal
}

func invalid(errs []error) *bank.Error {
	e := bank.ErrInvalid.With("the request has invalid fields")
	for _, err := range errs {
		if own, ok := bank.AsError(err); ok {
			return own
		}
		f := fieldOf(err)
		e = e.Field(f.Pointer, f.Code, f.Detail)
	}
	return e
}

// fieldOf says what huma found about a field, in our words where its own would repeat a value.
func fieldOf(err error) bank.FieldError {
	detailer, ok := err.(huma.ErrorDetailer)
	if !ok {
		return bank.FieldError{Code: "invalid", Detail: "is not valid"}
	}
	d := detailer.ErrorDetail()
	pointer := pointerOf(d.Location)
	if name, ok := missing(d.Message); ok {
		return bank.FieldError{Pointer: pointer + "/" + name, Code: "required", Detail: "is required"}
	}
	switch {
	case strings.HasPrefix(d.Message, "required "):
		return bank.FieldError{Pointer: pointer, Code: "required", Detail: "is required"}
	case strings.HasPrefix(d.Message, "unexpected property"), strings.HasPrefix(d.Message, "unknown query"):
		return bank.FieldError{Pointer: known(pointer), Code: "unknown", Detail: "is not known here"}
	case strings.HasPrefix(d.Message, "expected "):
		// Where the reason follows a colon it quotes the value.
		detail, _, _ := strings.Cut(d.Message, ": ")
		return bank.FieldError{Pointer: known(pointer), Code: "invalid", Detail: detail}
	}
	return bank.FieldError{Pointer: known(pointer), Code: "invalid", Detail: "is not valid"}
}

// missing reads the name out of the message about a required property; it comes from our schema.
func missing(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, " to be present")
}

// pointerOf turns huma's location (body.items[3].name, query.limit) into a JSON pointer or a parameter's name.
func pointerOf(location string) string {
	place, rest, _ := strings.Cut(location, ".")
	if place != "body" {
		name, _, _ := strings.Cut(rest, "[") // one of a list with commas
		return name
	}
	if rest == "" {
		return "" // the whole document
	}
	return "/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(rest)
}

// known cuts off the last name of a pointer if it looks like no name of ours: it may be a value in the wrong place.
func known(pointer string) string {
	parent, name := "", pointer
	if i := strings.LastIndexByte(pointer, '/'); i >= 0 {
		parent, name = pointer[:i+1], pointer[i+1:]
	}
	if plainName(name) {
		return pointer
	}
	return strings.TrimSuffix(parent, "/")
}

// plainName tells whether a text is like a name in a program: short, letters, and at most two digits.
func plainName(s string) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return false
		}
	}
	return len(s) <= 32 && digits <= 2
}

// Body returns the body of a request for a room that reads it as it comes: what breaks on the way is a bank.Error, so that
// a body cut short is never taken for a whole one.
func Body(r *http.Request) io.Reader { return body{r.Body} }

type body struct{ io.Reader }

// Read implements io.Reader.
func (b body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return n, bank.ErrTooLarge.With("the body is longer than this operation accepts")
	}
	return n, brokenBody(err)
}
