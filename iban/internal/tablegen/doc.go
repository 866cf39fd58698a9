// Package tablegen turns the registry data file of package iban into Go source.
//
// It reads iban/registry.tsv and its output becomes iban/registry_gen.go; a test of package iban compares the two, so
// neither can change without the other. It imports the standard library only.
package tablegen
