package pli

import (
	"slices"

	"ims/bankfile"
)

// allows tells whether a dialect has a message type.
func allows(d *bankfile.Dialect, messageType []byte) bool {
	if messageType[0] == '2' && d.TwoHundreds == bankfile.Refuse {
		return false
	}
	if len(d.Types) == 0 {
		return string(messageType) == "110" || string(messageType) == "210"
	}
	return slices.Contains(d.Types, string(messageType))
}
