// Package customers onboards: customers and their settings, master accounts, base IBANs, the hosts their browsers come from, and the certificate authority that
// turns a customer's request into the certificate that authorises it.
//
// Data comes from operators and the command line, through the doors; it goes to the store's customers, balances (the
// customer's own, never end users'), registry of base IBANs and certificates. ims/internal/accounts issues IBANs from the
// base IBANs, ims/internal/access authenticates the certificates. It may import ims/internal/store, ims/internal/bank,
// ims/internal/money and ims/iban.
package customers
