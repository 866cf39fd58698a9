// Package camt reads the ISO 20022 messages in which banks tell what they have booked: statements (camt.053) and notifications
// of bookings (camt.054), versions 02 and later.
//
// Its data comes from a function that opens the stored bytes and goes out as the records, findings and report of package
// bankfile, whose [bankfile.Format] it implements. [CopyRecords053] and [CopyRecords054] write some of a file's records as a
// file that its bank understands. It may import the standard library, golang.org/x/text, ims/bankfile and ims/iban, nothing
// else of ours.
//
// The file is read as a stream of tokens: no tree of it is ever built. Elements are matched by their local names wherever
// the versions put them, so a version to come is read as far as it keeps the names. A record is a TxDtls, or an Ntry that
// has none. The details of one Ntry can only be judged when all have been added up; so that memory does not depend on how
// many there are, the first thousand are held and the others are read once more (docs/decisions/0024).
//
// Document type declarations and entities are refused, and what one token, one nesting and one text may take is bounded.
package camt
