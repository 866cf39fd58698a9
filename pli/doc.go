// Package pli reads and writes Polish domestic payment files of the Elixir-O family (.pli): one
// transfer a line, comma separated, in a dozen dialects and four encodings.
//
// Its data comes from a function that opens the stored bytes (they are read twice, never held) and
// goes out as records with findings and a [Report] of the whole file; the other way round, a [Writer]
// turns an [Order] into the bytes of a record. It may import the standard library, golang.org/x/text
// and ims/iban, nothing else of ours.
//
// A bad file is never a Go error. Everything that is wrong with the bytes becomes a [Finding] with a
// stable code, a severity, a line, a field and the value seen; a Go error means that reading itself
// failed. The catalogue of codes and their texts in English and Polish is one table (messages.go).
//
// What the package does not know: which numbers of an own range were issued, closed or blocked, what
// balances hold, what was executed before. It says whose an account is by its range only ([Own]);
// the codes domain.* for the rest stand in the catalogue and are raised by the caller.
//
// Amounts are int64 grosze, dates are YYYY-MM-DD text, texts are UTF-8 whatever the file was in.
//
// How a file is read:
//
//	r, err := pli.Open(open, pli.Options{Own: own, Today: "2026-11-23"})
//	for {
//		rec, err := r.Next()
//		if err == io.EOF { break }
//		if rec.OK() { ... }          // rec is reused by the next call, its strings are not
//	}
//	report := r.Report()
//
// The bytes are first split into lines and each line then into fields, and fields are decoded last:
// so an unclosed quote costs one record, not the rest of the file, and the findings of a record never
// depend on its neighbours.
package pli
