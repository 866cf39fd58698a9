package ims

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

func sign(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
