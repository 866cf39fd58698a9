package bank

import (
	"slices"
	"strings"
	"time"
)

// Permission is what code checks; roles are only names for sets of them.
type Permission string

// The permissions.
const (
	PermUsersRead      Permission = "users:read"
	PermUsersWrite     Permission = "users:write"
	PermBalancesWrite  Permission = "balances:write"
	PermIBANsIssue     Permission = "ibans:issue"
	PermBlocksWrite    Permission = "blocks:write"
	PermMoneyPost      Permission = "money:post"
	PermTransfersOrder Permission = "transfers:order"
	PermHistoryRead    Permission = "history:read"
	PermOperatorsRead  Permission = "operators:read"
	PermOperatorsWrite Permission = "operators:write"
	PermFilesRead      Permission = "files:read"
	PermFilesUpload    Permission = "files:upload"
	PermFilesExecute   Permission = "files:execute"
	PermFundsRead      Permission = "funds:read"
	PermItemsDecide    Permission = "items:decide"
	PermCustomerWrite  Permission = "customer:write"

	PermNotificationsWrite Permission = "notifications:write"
	PermSessionsWrite      Permission = "sessions:write" // sign end users in and out
	PermAuditRead          Permission = "audit:read"     // who changed what, and the proofs of the ledger
	PermPayeesVerify       Permission = "payees:verify"  // ask whether a name is that of who holds an IBAN
)

// AllPermissions lists every permission.
func AllPermissions() []Permission {
	return []Permission{PermUsersRead, PermUsersWrite, PermBalancesWrite, PermIBANsIssue, PermBlocksWrite, PermMoneyPost,
		PermTransfersOrder, PermHistoryRead, PermOperatorsRead, PermOperatorsWrite, PermFilesRead, PermFilesUpload, PermFilesExecute,
		PermFundsRead, PermItemsDecide, PermCustomerWrite, PermNotificationsWrite, PermSessionsWrite, PermAuditRead,
		PermPayeesVerify}
}

// Role names a set of permissions of one customer.
type Role string

// The roles of operators.
const (
	Employee Role = "EMPLOYEE"
	Manager  Role = "MANAGER"
	Admin    Role = "ADMIN"
)

// Known tells whether the role is one of the three.
func (r Role) Known() bool { return r == Employee || r == Manager || r == Admin }

// DefaultPermissions are the rows a new customer starts with; they are data and may be changed per customer. Those about
// files, items and funds count only for operators of the issuing institution (InstitutionOnly).
func DefaultPermissions(r Role) []Permission {
	perms := []Permission{PermUsersRead, PermHistoryRead, PermBalancesWrite}
	if r == Manager || r == Admin {
		perms = append(perms, PermUsersWrite, PermIBANsIssue, PermBlocksWrite, PermOperatorsRead, PermOperatorsWrite)
	}
	if r == Admin {
		perms = append(perms, PermFilesRead, PermFilesUpload, PermFilesExecute, PermFundsRead, PermItemsDecide,
			PermCustomerWrite, PermMoneyPost, PermTransfersOrder, PermNotificationsWrite, PermAuditRead)
	}
	return perms
}

// InstitutionOnly tells whether a permission of an operator counts only if they belong to the IBAN issuing institution.
func InstitutionOnly(p Permission) bool {
	switch p {
	case PermFilesRead, PermFilesUpload, PermFilesExecute, PermFundsRead, PermItemsDecide, PermMoneyPost, PermTransfersOrder:
		return true
	}
	return false
}

// CertificatePermissions are those of a new certificate; files and items must be granted by name. No role has
// PermSessionsWrite: only the customer's own programs know who an end user is. Nor has one PermPayeesVerify: operators who
// may know read the name itself.
func CertificatePermissions() []Permission {
	return []Permission{PermUsersRead, PermUsersWrite, PermBalancesWrite, PermIBANsIssue, PermBlocksWrite, PermMoneyPost,
		PermTransfersOrder, PermHistoryRead, PermFundsRead, PermNotificationsWrite, PermSessionsWrite,
		PermPayeesVerify}
}

// ActorKind says what acts.
type ActorKind string

// The kinds of actors.
const (
	ActorOperator    ActorKind = "OPERATOR"
	ActorCertificate ActorKind = "CERTIFICATE"
	ActorEndUser     ActorKind = "END_USER" // with a session token; has no permissions and reads what is their own
	ActorSystem      ActorKind = "SYSTEM"   // a worker of ours, or whoever holds the store while nobody is onboarded yet
)

// Actor is who acts for a customer, with what they may do. An empty permission list means nobody.
type Actor struct {
	Customer    CustomerID
	Kind        ActorKind
	Name        string // e-mail, CN, "end user" with their id, or the worker's name; written to the audit trail
	Permissions []Permission
	User        ID     // of an end user
	Origin      string // where they act from, as RequestOrigin writes it; written to the audit trail
}

// maxOrigin bounds what an audit event keeps of an origin, in bytes.
const maxOrigin = 128

// RequestOrigin is the origin of a request: the address it came from and its id, which the log has too. Either may be empty.
func RequestOrigin(address, request string) string {
	origin := strings.TrimSpace(address)
	if request != "" {
		origin = strings.TrimSpace(origin + " request " + request)
	}
	if len(origin) > maxOrigin || CheckText(origin, false, maxOrigin) != "" {
		return "" // an address is short and plain: this is none
	}
	return origin
}

// Event is an audit event of something that the actor does. The store gives it its customer, id and instant.
func (a Actor) Event(action, object, before, after string) AuditEvent {
	return AuditEvent{Actor: a.Name, Origin: a.Origin, Action: action, Object: object, Before: before, After: after}
}

// Self returns the end user that the actor is, or an error of kind Forbidden.
func (a Actor) Self() (ID, error) {
	if a.Kind != ActorEndUser || a.User.IsZero() {
		return ID{}, ErrForbidden.With("%s is no end user", a.Name)
	}
	return a.User, nil
}

// May returns an error of kind Forbidden unless the actor has the permission. Only the system needs none.
func (a Actor) May(p Permission) error {
	if a.Kind == ActorSystem || slices.Contains(a.Permissions, p) {
		return nil
	}
	return ErrForbidden.With("%s lacks the permission %s", a.Name, p)
}

// System is the actor of a worker.
func System(customer CustomerID, name string) Actor {
	return Actor{Customer: customer, Kind: ActorSystem, Name: name}
}

// Operator works in the panel or on the command line; one account may hold a role with several customers.
type Operator struct {
	ID        ID
	Email     string
	Locked    bool
	CreatedAt time.Time
}

// OperatorRole is what an operator is for one customer.
type OperatorRole struct {
	Customer    CustomerID
	Operator    ID
	Role        Role
	Institution bool // belongs to the IBAN issuing institution
}

// CertificateStatus is the life of a client certificate.
type CertificateStatus string

// The statuses of certificates.
const (
	CertificateActive  CertificateStatus = "ACTIVE"
	CertificateRevoked CertificateStatus = "REVOKED"
)

// Certificate authorises a caller of the server API: by its CN and its public key.
type Certificate struct {
	Customer    CustomerID
	ID          ID
	CN          string
	Serial      string   // hexadecimal
	KeyHash     [32]byte // SHA-256 of the SubjectPublicKeyInfo
	Email       string   // for renewal notices
	PEM         string
	NotBefore   time.Time
	NotAfter    time.Time
	Status      CertificateStatus
	Permissions []Permission
	CreatedAt   time.Time
}

// AuditEvent says who changed what. Before and After are JSON, empty where there is nothing to show.
type AuditEvent struct {
	Customer CustomerID
	ID       TransactionID // shares the customer's counter with transactions
	At       time.Time
	Actor    string
	Origin   string // where the actor acted from; empty where it was a worker, or nobody knew
	Action   string // noun.verb
	Object   string
	Before   string
	After    string
}
