// Package panel is the Admin Panel: server-rendered pages for the operators of one customer, on the customer's own host name.
//
// Requests come from browsers through the panel listener; the host says which customer is worked on, the session who works,
// and each goes to one page of the route table (routes.go). Pages ask the work rooms and render templ templates that lie
// beside them (users.go, users.templ); words come from text/, styles and scripts from assets/. It holds no rules of its own.
// It may import the work rooms, ims/internal/web, ims/internal/sheet, ims/internal/qr, ims/internal/bank, ims/internal/money
// and ims/iban.
package panel

//go:generate go tool -modfile=../../tools/go.mod templ generate -path .
