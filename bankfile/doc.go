// Package bankfile is what all files of booked transfers have in common, whatever format a bank writes them in: records,
// findings and a report of the whole, whose an account is and where the money goes, encodings and limits.
//
// A format is a package of its own (ims/pli, ims/camt, ims/mt940). It implements [Format] and has a function Open that
// returns a [Reader]; who reads a file sees only this package and does not know the format:
//
//	r, err := pli.Open(open, bankfile.Options{Own: own, Today: "2026-11-23"})
//	for {
//		record, err := r.Next()
//		if err == io.EOF { break }
//		if record.OK() { ... }          // the record is reused by the next call, its strings are not
//	}
//	report := r.Report()
//
// What is not about booked transfers shares the findings, limits and characters only: ims/pain, orders and their answers.
//
// Its data comes from a function that opens the stored bytes (they are read twice, never held). It may import the standard
// library, golang.org/x/text and ims/iban, nothing else of ours.
//
// A bad file is never a Go error. Everything that is wrong with the bytes becomes a [Finding] with a stable code, a
// severity, a line, a field and the value seen; a Go error means that reading itself failed. The catalogue of codes and
// their texts in English and Polish is one table (messages.go).
//
// What it does not know: which numbers of an own range were issued, closed or blocked, what balances hold, what was
// executed before. It says whose an account is by its range only ([Own]); the codes domain.* for the rest stand in the
// catalogue and are raised by the caller.
//
// Amounts are int64 minor units, dates are YYYY-MM-DD text, texts are UTF-8 whatever the file was in.
package bankfile
