// Package pli reads and writes Polish domestic payment files of the Elixir-O family (.pli): one
// transfer a line, comma separated, in a dozen dialects and four encodings.
//
// Its data comes from a function that opens the stored bytes and goes out as the records, findings and report of package
// bankfile, whose [bankfile.Format] it implements; the other way round, a [Writer] turns an [Order] into the bytes of a
// record. It may import the standard library, golang.org/x/text, ims/bankfile and ims/iban, nothing else of ours.
//
// The bytes are first split into lines and each line then into fields, and fields are decoded last:
// so an unclosed quote costs one record, not the rest of the file, and the findings of a record never
// depend on its neighbours.
//
// The format is always in PLN: amounts are int64 grosze.
package pli
