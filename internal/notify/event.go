package notify

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ims/internal/bank"
)

// event is what an endpoint is told: a transaction was created (version 0) or changed.
type event struct {
	customer bank.CustomerID
	id       bank.TransactionID
	version  int64
	at       time.Time
}

// body is exactly the original's: the id to fetch the transaction by, and when it happened.
func (v event) body() string { return fmt.Sprintf(`{"id": %d, "timestamp": %d}`, v.id, v.at.Unix()) }

// name is the same for every attempt, so that the receiver can tell a repetition.
func (v event) name() string { return fmt.Sprintf("evt_%d_%d_%d", v.customer, v.id, v.version) }

// sign sets the headers of Standard Webhooks: a signature by every secret that is valid.
func (v event) sign(h http.Header, secrets []bank.SigningSecret, body string, now time.Time) error {
	var signatures []string
	for _, secret := range secrets {
		if !secret.Until.IsZero() && now.After(secret.Until) {
			continue
		}
		hook, err := webhooks.NewWebhook(secret.Secret)
		if err != nil {
			return err
		}
		signature, err := hook.Sign(v.name(), now, []byte(body))
		if err != nil {
			return err
		}
		signatures = append(signatures, signature)
	}
	h.Set(webhooks.HeaderWebhookID, v.name())
	h.Set(webhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	h.Set(webhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
