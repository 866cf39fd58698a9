package serverapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

// Two operations need no permission of bank's: what they tell is the caller's own, or everybody's.
const (
	anyCertificate bank.Permission = "any-certificate"
	anybody        bank.Permission = "anybody"
)

// route is one row of the table: an operation with what it needs, tells and may refuse.
type route struct {
	method, path string
	id           string
	tag          string
	summary      string
	description  string
	need         bank.Permission
	status       int           // of success; 0: 200
	key          keyRule       // whether an idempotency key is read
	located      bool          // the answer of a POST has the Location of what it tells of (web.Located)
	tagged       bool          // the answer has an ETag, which If-None-Match of a GET is held against
	later        string        // when 202 answers instead, and why; empty: never
	simulated    bool          // there in a sandbox only
	problems     []*bank.Error // besides those that any operation may answer with
	request      any           // example of the body
	answer       any           // example of the answer
	mount        mounter
}

// mounter registers an operation's handler.
type mounter func(*server, huma.Operation)

// keyRule says what an operation does with an idempotency key.
type keyRule int

const (
	keyIgnored  keyRule = iota // nothing is changed, repeating is harmless, or the answer is a secret that may not be kept
	keyOptional                // a repeated key gets the first answer
	keyRequired                // money moves
)

// routes is the table: what the API can do, in the order of its document.
func routes() []route {
	return slices.Concat(userRoutes(), balanceRoutes(), bankAccountRoutes(), payeeRoutes(), blockRoutes(), moneyRoutes(), transferRoutes(), itemRoutes(),
		transactionRoutes(), searchRoutes(), reportRoutes(), fileRoutes(), sessionRoutes(), signingKeyRoutes(), notificationRoutes(), sandboxRoutes(), serviceRoutes())
}

// routesOf are the rows that a configuration serves.
func routesOf(c Config) []route {
	return slices.DeleteFunc(routes(), func(r route) bool { return r.simulated && c.Sandbox == nil })
}

// secured tells whether the operation lies behind client certificates.
func (r route) secured() bool { return r.need != anybody }

// check refuses actors without the permission that the row names, and, should a request ever get past authentication by
// its address, everybody.
func (r route) check(ctx context.Context) error {
	actor := actorOf(ctx)
	switch {
	case r.need == anybody:
		return nil
	case actor.Kind == "":
		return bank.ErrUnauthenticated.With("a client certificate is required")
	case r.need == anyCertificate:
		return nil
	}
	return actor.May(r.need)
}

// register mounts a row and completes its documentation.
func (r route) register(s *server) {
	o := r.operation(s.api)
	o.Middlewares = append(o.Middlewares, web.Guard(r.check))
	if r.tagged {
		o.Middlewares = append(o.Middlewares, web.Tagged)
	}
	if r.key != keyIgnored {
		o.Middlewares = append(o.Middlewares, web.Keyed(&s.keys, func(ctx context.Context) web.KeyOwner { return web.KeyOwner{Customer: actorOf(ctx).Customer} }))
	}
	r.mount(s, o)
	r.exemplify(web.OperationAt(s.api.OpenAPI(), r.method, r.path))
}

// typed mounts an operation whose input and output huma reads and writes.
func typed[I, O any](handle func(*server, context.Context, bank.Actor, *I) (*O, error)) mounter {
	return func(s *server, o huma.Operation) {
		huma.Register(s.api, o, func(ctx context.Context, in *I) (*O, error) {
			return handle(s, ctx, actorOf(ctx), in)
		})
	}
}

// direct mounts an operation that reads the request and writes the answer itself: streams, and what must be fast. It brings
// its own parameters and answer for the document; the permission is checked before it runs.
func direct(handle func(*server, http.ResponseWriter, *http.Request, bank.Actor) error, document func(*huma.Operation, huma.Registry)) mounter {
	return func(s *server, o huma.Operation) {
		document(&o, s.api.OpenAPI().Components.Schemas)
		s.api.OpenAPI().AddOperation(&o)
		need := bank.Permission(o.Extensions[permissionExtension].(string))
		check := route{need: need}.check
		s.mux.HandleFunc(o.Method+" "+o.Path, func(w http.ResponseWriter, r *http.Request) {
			err := check(r.Context())
			if err == nil {
				err = handle(s, w, r, actorOf(r.Context()))
			}
			if err != nil {
				web.Refuse(w, r, refusal(r.Context(), err))
			}
		})
	}
}
