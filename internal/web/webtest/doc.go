// Package webtest is for the tests of the doors: it holds what they answer to the OpenAPI documents that are committed, and draws
// requests from the schemas in them.
//
// Answers come from a server that a test runs and go on to the test. It may import nothing of ours.
package webtest
