package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"ims/internal/bank"
)

// ProblemType is the media type of problem details.
const ProblemType = "application/problem+json"

// Problem is what a caller gets instead of an answer: RFC 9457 problem details with our extensions code, requestId and
// errors. It never holds a value that the caller sent.
type Problem struct {
	Type      string         `json:"type" format:"uri-reference" doc:"Names the problem; below the service's own address it tells cause and remedy." example:"/problems/invalid"`
	Title     string         `json:"title" doc:"Fixed per code." example:"The request breaks a rule"`
	Status    int            `json:"status" minimum:"400" maximum:"599" doc:"The HTTP status." example:"422"`
	Detail    string         `json:"detail,omitempty" doc:"What is wrong with this request." example:"the request has invalid fields"`
	Code      string         `json:"code" pattern:"^[a-z][a-z-]*$" doc:"Stable: decide on it." example:"invalid"`
	Instance  string         `json:"instance" format:"uri" doc:"Names this occurrence by its request id." example:"urn:ims:request:0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"`
	RequestID string         `json:"requestId" doc:"As in the Request-Id header: quote it when you ask for help." example:"0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"`
	Errors    []ProblemField `json:"errors,omitempty" nullable:"false" doc:"What is wrong with which field."`
}

// ProblemField says what is wrong with one field of a request.
type ProblemField struct {
	Pointer string `json:"pointer" doc:"A JSON pointer into the body (with a leading slash), or the name of a parameter or header." example:"/amount/amount"`
	Code    string `json:"code" doc:"required, unknown, invalid, or what the operation says." example:"invalid"`
	Detail  string `json:"detail" doc:"For people." example:"must be a positive integer of minor units"`
}

// internal is the status of everything that is not a bank.Error. It is no kind of bank's: no room may ask for it.
const internal bank.Kind = http.StatusInternalServerError

// errInternal tells a caller of an unknown error no more than that it happened.
var errInternal = &bank.Error{Kind: internal, Code: "internal", Title: "The service failed",
	Message: "the failure was recorded under the request id"}

func problemOf(e *bank.Error, id string) *Problem {
	p := &Problem{Type: "/problems/" + e.Code, Title: e.Title, Status: int(e.Kind), Detail: e.Message, Code: e.Code,
		Instance: "urn:ims:request:" + id, RequestID: id}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, ProblemField(f))
	}
	return p
}

// Error implements error, as huma asks of it.
func (p *Problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return ProblemType }

// Refuse answers a request with the problem that an error stands for. Only a bank.Error is shown, and logged where it says
// why the service is unavailable; a context that ended is that too; everything else is an opaque 500 and is logged, once and here, with the request id.
//
// The first answer to a request that was done before is no refusal, but comes the same way.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	if again, ok := errors.AsType[*bank.ReplayError](err); ok {
		writeAgain(w, again.Answer)
		return
	}
	x := exchangeOf(r.Context())
	write(w, r, problemOf(x.shown(r.Context(), err), x.id))
}

func writeAgain(w http.ResponseWriter, a bank.Answer) {
	w.Header().Set(ReplayedHeader, "true")
	if a.Location != "" {
		w.Header().Set(LocationHeader, a.Location)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // whoever does not read it cannot be told either
}

// Shown is what a caller may see of an error, for doors that render refusals themselves: it logs the rest as Refuse does.
func Shown(ctx context.Context, err error) *bank.Error { return exchangeOf(ctx).shown(ctx, err) }

// shown finds what a caller may see of an error and logs the rest.
func (x *exchange) shown(ctx context.Context, err error) *bank.Error {
	if e, ok := bank.AsError(err); ok {
		if e.Unwrap() != nil {
			level := slog.LevelDebug // the caller's side
			if e.Kind == bank.Unavailable {
				level = slog.LevelWarn
			}
			x.log.Log(ctx, level, "refused", "requestId", x.id, "code", e.Code, "cause", err.Error())
		}
		return e
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return bank.ErrTooLarge.With("the body is longer than this operation accepts")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		x.log.WarnContext(ctx, "given up", "requestId", x.id, "cause", err.Error())
		return bank.ErrUnavailable.With("the request was given up before it was done")
	}
	x.log.ErrorContext(ctx, "failed", "requestId", x.id, "cause", err.Error())
	return errInternal
}

func write(w http.ResponseWriter, r *http.Request, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of texts always marshals
	}
	h := w.Header()
	h.Set("Content-Type", ProblemType)
	h.Del("Content-Length") // of the answer that was meant to be
	if wait := retryAfter(p.Status, p.Code); wait != "" {
		h.Set("Retry-After", wait)
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // whoever does not read the refusal cannot be told either
	}
}

// Standalone is a problem that no exchange carries, as where a connection fails before there is a request. It has a request id
// that nothing was logged under.
func Standalone(e *bank.Error) ([]byte, error) {
	return json.Marshal(problemOf(e, bank.NewID().String()))
}

// retryAfter is in seconds, where asking again may help without changing the request.
func retryAfter(status int, code string) string {
	switch {
	case status == int(bank.Unavailable), status == int(bank.RateLimited), code == bank.ErrKeyRunning.Code:
		return "1"
	}
	return ""
}
