// The example opens a balance with an IBAN for a new end user, shares it as a QR code, pays a bonus and reads the history.
// It runs against a demonstration: bin/ims demo in one terminal, and in another
//
//	go run -C sdk/go ./example -dir ../../demo
//
// It may import ims/sdk/go only.
package main
