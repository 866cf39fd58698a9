// Package api holds the OpenAPI documents of the service as they are committed and served. They are generated from the
// route tables of the doors; a test there fails when the two differ.
//
// It reads nothing and goes into the answers of the doors. It may import nothing of ours.
package api
