package ims

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// Option changes one call.
type Option func(*request)

// WithKey names the intent of a POST, 1 to 255 visible ASCII characters: the same key with the same request is done once,
// however often it is sent. Without it a random key protects the retries of this call only.
func WithKey(key string) Option { return WithHeader("Idempotency-Key", key) }

// WithHeader adds a header to the request, such as Accept or Request-Id.
func WithHeader(name, value string) Option {
	return func(r *request) { r.header.Set(name, value) }
}

// Answer is what came with the value of a call.
type Answer struct {
	Status    int    // 202: a second person must agree first, nothing has happened
	RequestID string // to quote when asking for help
	Replayed  bool   // the service repeated the first answer to this key
	Header    http.Header
}

// WithAnswer tells the head of the answer.
func WithAnswer(a *Answer) Option {
	return func(r *request) { r.answer = a }
}

// Download is an answer that is no JSON: a report, a picture. It must be closed.
type Download struct {
	ContentType string
	io.ReadCloser
}

// request is one call of the API, before it is sent.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any       // JSON
	stream       io.Reader // the bytes as they are
	keyed        bool      // takes an idempotency key
	answer       *Answer

	content []byte // of body
}

func callJSON[T any](ctx context.Context, c *Client, r *request, options []Option) (*T, error) {
	response, err := c.send(ctx, r, options)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	value := new(T)
	text, err := io.ReadAll(response.Body) // to the end, or the connection would not be used again
	if err == nil {
		err = json.Unmarshal(text, value)
	}
	if err != nil {
		return nil, fmt.Errorf("ims: %s %s: read the answer: %w", r.method, r.path, err)
	}
	return value, nil
}

func callDownload(ctx context.Context, c *Client, r *request, options []Option) (*Download, error) {
	response, err := c.send(ctx, r, options) //nolint:bodyclose // the caller closes the Download
	if err != nil {
		return nil, err
	}
	return &Download{response.Header.Get("Content-Type"), response.Body}, nil
}

func callNothing(ctx context.Context, c *Client, r *request, options []Option) error {
	response, err := c.send(ctx, r, options)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// send prepares a request and repeats it as far as that is safe. The answer is one of success.
func (c *Client) send(ctx context.Context, r *request, options []Option) (*http.Response, error) {
	r.header = http.Header{}
	for _, option := range options {
		option(r)
	}
	if r.keyed && r.header.Get("Idempotency-Key") == "" && r.header.Get("X-Idempotency-Key") == "" {
		r.header.Set("Idempotency-Key", rand.Text())
	}
	if r.body != nil {
		var err error
		if r.content, err = json.Marshal(r.body); err != nil {
			return nil, fmt.Errorf("ims: %s %s: write the body: %w", r.method, r.path, err)
		}
	}
	response, err := c.repeat(ctx, r)
	if err != nil {
		if _, refused := errors.AsType[*Error](err); refused && ctx.Err() == nil {
			return nil, err
		}
		return nil, fmt.Errorf("ims: %s %s: %w", r.method, r.path, err)
	}
	return response, nil
}

// once sends the request. A refusal is an *Error.
func (c *Client) once(ctx context.Context, r *request) (*http.Response, error) {
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	body, kind := r.stream, "application/octet-stream"
	if r.content != nil {
		body, kind = bytes.NewReader(r.content), "application/json"
	}
	outgoing, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	maps.Copy(outgoing.Header, r.header)
	if body != nil && outgoing.Header.Get("Content-Type") == "" {
		outgoing.Header.Set("Content-Type", kind)
	}
	response, err := c.http.Do(outgoing)
	if err != nil {
		return nil, err
	}
	if r.answer != nil {
		*r.answer = Answer{Status: response.StatusCode, RequestID: response.Header.Get("Request-Id"),
			Replayed: response.Header.Get("Idempotent-Replayed") == "true", Header: response.Header}
	}
	if response.StatusCode >= 300 {
		return nil, refusalOf(response)
	}
	return response, nil
}

// segment writes a value as one part of a path.
func segment(value any) string { return url.PathEscape(fmt.Sprint(value)) }

// queryOf writes the fields of a struct of parameters that are set; several values are joined by commas.
func queryOf[P any](params *P) url.Values {
	query := url.Values{}
	if params == nil {
		return query
	}
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("form"), ",")
		value := fields.Field(i)
		if value.Kind() == reflect.Pointer {
			if value.IsNil() {
				continue
			}
			value = value.Elem()
		}
		query.Set(name, text(value))
	}
	return query
}

func text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = text(v.Index(i))
		}
		return strings.Join(parts, ",")
	case reflect.Int64, reflect.Int32, reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	}
	return fmt.Sprint(v.Interface())
}
