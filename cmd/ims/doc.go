// Command ims is the IBAN management service: one binary that serves, onboards, uploads files from a shell, proves the
// ledger, and shows itself in a demonstration.
//
// Its data comes from flags, the environment and a configuration file (see Config), from files named on the command line,
// and from the store; it goes to standard output as tables or JSON, with progress and reasons on standard error. All wiring
// of rooms is here and nowhere else: one file per command, rooms.go opens the store and makes the services, serve.go puts
// doors in front of them. It may import every room; nobody imports it.
//
// Exit codes: 0 done, 1 refused (the reason on standard error), 2 wrong usage.
package main
