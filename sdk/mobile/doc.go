// Package ims is the mobile SDK: what an app shows an end user of IBANs, balances and transactions, over a session token.
//
// It is written for gomobile: exported functions use only types that it can bind to Java and Objective-C, so lists have Len and
// Get, and what went wrong is told by ErrorCode of an error's message. All calls wait for the service; make them off the main
// thread. A Client may be used by many threads at once.
//
// Calls come from the app and go to the service's mobile API; tokens come from the app through TokenSource and are kept in
// memory only. The package may import the standard library only.
package ims
