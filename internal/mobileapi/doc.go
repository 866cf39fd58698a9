// Package mobileapi is the REST API that a customer's app calls for an end user, with a session token, and its OpenAPI
// document.
//
// Requests come from the API listener, are authenticated by their token and go to the work rooms as the end user, who has no
// permissions and holds what is their own; answers and problems go back as JSON. It tells an end user nothing that is meant
// for the customer or its operators only. It holds no rules: each operation is one row of the route table (routes.go). It may
// import the work rooms, ims/internal/web, ims/internal/bank, ims/internal/money, ims/iban and ims/api.
package mobileapi
