// Package money holds the two values every other room counts with: a
// [Currency] of the 22 that the service knows, and an [Amount], a whole number
// of that currency's minor units.
//
// Its data comes from whoever read a number (a file, a request, a row) and goes
// back to them; nothing is kept here. It imports the standard library only.
//
// There are no floating-point numbers and no rounding: an operation is exact or
// it is an error. Sums that leave the range of int64 are errors too, so that a
// damaged file can never turn a large credit into a debit.
//
// JSON and other wire forms belong to the doors, which is why the types carry
// no tags and no marshalling methods.
package money
