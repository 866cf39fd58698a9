package mt940

import (
	"fmt"
	"io"
	"iter"
)

// WriteExcerpt writes bookings of a statement as a message of their own, to show them to the bank that wrote them: reference,
// account, a number, then each booking as it was received ([bankfile.Record].Raw, in the encoding of its file), and the hyphen
// that ends a message. account is what :25: says.
//
// An excerpt has no balances, since those of the whole statement would not fit its bookings: it is to be read by people, and
// [Open940] and [Open942] refuse it, so that no booking is counted twice. Errors are those of w.
func WriteExcerpt(w io.Writer, account string, bookings iter.Seq[[]byte]) error {
	if _, err := fmt.Fprintf(w, ":20:EXCERPT\r\n:25:%s\r\n:28C:0\r\n", account); err != nil {
		return fmt.Errorf("write excerpt: %w", err)
	}
	for raw := range bookings {
		if _, err := fmt.Fprintf(w, "%s\r\n", raw); err != nil {
			return fmt.Errorf("write excerpt: %w", err)
		}
	}
	if _, err := io.WriteString(w, "-\r\n"); err != nil {
		return fmt.Errorf("write excerpt: %w", err)
	}
	return nil
}
