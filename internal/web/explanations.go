package web

import (
	"fmt"
	"net/http"
	"strings"

	"ims/internal/bank"
)

// explanation tells a caller's engineer what a code means and what to do.
type explanation struct{ cause, remedy string }

// explanations has one line for each code of the catalogue, and one for the unknown.
var explanations = map[string]explanation{
	"malformed":                  {"The body is not JSON in UTF-8, names a field twice, did not arrive whole, the address or a header cannot be read, or HTTP without TLS came to the TLS port.", "Compare the request with the operation's example; use https."},
	"idempotency-key-required":   {"The operation moves money and came without a key.", "Send a fresh Idempotency-Key for each intent, and the same one when you retry it."},
	"unauthenticated":            {"Server API: the connection presented no client certificate. Mobile API: there is no bearer token, or its session is over, was ended, or the end user is locked.", "Connect with the certificate that was signed for you (curl: --cert and --key); in the app, get a new session token."},
	"assertion-refused":          {"It is no compact JWS (RS256 or ES256) signed with the key of the first certificate of x5c, that certificate was not signed by our CA as a client's, or a claim is missing.", "Compare it with the example in the mobile API's guide; x5c holds the certificate you were given, and the claims are userId, deviceId, iat and jti."},
	"assertion-expired":          {"Its iat is more than 60 seconds old, or lies in the future; or exp or nbf say that it does not hold now.", "Make an assertion for each sign-in, just before; keep the clock of the machine that signs it right."},
	"assertion-used":             {"A session was issued for an assertion with this jti.", "Make a new assertion with a jti of its own, such as a random UUID."},
	"forbidden":                  {"The certificate or operator lacks the permission that the operation needs.", "Look at GET /secure/whoami; ask an ADMIN for a certificate with the permission."},
	"certificate-not-authorised": {"The certificate's CN and key are not registered, were revoked or have expired.", "Compare the CN in the answer with the one you were given; ask for a new certificate if it was revoked."},
	"origin-not-allowed":         {"A browser page of another site sent the request, and its host is not registered for your customer.", "Call the API from your server, or have the host registered: ims domain add."},
	"second-person-required":     {"Four eyes bind: nobody else has approved this, or you brought what it is about.", "Let another operator approve it, then repeat the request unchanged. A file that you uploaded is executed by somebody else."},
	"signature-refused":          {"The JWS or the passkey's answer is not one of a registered key, or not over this order: another id, amount, currency, payee or challenge.", "Sign exactly what the order was answered with; one JWS or one passkey's answer, never both."},
	"confirmation-required":      {"What was asked is grave, and the operator proved who they are more than five minutes ago.", "Confirm with the password or a code, then repeat the request."},
	"not-found":                  {"There is no such object among yours, or nothing at this address.", "Check the identifier; objects of others are not found either."},
	"method-not-allowed":         {"The address exists, the method does not.", "Use a method of the Allow header."},
	"not-acceptable":             {"The Accept header names only media types that are not offered.", "Leave it out, or name one that the operation documents."},
	"conflict":                   {"The object is in a state in which this cannot be done.", "Read the object and decide anew."},
	"already-exists":             {"There is one already.", "Read the existing object; choose another name where names must differ."},
	"file-duplicate":             {"A file with exactly these bytes was uploaded before.", "Look for it in the list of files; nothing was changed."},
	"file-name-taken":            {"A file of this name was uploaded before and is not Invalid.", "If the content is new, upload it under the bank's own, unique name."},
	"file-not-executable":        {"Only a Validated file can be executed, and only once.", "Read the file's status; an Invalid one tells in its findings what is wrong."},
	"balance-not-empty":          {"Money, a hold or a debt is left on the balance.", "Move the money, wait for the holds, repay the debt; then close."},
	"idempotency-key-in-use":     {"A request with the same key is being worked on.", "Wait for Retry-After and repeat it unchanged: you get the first one's answer."},
	"approval-stale":             {"What was to be approved changed after it was requested.", "Look at the present content and request again."},
	"base-iban-overlap":          {"Another base IBAN of the installation contains, equals or lies in this one.", "Ask the issuing institution for another range."},
	"precondition-failed":        {"The object changed since you read it.", "Read it again and repeat the change on what you find."},
	"too-large":                  {"The body is longer than the operation accepts.", "Split it; the limits are in the operation's description."},
	"unsupported-media-type":     {"The Content-Type is not one that the operation reads.", "Send application/json, or application/octet-stream for a file."},
	"invalid":                    {"A field or parameter is missing, unknown, or breaks a rule.", "Each element of errors names one of them and says what is expected."},
	"idempotency-key-reused":     {"The key came before with another body or for another address.", "Use a fresh key for each intent."},
	"insufficient-funds":         {"The available amount of the paying side, a balance or your own funds, is smaller than the amount.", "Compare with available; fund the paying side. A debit of a balance that was refused needs a new idempotency key."},
	"blocked":                    {"A block on the IBAN, the balance or its owner stops this direction.", "Read the blocks; lift the one that is yours. A debit that was refused needs a new idempotency key."},
	"balance-closed":             {"The balance was closed for ever.", "Use another balance of the end user."},
	"currency-mismatch":          {"The amount's currency is not the balance's.", "Send the amount in the currency of the balance."},
	"currency-unsupported":       {"The currency is not one of the supported ones.", "Use one of the codes in the documentation."},
	"amount-invalid":             {"The amount is zero or negative.", "Send a positive integer of minor units: 12345 is 123.45 PLN."},
	"kyc-not-accepted":           {"Your settings let no IBAN be issued before the end user's kycStatus is ACCEPTED.", "Set kycStatus to ACCEPTED once you have accepted the end user; in automatic mode waiting balances then get their IBANs at once."},
	"no-base-iban":               {"No base IBAN of the currency was assigned to you.", "Ask the issuing institution; waiting balances get their IBANs later."},
	"base-iban-exhausted":        {"All numbers of the base IBAN are in use.", "Ask the issuing institution for another base IBAN."},
	"user-locked":                {"The end user is LOCKED.", "Set the status to ACTIVE if that is right."},
	"posting-not-allowed":        {"Money cannot go from this kind of balance to that one.", "Name other balances; the chart of accounts cannot be changed by a request."},
	"transfer-limit-exceeded":    {"The transfer, or all of the balance or the end user on this day, would be more than your settings allow.", "Order less, or on another day; an ADMIN can change the limits."},
	"payee-unusable":             {"The payee's IBAN is one of yours that was never issued, is closed, cannot be credited, is in another currency, is the payer's own, or is a master account.", "Ask the payee for the IBAN; to move money between currencies or to a master account, do otherwise."},
	"payee-name-mismatch":        {"Your settings want the payee's name to match, and the IBAN belongs to another one.", "Correct the name, or ask the payee; where it is close the answer says the right one."},
	"qr-unavailable":             {"No standard of QR codes serves the currency or the country of the IBAN: EUR in SEPA and PLN in Poland have one.", "Share the IBAN as text, best in its print form."},
	"csr-invalid":                {"The certificate request has a weak key, a wrong signature, or a CN not of the form V-<Company>-<Application>.", "Make it anew as the guide shows."},
	"rate-limited":               {"Too many requests in a short time.", "Wait for Retry-After; spread the load."},
	"unavailable":                {"The service is overloaded, stopping, or gave the request up.", "Wait for Retry-After and repeat it with the same idempotency key."},
	"internal":                   {"Something failed on our side; what, is in our log under the request id.", "Repeat it with the same idempotency key; if it stays, send us the request id."},
}

// problems lists what a caller can get: the catalogue, then the unknown.
func problems() []*bank.Error { return append(bank.Catalogue(), errInternal) }

//go:generate go test ims/internal/web -run ^TestProblemsPage$ -count 1 -update

// ProblemsPage is the documentation of all codes as Markdown.
func ProblemsPage() string {
	var b strings.Builder
	b.WriteString("# Problems\n\nGenerated from the error catalogue by the tests of internal/web; do not edit.\n\n" +
		"Every refusal is `application/problem+json` (RFC 9457). Decide on `code`: it is stable. `errors` says which field is\n" +
		"wrong, `requestId` is what to quote when asking for help. Values that were sent are never repeated. Answers with\n" +
		"409 `idempotency-key-in-use`, 429 and 503 carry `Retry-After` in seconds.\n\n" +
		"| status | code | title | cause | remedy |\n|---|---|---|---|---|\n")
	for _, e := range problems() {
		why := explanations[e.Code]
		fmt.Fprintf(&b, "| %d | `%s` | %s | %s | %s |\n", int(e.Kind), e.Code, e.Title, why.cause, why.remedy)
	}
	return b.String()
}

// ExplainProblem answers GET /problems/{code}, which the type of a problem points at, in plain text.
func ExplainProblem(w http.ResponseWriter, r *http.Request) {
	for _, e := range problems() {
		if e.Code == r.PathValue("code") {
			why := explanations[e.Code]
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprintf(w, "%s (%d %s)\n\nCause:  %s\nRemedy: %s\n", e.Title, int(e.Kind), e.Code, why.cause, why.remedy)
			return
		}
	}
	Refuse(w, r, bank.ErrNotFound.With("there is no such problem"))
}
