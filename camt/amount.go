package camt

import (
	"bytes"

	"ims/bankfile"
)

// amountDigits is how many an amount in minor units may have, without leading zeros.
const amountDigits = 15

// fractionDigits is how many decimals ISO 20022 allows.
const fractionDigits = 5

// parseAmount reads a decimal such as 1234.50 into minor units with the given number of decimals. Further decimals must be
// zero: nothing is rounded. The code is that of the fault, or "".
func parseAmount(b []byte, decimals int) (int64, bankfile.Code) {
	if len(b) == 0 {
		return 0, bankfile.RecordAmountMissing
	}
	if b[0] == '-' {
		return 0, bankfile.RecordAmountNegative
	}
	whole, fraction, point := bytes.Cut(b, []byte{'.'})
	if !bankfile.DigitsOnly(whole) || point && (!bankfile.DigitsOnly(fraction) || len(fraction) > fractionDigits) {
		return 0, bankfile.RecordAmountFormat
	}
	if len(fraction) > decimals {
		if len(bytes.Trim(fraction[decimals:], "0")) > 0 {
			return 0, bankfile.RecordAmountFormat
		}
		fraction = fraction[:decimals]
	}
	whole = bytes.TrimLeft(whole, "0")
	if len(whole)+decimals > amountDigits {
		return 0, bankfile.RecordAmountTooLarge
	}
	n := int64(bankfile.Number(whole))
	for i := range decimals {
		n *= 10
		if i < len(fraction) {
			n += int64(fraction[i] - '0')
		}
	}
	return n, ""
}
