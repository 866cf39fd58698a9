package bank

import (
	"errors"
	"fmt"
)

// Kind classifies an error; it alone decides the HTTP status.
type Kind int

// The closed set of kinds, each with its HTTP status. Anything that is not a *Error is an opaque 500.
const (
	Malformed        Kind = 400
	Unauthenticated  Kind = 401
	Forbidden        Kind = 403
	NotFound         Kind = 404
	MethodNotAllowed Kind = 405
	NotAcceptable    Kind = 406
	Conflict         Kind = 409
	Precondition     Kind = 412
	TooLarge         Kind = 413
	UnsupportedMedia Kind = 415
	Invalid          Kind = 422
	RateLimited      Kind = 429
	Unavailable      Kind = 503
)

// FieldError says what is wrong with one field of a request. It never repeats the offending value.
type FieldError struct {
	Pointer string // JSON pointer, or the name of a parameter
	Code    string
	Detail  string
}

// Error is what a caller may know about a refusal: Code is stable and documented, Message is safe to show.
type Error struct {
	Kind    Kind
	Code    string
	Title   string // fixed per code
	Message string
	Fields  []FieldError
	cause   error
}

// Error returns the message with its code and, for logs, the cause.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = e.Title
	}
	if e.cause != nil {
		return fmt.Sprintf("%s (%s): %v", text, e.Code, e.cause)
	}
	return fmt.Sprintf("%s (%s)", text, e.Code)
}

// Unwrap returns the cause, which is logged and never shown.
func (e *Error) Unwrap() error { return e.cause }

// Is matches errors of the same code, so that errors.Is(err, bank.ErrNotFound) works on derived errors.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With derives an error with a message of its own. The message must be safe to show.
func (e *Error) With(format string, args ...any) *Error {
	derived := *e
	derived.Message = fmt.Sprintf(format, args...)
	return &derived
}

// Field derives an error that points at one field.
func (e *Error) Field(pointer, code, detail string) *Error {
	derived := *e
	derived.Fields = append(append([]FieldError(nil), e.Fields...), FieldError{pointer, code, detail})
	return &derived
}

// Because derives an error with a cause that is logged and never shown.
func (e *Error) Because(cause error) *Error {
	derived := *e
	derived.cause = cause
	return &derived
}

// AsError returns the *Error inside err, if there is one.
func AsError(err error) (*Error, bool) {
	return errors.AsType[*Error](err)
}

// Catalogue lists every error a caller can get, in the order of the documentation.
func Catalogue() []*Error { return append([]*Error(nil), catalogue...) }

var catalogue []*Error

// define is called from this file's variables only, so that the catalogue is complete by construction.
func define(kind Kind, code, title string) *Error {
	e := &Error{Kind: kind, Code: code, Title: title}
	catalogue = append(catalogue, e)
	return e
}

// The catalogue: one variable per code.
var (
	ErrMalformed           = define(Malformed, "malformed", "The request cannot be read")
	ErrIdempotencyRequired = define(Malformed, "idempotency-key-required", "An Idempotency-Key header is required")
	ErrUnauthenticated     = define(Unauthenticated, "unauthenticated", "No valid credentials were presented")
	ErrAssertionRefused    = define(Unauthenticated, "assertion-refused", "The assertion is not trusted")
	ErrAssertionExpired    = define(Unauthenticated, "assertion-expired", "The assertion is not of now")
	ErrAssertionUsed       = define(Unauthenticated, "assertion-used", "The assertion was used before")
	ErrForbidden           = define(Forbidden, "forbidden", "The caller may not do this")
	ErrCertificateUnknown  = define(Forbidden, "certificate-not-authorised", "The certificate is not authorised")
	ErrOriginRefused       = define(Forbidden, "origin-not-allowed", "The origin is not registered")
	ErrFourEyes            = define(Forbidden, "second-person-required", "A second person must decide this")
	ErrSignatureRefused    = define(Forbidden, "signature-refused", "The order is not signed by whom it must be")
	ErrConfirmation        = define(Forbidden, "confirmation-required", "The operator must confirm who they are")
	ErrNotFound            = define(NotFound, "not-found", "There is no such object")
	ErrMethodNotAllowed    = define(MethodNotAllowed, "method-not-allowed", "The method is not allowed here")
	ErrNotAcceptable       = define(NotAcceptable, "not-acceptable", "None of the accepted media types is offered")
	ErrConflict            = define(Conflict, "conflict", "The object's state does not allow this")
	ErrAlreadyExists       = define(Conflict, "already-exists", "The object exists already")
	ErrFileDuplicate       = define(Conflict, "file-duplicate", "A file with this content was uploaded before")
	ErrFileNameTaken       = define(Conflict, "file-name-taken", "A file with this name was uploaded before")
	ErrFileNotExecutable   = define(Conflict, "file-not-executable", "The file cannot be executed in its status")
	ErrBalanceNotEmpty     = define(Conflict, "balance-not-empty", "The balance is not empty")
	ErrKeyRunning          = define(Conflict, "idempotency-key-in-use", "A request with this key is still running")
	ErrApprovalStale       = define(Conflict, "approval-stale", "What was to be approved has changed")
	ErrBaseIBANOverlap     = define(Conflict, "base-iban-overlap", "The base IBAN overlaps a registered one")
	ErrPrecondition        = define(Precondition, "precondition-failed", "The object has changed")
	ErrTooLarge            = define(TooLarge, "too-large", "The request is too large")
	ErrUnsupportedMedia    = define(UnsupportedMedia, "unsupported-media-type", "The media type is not supported")
	ErrInvalid             = define(Invalid, "invalid", "The request breaks a rule")
	ErrKeyReused           = define(Invalid, "idempotency-key-reused", "The key was used with another request")
	ErrInsufficientFunds   = define(Invalid, "insufficient-funds", "The available amount is too small")
	ErrBlocked             = define(Invalid, "blocked", "A block forbids this")
	ErrBalanceClosed       = define(Invalid, "balance-closed", "The balance is closed")
	ErrCurrencyMismatch    = define(Invalid, "currency-mismatch", "The currencies differ")
	ErrCurrencyUnsupported = define(Invalid, "currency-unsupported", "The currency is not supported")
	ErrAmountInvalid       = define(Invalid, "amount-invalid", "The amount must be a positive number of minor units")
	ErrKYCNotAccepted      = define(Invalid, "kyc-not-accepted", "The end user's KYC is not accepted")
	ErrNoBaseIBAN          = define(Invalid, "no-base-iban", "The customer has no base IBAN for this currency")
	ErrRangeExhausted      = define(Invalid, "base-iban-exhausted", "The base IBAN has no numbers left")
	ErrUserLocked          = define(Invalid, "user-locked", "The end user is locked")
	ErrChart               = define(Invalid, "posting-not-allowed", "The chart of accounts does not allow this posting")
	ErrTransferLimit       = define(Invalid, "transfer-limit-exceeded", "A limit for transfers forbids this")
	ErrPayeeUnusable       = define(Invalid, "payee-unusable", "The payee's IBAN cannot be paid")
	ErrPayeeName           = define(Invalid, "payee-name-mismatch", "The payee's name does not match")
	ErrQRUnavailable       = define(Invalid, "qr-unavailable", "There is no QR code for this IBAN")
	ErrCSR                 = define(Invalid, "csr-invalid", "The certificate request cannot be signed")
	ErrRateLimited         = define(RateLimited, "rate-limited", "Too many requests")
	ErrUnavailable         = define(Unavailable, "unavailable", "The service cannot take this now")
)
