package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ims/internal/bank"
)

// NewAPI returns a huma API on a mux: JSON only, unknown query parameters and body fields refused, names of fields matched
// exactly and taken once, no pages of its own, and every refusal in our shape. The first call sets huma's process-wide hooks for that.
func NewAPI(mux *http.ServeMux, document *huma.OpenAPI) huma.API {
	speakOurShapes()
	document.OpenAPI = "3.1.0"
	config := huma.DefaultConfig(document.Info.Title, document.Info.Version)
	schemas := config.Components.Schemas
	config.OpenAPI = document
	if document.Components == nil {
		document.Components = &huma.Components{}
	}
	document.Components.Schemas = schemas
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema in answers
	config.RejectUnknownQueryParameters = true
	config.Transformers = append(config.Transformers, locate)
	read := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	config.Formats = map[string]huma.Format{"application/json": read, "json": read}
	return humago.New(mux, config)
}

// speakOurShapes replaces what huma keeps in package variables. Its own errors would repeat the caller's values.
var speakOurShapes = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return problemOf(explain(status, msg, errs), "")
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		x := exchangeOf(ctx.Context())
		if _, ok := errors.AsType[*bank.RepeatedError](errors.Join(errs...)); ok {
			ctx.SetHeader(ReplayedHeader, "true")
		}
		if again, ok := errors.AsType[*bank.ReplayError](errors.Join(errs...)); ok {
			ctx.SetHeader(ReplayedHeader, "true")
			if again.Location != "" {
				ctx.SetHeader(LocationHeader, again.Location)
			}
			return &replay{again}
		}
		p := problemOf(x.shown(ctx.Context(), cause(status, msg, errs)), x.id)
		if wait := retryAfter(p.Status, p.Code); wait != "" {
			ctx.SetHeader("Retry-After", wait)
		}
		return p
	}
})

// refuse answers for a huma middleware, before the operation began.
func refuse(ctx huma.Context, err error) {
	r, w := humago.Unwrap(ctx)
	Refuse(w, r, err)
}

// Guard is a huma middleware that refuses a request before its parameters and body are looked at.
func Guard(check func(context.Context) error) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := check(ctx.Context()); err != nil {
			refuse(ctx, err)
			return
		}
		next(ctx)
	}
}

// replay lets huma write an answer as it was written first. What huma writes itself ends with a line feed.
type replay struct{ *bank.ReplayError }

// GetStatus implements huma.StatusError.
func (r *replay) GetStatus() int { return r.Status }

// MarshalJSON implements json.Marshaler.
func (r *replay) MarshalJSON() ([]byte, error) { return r.Body, nil }

// Keyed returns a huma middleware that reads the idempotency key and the body it is bound to, and gives both to the context
// of the operation (bank.IdempotencyOf). A request whose key is at work here already is refused.
func Keyed(k *Keys, whose func(context.Context) KeyOwner) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		body, err := readBody(w, r)
		if err != nil {
			Refuse(w, r, err)
			return
		}
		key, err := Idempotency(r.Header, r.Method, r.URL.Path, body)
		if err != nil {
			Refuse(w, r, err)
			return
		}
		done, err := k.begin(whose(ctx.Context()), key.Key)
		if err != nil {
			Refuse(w, r, err)
			return
		}
		defer done()
		r.Body = io.NopCloser(bytes.NewReader(body))
		next(huma.WithContext(ctx, bank.WithIdempotency(ctx.Context(), &key)))
	}
}

// bodyTime is how long the body of an ordinary request may take.
const bodyTime = 10 * time.Second

// readBody ends the wait once the body is there. Where it does not come the deadline stays, or the server would wait for the
// rest before it answers.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // a connection without deadlines has the context's
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, brokenBody(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}
