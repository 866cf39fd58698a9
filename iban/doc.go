// Package iban reads, checks, explains, builds and allocates International Bank Account Numbers (ISO 13616).
//
// It knows the 89 countries of the SWIFT IBAN registry, release 102, the 22 more in which such numbers circulate, and
// the national check digits of 48 of them. It allocates no memory to validate, whether the number is right or wrong.
//
//	x, err := iban.ParseLenient("pl40 1111 1111 7700 0000 0000 0001")
//	if err != nil {
//		return err // "iban: wrong check digits at position 3"; iban.Check has more to say
//	}
//	x.String() // PL40111111117700000000000001, the electronic form
//	x.Format() // PL40 1111 1111 7700 0000 0000 0001, the one on paper
//	x.Bank()   // 11111111
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
// [ParseWith] takes any combination of options: [Lenient], [ISOOnly], [StrictNational], [Unregistered].
//
// A [Kind] is an error to compare with, and [ParseError] has the place:
//
//	var fault *iban.ParseError
//	switch {
//	case errors.Is(err, iban.KindLength): // not as long as the country prescribes
//	case errors.As(err, &fault):          // fault.Kind(), fault.Position()
//	}
//
// # Explaining
//
// [Check], with the same options, tells everything that is wrong, for the person who has to mend it: each [Fault] has a
// stable kind, the position in the input, what was expected and what stood there, and one line in words.
//
//	r := iban.Check("GB29NWBK6O161331926819")
//	r.Valid             // false
//	r.Faults[0].Kind    // wrong_class
//	r.Faults[0].Message // "O" at position 10 must be a digit
//	r.Suggestion        // GB29NWBK60161331926819
//
// There is a suggestion where exactly one correction of a usual slip (one wrong character, two neighbours swapped,
// spaces, small letters) gives a valid number; where several would do, guessing an account is worse than asking.
// Warnings do not make a number invalid: national digits whose rule no national source confirms, Swiss QR-IBANs. A
// [Result] is what a program may hand on as JSON.
//
// # Using
//
// An [IBAN] is a value of 32 bytes to compare with == and to use as a map key; the zero value is no number. [IBAN.Bank],
// [IBAN.Branch], [IBAN.Account], [IBAN.NationalDigits], [IBAN.CheckDigits] and [IBAN.BBAN] are its parts. [IBAN.Append]
// and [IBAN.AppendFormat] write into a buffer of the caller's without allocating.
//
// JSON and databases hold it as text: an IBAN may be a field of a struct or an argument and a result of a query, the zero
// value being "" and NULL. Reading it back asks for no national digits: what was stored once can always be read.
//
// As an argument of log/slog it shows like [IBAN.Masked], the first and last four characters; within a struct or slice,
// and to fmt, it shows whole.
//
// # Building
//
//	x, err := iban.Build("PL", iban.Parts{Bank: "1111111", Account: "7700000000000001"}) // both kinds of check digits
//	x, err := iban.FromNational("CZ", "19-123457/0800")       // as people of the country write it
//	x, err := iban.FromNRB("40111111117700000000000001")      // Poland's 26 digits
//	x, err := iban.FromBBAN("GB", "NWBK60161331926819")       // ISO check digits before a whole BBAN
//	x, err := iban.ReplaceDigits("PL00111111117700000000000001") // check digits anew, whatever stands there
//
// Their errors wrap [ErrCountry], [ErrStructure] or [ErrNationalDigits].
//
// # Allocating
//
// A [Range] gives out the numbers under one base, such as the prefix that a bank has assigned:
//
//	r, err := iban.NewRange("PL111111117700", key)  // key: 16 or 32 secret bytes, never to be changed
//	x, err := r.At(counter)                         // counter: 0, 1, 2, ... kept by the caller
//	counter, ok := r.Counter(x)                     // back, for support
//	r.Capacity(), r.Remaining(used)                 // exact
//
// The range keeps no state. Whoever issues numbers keeps base, key and counter, and raises the counter in the database
// transaction that hands a number out: then none is given twice, whatever fails in between.
//
// At is a keyed permutation: every counter gives another number, none repeats, and from the numbers given out nobody can
// tell which others exist. Beyond the capacity there is [ErrExhausted], never a number for the second time. Account bodies
// for which no national check digit exists (one in eleven in CZ, SK and NO) are passed over without leaving holes in the
// counter. [Overlap] tells whether two bases would give out the same number. The construction, which must never change, is
// described in the source at the type permutation: ten rounds of an alternating Feistel network over AES.
//
// Only digits are numbered, at most 18. A BBAN that ends in something with a meaning needs it as a suffix:
//
//	r, err := iban.NewRange("MUBOMM0101", key, iban.WithSuffix("000MUR")) // currency; IS: owner's id, BR: type and owner
//	r, err := iban.NewRange("IT?0542811101", key)                         // ? for a check that differs in each number
//
// # Countries
//
// [Countries] and [CountryByCode] give structure, parts, SEPA membership with its first day, and territories. SEPA follows
// the EPC's list, which is ahead of SWIFT's flags.
//
// National check digits follow published rules in 25 countries ([Published]), where wrong ones are a fault; in 23 more the
// rule was observed on every published example ([Observed]) and is a warning, unless [StrictNational] asks for more.
// Germany, the Netherlands, Britain and others have rules per bank or none, and are judged by ISO alone.
//
// # Where it stands
//
// Data comes from registry.tsv through go generate and from callers' text; values go to every other room of ims. The
// package imports the standard library only, does no I/O and keeps no state.
package iban
