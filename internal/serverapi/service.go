package serverapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/api"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/web"
)

func serviceRoutes() []route {
	const tag = "Service"
	return []route{
		{method: http.MethodGet, path: "/secure/whoami", id: "whoami", tag: tag, summary: "Who your certificate stands for",
			description: "The customer, the CN, the permissions and the dates of the certificate you called with, and what you should do soon: a certificate is to be renewed when fewer than 30 days are left; both are valid until the old one ends.",
			need:        anyCertificate, answer: callerExample, mount: typed((*server).whoami)},
		{method: http.MethodGet, path: "/healthz", id: "health", tag: tag, summary: "Whether the program runs",
			description: "For liveness probes; needs no certificate.",
			need:        anybody, answer: healthExample, mount: typed((*server).health)},
		{method: http.MethodGet, path: "/readyz", id: "ready", tag: tag, summary: "Whether the program can serve",
			description: "For readiness probes; needs no certificate. 503 while the store does not answer.",
			need:        anybody, answer: healthExample, mount: typed((*server).ready)},
		{method: http.MethodGet, path: "/openapi/server.yaml", id: "getDocument", tag: tag, summary: "This document",
			description: "OpenAPI 3.1.",
			need:        anybody, mount: direct((*server).document, documentDocument)},
	}
}

// Caller is who a certificate stands for.
type Caller struct {
	CustomerID  int64             `json:"customerId"`
	CN          string            `json:"cn" example:"V-Example-Backend"`
	Permissions []string          `json:"permissions" nullable:"false"`
	Sandbox     bool              `json:"sandbox" doc:"The money is invented, and simulators work."`
	Certificate CallerCertificate `json:"certificate"`
	Warnings    []Warning         `json:"warnings" nullable:"false" doc:"What will stop working unless you do something."`
}

// CallerCertificate is what a caller showed.
type CallerCertificate struct {
	Serial    string    `json:"serial" pattern:"^[0-9a-f]{32}$" doc:"Hexadecimal; it is revoked by this."`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	DaysLeft  int       `json:"daysLeft" doc:"Whole days until notAfter."`
}

// Warning tells of something that will stop working.
type Warning struct {
	Code   string `json:"code" enum:"certificate-expires-soon" doc:"Stable: decide on it."`
	Detail string `json:"detail" doc:"For people."`
}

type callerAnswer struct{ Body Caller }

func (s *server) whoami(ctx context.Context, actor bank.Actor, _ *struct{}) (*callerAnswer, error) {
	text := func(p bank.Permission) string { return string(p) }
	cert, now := callOf(ctx).cert, s.Now()
	c := Caller{CustomerID: int64(actor.Customer), CN: actor.Name, Sandbox: s.Sandbox != nil, Permissions: web.Each(actor.Permissions, text), Warnings: []Warning{},
		Certificate: CallerCertificate{Serial: fmt.Sprintf("%032x", cert.SerialNumber), NotBefore: web.Moment(cert.NotBefore),
			NotAfter: web.Moment(cert.NotAfter), DaysLeft: customers.DaysLeft(cert.NotAfter, now)}}
	if customers.ExpiresSoon(cert.NotAfter, now) {
		c.Warnings = append(c.Warnings, Warning{"certificate-expires-soon",
			fmt.Sprintf("the certificate ends on %s, in %d days: have a new request signed", cert.NotAfter.Format(time.DateOnly), c.Certificate.DaysLeft)})
	}
	return &callerAnswer{c}, nil
}

// Health tells that the program answers.
type Health struct {
	Status  string `json:"status" example:"ok"`
	Version string `json:"version" doc:"Of the program." example:"1.0.0"`
	Sandbox bool   `json:"sandbox" doc:"The money is invented, and simulators work."`
}

type healthAnswer struct{ Body Health }

func (s *server) health(context.Context, bank.Actor, *struct{}) (*healthAnswer, error) {
	return &healthAnswer{Health{"ok", s.Version, s.Sandbox != nil}}, nil
}

func (s *server) ready(ctx context.Context, _ bank.Actor, _ *struct{}) (*healthAnswer, error) {
	if s.Ready != nil {
		if err := s.Ready(ctx); err != nil {
			return nil, bank.ErrUnavailable.With("the service is not ready").Because(err)
		}
	}
	return &healthAnswer{Health{"ok", s.Version, s.Sandbox != nil}}, nil
}

func documentDocument(o *huma.Operation, _ huma.Registry) {
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString}}}}
}

func (s *server) document(w http.ResponseWriter, r *http.Request, _ bank.Actor) error {
	web.ServeDocument(w, r, api.Server)
	return nil
}
