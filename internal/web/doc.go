// Package web is what all HTTP doors share: the request id, problem details (RFC 9457) for every refusal, limits, browser
// origins, idempotency keys, cursors, pictures of QR codes, and a huma API that speaks in our shapes.
//
// Requests come from the doors' listeners and go on to their handlers; errors come back from the work rooms and leave as
// application/problem+json. It may import ims/internal/access, ims/internal/qr, ims/internal/bank, ims/internal/money and ims/iban.
package web
