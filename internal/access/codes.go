package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"ims/internal/bank"
	"ims/internal/store"
)

// Codes of an authenticator app (RFC 6238): six digits for each step of 30 seconds, SHA-1, which is all that every app knows.
const (
	totpStep   = 30 * time.Second
	totpSecret = 20 // bytes
	totpSkew   = 1  // steps that a phone may be wrong, either way
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// stepOf is the number of the step that an instant lies in.
func stepOf(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// codeAt is the code of a step.
func codeAt(secret []byte, step int64) (string, error) {
	return hotp.GenerateCodeCustom(base32Text.EncodeToString(secret), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// matchStep finds the step around now whose code this is, newer than the last one that was used; 0 if there is none.
func matchStep(secret []byte, code string, now time.Time, used int64) (step int64, err error) {
	here := stepOf(now)
	for s := here - totpSkew; s <= here+totpSkew; s++ {
		want, err := codeAt(secret, s)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > used {
			step = s
		}
	}
	return step, nil
}

// digits takes the spaces out of a code as people type it, and tells whether it is six digits.
func digits(code string) (string, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		return "", false
	}
	return code, strings.Trim(code, "0123456789") == ""
}

// useCode spends a code of the authenticator app or a recovery code of locked credentials; the caller writes them. It tells
// which it was: "TOTP", "recovery code", or nothing if the code is not good or the account waits.
func (g *Gate) useCode(tx *store.Tx, c *bank.Credentials, text string) (string, error) {
	now := g.Now()
	if now.Before(c.LockedUntil) {
		return "", nil
	}
	if code, ok := digits(text); ok {
		if len(c.TOTP) == 0 {
			return "", nil
		}
		step, err := matchStep(c.TOTP, code, now, c.TOTPStep)
		if err != nil || step == 0 {
			return "", err
		}
		c.TOTPStep = step
		return "TOTP", nil
	}
	recovery, ok := recoveryText(text)
	if !ok {
		return "", nil
	}
	used, err := tx.UseRecoveryCode(c.Operator, hashOf(recovery))
	if err != nil || !used {
		return "", err
	}
	return "recovery code", nil
}

// recoveryCodes is how many recovery codes an operator has; recoveryBytes is how random each is.
const (
	recoveryCodes = 10
	recoveryBytes = 10
)

// newRecoveryCodes makes codes for paper, in groups of four, with their hashes.
func newRecoveryCodes() (codes []string, hashes [][32]byte) {
	for range recoveryCodes {
		secret := make([]byte, recoveryBytes)
		rand.Read(secret) // never fails
		text := base32Text.EncodeToString(secret)
		codes = append(codes, text[0:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:16])
		hashes = append(hashes, hashOf(text))
	}
	return codes, hashes
}

// recoveryText is a recovery code as it was hashed, whatever people put between its letters; false if it is none. Zero, one
// and eight are no letters of base 32, and look like some.
func recoveryText(text string) (string, bool) {
	text = strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I", "8", "B").Replace(strings.ToUpper(strings.TrimSpace(text)))
	_, err := base32Text.DecodeString(text)
	return text, err == nil && len(text) == base32Text.EncodedLen(recoveryBytes)
}
