package panel

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"ims/internal/bank"
)

// onceKey is the hidden field with which a form that makes something is done once, however often it is sent.
const onceKey = "key"

// once is the context of a form that was sent: repeated, it does nothing again and leads to where the first one did.
func (v *visit) once(location func(made any) string) context.Context {
	key := v.r.PostFormValue(onceKey)
	if key == "" {
		return v.r.Context()
	}
	if len(key) > 64 {
		key = key[:64]
	}
	return bank.WithIdempotency(v.r.Context(), &bank.Idempotency{Key: "panel:" + v.actor.Name + ":" + key, Digest: sha256.Sum256([]byte(v.r.URL.Path + "?" + v.r.PostForm.Encode())),
		Answer: func(made any) (bank.Answer, error) {
			return bank.Answer{Status: http.StatusSeeOther, Body: []byte("{}"), Location: location(made)}, nil
		}})
}

// doneBefore tells where a form led that was sent before.
func doneBefore(err error) (location string, repeated bool) {
	if replay, is := errors.AsType[*bank.ReplayError](err); is {
		return replay.Location, true
	}
	return "", false
}
