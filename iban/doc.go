// Package iban reads, checks, explains, builds and allocates International Bank Account Numbers (ISO 13616).
//
// It knows the 89 countries of the SWIFT IBAN registry, release 102, the 22 more in which such numbers circulate, and
// the national check digits of 48 of them. It allocates no memory to validate, whether the number is right or wrong.
//
// # Reading
//
// [Parse] accepts exactly the electronic form and nothing doubtful; its error names the first fault. Choose by where the
// text comes from:
//
//	x, err := iban.Parse(s)         // a number to rely on: structure, check digits, national check digits
//	x, err := iban.ParseLenient(s)  // typed by a person: ASCII spaces and small letters are forgiven
//	x, err := iban.ParseISO(s)      // the counterparty in a bank's file: national check digits are the bank's affair
//	x, ok := iban.NRB(field)        // 26 Polish digits in a file, as fast as it goes
//
// An [IBAN] is a small value to compare with == and to use as a map key. [IBAN.String] gives the electronic form,
// [IBAN.Format] the one on paper, [IBAN.Masked] the one for logs, which log/slog uses by itself. [IBAN.Bank],
// [IBAN.Branch], [IBAN.Account] and [IBAN.NationalDigits] are its parts. It goes into JSON and databases as text.
//
//	switch {
//	case errors.Is(err, iban.KindLength): // kinds are errors to compare with
//	case errors.As(err, &parseError):     // *iban.ParseError has kind and position
//	}
//
// # Explaining
//
// [Check] tells everything that is wrong, for the person who has to mend it: each [Fault] has a stable kind, the position
// in the input, what was expected and what stood there, and one line in words. Where exactly one correction of a usual
// slip (one wrong character, two neighbours swapped, spaces, small letters) gives a valid number, it is suggested.
// Warnings do not make a number invalid: national digits whose rule no national source confirms, Swiss QR-IBANs.
//
// [Option] values widen or narrow what is accepted: [Lenient], [ISOOnly], [StrictNational], [Unregistered].
//
// # Building
//
// [Build] makes a number of bank, branch and account and computes both kinds of check digits. [FromBBAN] adds ISO check
// digits to a whole BBAN, [FromNRB] and [FromNational] convert what people write in their country, [ReplaceDigits]
// computes check digits anew.
//
// # Allocating
//
// A [Range] gives out the numbers under one base, such as the prefix that a bank has assigned:
//
//	r, err := iban.NewRange("PL111111117700", key)  // key: 16 or 32 secret bytes, never to be changed
//	x, err := r.At(counter)                         // counter: 0, 1, 2, ... kept by the caller
//	counter, ok := r.Counter(x)                     // back, for support
//
// At is a keyed permutation: every counter gives another number, none repeats, and from the numbers given out nobody can
// tell which ones exist. [Range.Capacity] is exact; beyond it there is [ErrExhausted], never a number for the second
// time. Account bodies for which no national check digit exists (one in eleven in CZ, SK and NO) are passed over without
// leaving holes in the counter. [Overlap] tells whether two bases would give out the same number.
//
// The permutation, which must never change, is described in the source at the type permutation: ten rounds of an
// alternating Feistel network whose round function is AES.
//
// # Countries
//
// [Countries] and [CountryByCode] give structure, parts, SEPA membership with its first day, and territories. SEPA follows
// the EPC's list, which is ahead of SWIFT's flags.
//
// # Where it stands
//
// Data comes from registry.tsv through go generate and from callers' text; values go to every other room of ims. The
// package imports the standard library only, does no I/O and keeps no state.
package iban
