// Package qr makes the codes with which a payee shares an IBAN: what a banking app reads, and its picture.
//
// The doors hand in an IBAN with the name of its holder and get a Code; its payload follows the standard of the currency
// (EPC069-12 for EUR, the 2D code of the Polish Bank Association for PLN) and is drawn as PNG or SVG. Other text can be drawn as it is. Everything is a pure
// function of its arguments. It may import ims/internal/bank, ims/internal/money and ims/iban.
package qr
