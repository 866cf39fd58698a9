package mobileapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

// route is one row of the table: an operation with what it tells and may refuse.
type route struct {
	method, path string
	id           string
	tag          string
	summary      string
	description  string
	open         bool          // needs no session token
	status       int           // of success; 0: 200
	key          keyRule       // whether an idempotency key is read
	problems     []*bank.Error // besides those that any operation may answer with
	request      any           // example of the body
	answer       any           // example of the answer
	mount        func(*server, huma.Operation)
}

// keyRule says what an operation does with an idempotency key.
type keyRule int

const (
	keyIgnored  keyRule = iota // nothing is changed, or repeating is harmless
	keyOptional                // a repeated key gets the first answer
	keyRequired                // money moves
)

// routes is the table: what the API can do, in the order of its document.
func routes() []route {
	return slices.Concat(sessionRoutes(), balanceRoutes(), transactionRoutes(), transferRoutes(), documentRoutes())
}

// check refuses, should a request ever get past authentication by its address, everybody without a session.
func (r route) check(ctx context.Context) error {
	if r.open {
		return nil
	}
	if _, err := callerOf(ctx).Self(); err != nil {
		return bank.ErrUnauthenticated.With("a session token is required")
	}
	return nil
}

// limited tells whether callers are counted.
func (r route) limited() bool { return !r.open || r.method == http.MethodPost }

// register mounts a row and completes its documentation.
func (r route) register(s *server) {
	o := r.operation(s.api)
	o.Middlewares = append(o.Middlewares, web.Guard(r.check))
	if r.key != keyIgnored {
		o.Middlewares = append(o.Middlewares, web.Keyed(&s.keys, func(ctx context.Context) web.KeyOwner {
			c := callerOf(ctx)
			return web.KeyOwner{Customer: c.Customer, User: c.User}
		}))
	}
	r.mount(s, o)
	made := web.OperationAt(s.api.OpenAPI(), r.method, r.path)
	web.Exemplify(made, r.request, r.answer)
	for status, response := range made.Responses {
		web.AddHeaders(response, status, r.limited())
		r.headers(status, response)
	}
}

// typed mounts an operation whose input and output huma reads and writes.
func typed[I, O any](handle func(*server, context.Context, caller, *I) (*O, error)) func(*server, huma.Operation) {
	return func(s *server, o huma.Operation) {
		huma.Register(s.api, o, func(ctx context.Context, in *I) (*O, error) {
			return handle(s, ctx, callerOf(ctx), in)
		})
	}
}

// usual are the refusals of any operation of this kind.
func (r route) usual() []*bank.Error {
	list := []*bank.Error{bank.ErrMalformed, bank.ErrOriginRefused, bank.ErrUnavailable, bank.ErrInvalid}
	if !r.open {
		list = append(list, bank.ErrUnauthenticated)
	}
	if r.limited() {
		list = append(list, bank.ErrRateLimited)
	}
	if strings.Contains(r.path, "{") {
		list = append(list, bank.ErrNotFound)
	}
	if r.method == http.MethodPost {
		list = append(list, bank.ErrTooLarge, bank.ErrUnsupportedMedia)
	}
	if r.key != keyIgnored {
		list = append(list, bank.ErrKeyReused, bank.ErrKeyRunning)
	}
	if r.key == keyRequired {
		list = append(list, bank.ErrIdempotencyRequired)
	}
	return list
}

// headers documents what the answers of operations with a key have besides.
func (r route) headers(status string, response *huma.Response) {
	switch {
	case r.key == keyIgnored:
	case status[0] == '2':
		response.Headers[web.ReplayedHeader] = &huma.Param{Ref: "#/components/headers/Replayed"}
		if r.status == http.StatusCreated {
			response.Headers[web.LocationHeader] = &huma.Param{Ref: "#/components/headers/Location"}
		}
	case status == "409":
		response.Headers["Retry-After"] = &huma.Param{Ref: "#/components/headers/RetryAfter"}
	}
}
