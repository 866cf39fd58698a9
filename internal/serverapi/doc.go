// Package serverapi is the REST API that a customer's servers call over mutual TLS, with its OpenAPI document.
//
// Requests come from the API listener, are authenticated by their client certificate and go to the work rooms; answers and
// problems go back as JSON, reports as CSV. It holds no rules: each operation is one row of the route table (routes.go) and
// calls one function of a work room. It may import the work rooms, ims/internal/web, ims/internal/bank, ims/internal/money,
// ims/iban and ims/api.
package serverapi
