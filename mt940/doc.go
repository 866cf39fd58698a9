// Package mt940 reads account statements of the SWIFT formats MT940 (end of day) and MT942 (interim report), as Polish banks
// write them: with or without SWIFT blocks, several messages a file, with :86: in the subfields of any bank or in free text.
//
// Its data comes from a function that opens the stored bytes and goes out as the records, findings and report of package
// bankfile, whose [bankfile.Format] it implements. It may import the standard library, ims/bankfile and ims/iban, nothing
// else of ours.
//
// Lines become fields (scanner.go), fields a message with an account, a number, balances and sums (statement.go), and each
// :61: with its :86: one record (booking.go, details.go, sides.go). A record is judged by its own two fields and by what its
// message says of the account and the currency: its findings never depend on the bookings beside it. Whether the bookings add
// up is a question of the message, and its findings are the file's.
//
// A statement tells what was booked on one account. So a record has our account on the side that its mark names, and whoever
// stands on the other side is outside of this account, even where it is ours too: its booking has a record of its own.
package mt940
