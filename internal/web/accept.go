package web

import (
	"mime"
	"strings"
)

// Offered returns the first media type that an Accept header takes, in our order unless the header names one of them
// outright; "" if it takes none. Weights other than 0 are not compared: nobody asks for both.
func Offered(accept string, types ...string) string {
	if accept == "" {
		return types[0]
	}
	open := ""
	for part := range strings.SplitSeq(accept, ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil || strings.Trim(parameters["q"], "0.") == "" && parameters["q"] != "" {
			continue
		}
		for _, t := range types {
			family, _, _ := strings.Cut(t, "/")
			switch {
			case kind == t:
				return t
			case open == "" && (kind == "*/*" || kind == family+"/*"):
				open = t
			}
		}
	}
	return open
}
