// Package access says who is calling and what they may do: client certificates, sessions of end users with their tokens,
// operators with their roles, their sign-in to the panel, and approvals by a second person.
//
// Data comes from the doors (the certificate of a connection, session tokens, assertions of Trusted Identity, the e-mail,
// password and second factor of an operator, decisions) and from rooms that need an approval; it goes to the store's
// sessions, operators, credentials, roles and approvals, and back to the callers as a bank.Actor; links for operators go to
// whatever sends mail. The certificates it reads are signed by ims/internal/customers. It may import ims/internal/store and
// ims/internal/bank.
package access
