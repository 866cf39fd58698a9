// The example is an app and its backend in one program: the backend gets session tokens with the customer's certificate, the app
// reads what belongs to the first end user. It runs against a demonstration: bin/ims demo in one terminal, and in another
//
//	go run -C sdk/mobile ./example -dir "$PWD/demo"
//
// It may import ims/sdk/mobile only.
package main
