package ims

import (
	"fmt"
	"regexp"
)

// Error is what an app gets as the message of an exception; ErrorCode and ErrorRequestID read it.
func (r *refusal) Error() string {
	return fmt.Sprintf("ims: [%s] %s (request %s)", r.code, r.detail, r.requestID)
}

var message = regexp.MustCompile(`^ims: \[([a-z0-9-]+)\] .*\(request ([^()]*)\)$`)

// ErrorCode returns the stable code of a refusal from the message of its exception or NSError, such as "not-found"; "" where
// the service was not reached or not understood.
func ErrorCode(text string) string { return part(text, 1) }

// ErrorRequestID returns what to quote when asking for help about a refusal, from its message; "" where there is none.
func ErrorRequestID(text string) string { return part(text, 2) }

func part(text string, i int) string {
	if found := message.FindStringSubmatch(text); found != nil {
		return found[i]
	}
	return ""
}
