package ims

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Event says that a transaction was created or updated; GetTransaction tells the rest.
type Event struct {
	ID        int64 `json:"id"`        // of the transaction
	Timestamp int64 `json:"timestamp"` // seconds since 1970 UTC
}

// ErrSignature is wrapped by every error of VerifyEvent: answer such a request with 401 and do nothing else.
var ErrSignature = errors.New("ims: the event is not the service's")

// eventAge is how old or how far ahead an event may be, as Standard Webhooks recommends.
const eventAge = 5 * time.Minute

// VerifyEvent checks the body of a request to your notification endpoint against its headers (Standard Webhooks) and reads
// it. Any of the secrets may have signed, so that one can be replaced by another; each is as the service shows it, with or
// without "whsec_". Events come at least once and in no order: remember webhook-id where doing something twice would matter.
func VerifyEvent(header http.Header, body []byte, now time.Time, secrets ...string) (Event, error) {
	id, timestamp := header.Get("Webhook-Id"), header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" {
		return Event{}, fmt.Errorf("%w: no id or time", ErrSignature)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > eventAge || age < -eventAge {
		return Event{}, fmt.Errorf("%w: its time is %s from now", ErrSignature, age.Abs().Round(time.Second))
	}
	signed := []byte(id + "." + timestamp + "." + string(body))
	if !anySigned(header.Get("Webhook-Signature"), signed, secrets) {
		return Event{}, fmt.Errorf("%w: no signature fits", ErrSignature)
	}
	var e Event
	if err := json.Unmarshal(body, &e); err != nil || e.ID == 0 {
		return Event{}, fmt.Errorf("%w: not an event", ErrSignature)
	}
	return e, nil
}

// anySigned compares every signature, "v1," and Base64, with that of every secret.
func anySigned(signatures string, signed []byte, secrets []string) bool {
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			continue
		}
		mac := hmac.New(sha256.New, key)
		mac.Write(signed)
		want := mac.Sum(nil)
		for part := range strings.FieldsSeq(signatures) {
			given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(part, "v1,"))
			if err == nil && strings.HasPrefix(part, "v1,") && hmac.Equal(given, want) {
				return true
			}
		}
	}
	return false
}
