package store

import (
	"database/sql"
	"time"

	"ims/internal/bank"
)

// AddOperator inserts an operator; bank.ErrAlreadyExists if the e-mail is taken.
func (tx *Tx) AddOperator(o bank.Operator) error {
	fresh, err := tx.insertNew("INSERT INTO operators (id, email, locked, created_at) VALUES ($1, $2, $3, $4)",
		o.ID, o.Email, flag(o.Locked), micros(o.CreatedAt))
	if err == nil && !fresh {
		return bank.ErrAlreadyExists.With("an operator with this e-mail exists")
	}
	return err
}

func scanOperator(row scanner) (o bank.Operator, err error) {
	return o, row.Scan(&o.ID, &o.Email, &o.Locked, instant{&o.CreatedAt})
}

// OperatorByEmail returns an operator or bank.ErrNotFound.
func (tx *Tx) OperatorByEmail(email string) (bank.Operator, error) {
	return queryOne(tx, scanOperator, "SELECT id, email, locked, created_at FROM operators WHERE email = $1", email)
}

// SetOperatorLocked locks or unlocks an operator.
func (tx *Tx) SetOperatorLocked(id bank.ID, locked bool) error {
	return tx.execOne("UPDATE operators SET locked = $2 WHERE id = $1", id, flag(locked))
}

// SetRole gives an operator a role with a customer, in place of an earlier one. Who is locked with the customer stays so.
func (tx *Tx) SetRole(r bank.OperatorRole) error {
	_, err := tx.exec(`INSERT INTO operator_roles (customer_id, operator_id, role, institution, locked) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (customer_id, operator_id) DO UPDATE SET role = excluded.role, institution = excluded.institution`,
		r.Customer, r.Operator, r.Role, flag(r.Institution))
	return err
}

// Role returns what an operator is for a customer, or bank.ErrNotFound.
func (tx *Tx) Role(customer bank.CustomerID, operator bank.ID) (bank.OperatorRole, error) {
	scan := func(row scanner) (r bank.OperatorRole, err error) {
		return r, row.Scan(&r.Customer, &r.Operator, &r.Role, &r.Institution)
	}
	return queryOne(tx, scan, "SELECT customer_id, operator_id, role, institution FROM operator_roles WHERE customer_id = $1 AND operator_id = $2",
		customer, operator)
}

// SetRoleLocked locks or unlocks an operator with one customer; the account works on with others. bank.ErrNotFound if the
// operator has no role with this one.
func (tx *Tx) SetRoleLocked(customer bank.CustomerID, operator bank.ID, locked bool) error {
	return tx.execOne("UPDATE operator_roles SET locked = $3 WHERE customer_id = $1 AND operator_id = $2", customer, operator, flag(locked))
}

// Staff is an operator with the role for one customer. Locked tells whether the account or the role is.
type Staff struct {
	bank.Operator
	bank.OperatorRole
	AcceptedAt  time.Time // when the person came to this customer; zero: they have not
	LockedUntil time.Time // after failed attempts to sign in; zero: there were none

	// Only Operators tells these.
	App        bool      // an authenticator app is set up
	Passkeys   int64     // of the account, for all hosts
	LastSignIn time.Time // to this customer's panel; zero: never
}

const (
	staffFields = `SELECT o.id, o.email, CASE WHEN o.locked = 1 OR r.locked = 1 THEN 1 ELSE 0 END, o.created_at, r.customer_id, r.role,
	r.institution, r.accepted_at, NULLIF(c.locked_until, 0)`
	staffFrom = ` FROM operator_roles r JOIN operators o ON o.id = r.operator_id
	LEFT JOIN operator_credentials c ON c.operator_id = r.operator_id WHERE r.customer_id = $1`
	staffColumns = staffFields + staffFrom
	// The last sign-in is the operator's own newest event of that name: few lie behind it.
	factorFields = `, CASE WHEN c.totp IS NULL THEN 0 ELSE 1 END, (SELECT COUNT(*) FROM operator_passkeys p WHERE p.operator_id = r.operator_id),
	(SELECT a.at FROM audit_events a WHERE a.customer_id = r.customer_id AND a.actor = o.email AND a.action = 'operator.signed-in'
	ORDER BY a.id DESC LIMIT 1)`
)

func (s *Staff) fields() []any {
	return []any{&s.ID, &s.Email, &s.Locked, instant{&s.CreatedAt}, &s.Customer, &s.Role, &s.Institution, instant{&s.AcceptedAt}, instant{&s.LockedUntil}}
}

func scanStaff(row scanner) (s Staff, err error) {
	err = row.Scan(s.fields()...)
	s.OperatorRole.Operator = s.ID
	return s, err
}

func scanWholeStaff(row scanner) (s Staff, err error) {
	err = row.Scan(append(s.fields(), &s.App, &s.Passkeys, instant{&s.LastSignIn})...)
	s.OperatorRole.Operator = s.ID
	return s, err
}

// Operators lists the operators of a customer by e-mail, with their second factors and last sign-in.
func (tx *Tx) Operators(customer bank.CustomerID) ([]Staff, error) {
	return query(tx, scanWholeStaff, staffFields+factorFields+staffFrom+" ORDER BY o.email", customer)
}

// StaffByEmail returns one operator of a customer, or bank.ErrNotFound.
func (tx *Tx) StaffByEmail(customer bank.CustomerID, email string) (Staff, error) {
	return queryOne(tx, scanStaff, staffColumns+" AND o.email = $2", customer, email)
}

// StaffByID is StaffByEmail by the operator's id.
func (tx *Tx) StaffByID(customer bank.CustomerID, operator bank.ID) (Staff, error) {
	return queryOne(tx, scanStaff, staffColumns+" AND o.id = $2", customer, operator)
}

// AcceptRole notes that the person came to this customer; who came before stays as they are.
func (tx *Tx) AcceptRole(customer bank.CustomerID, operator bank.ID, at time.Time) error {
	return tx.execOne(`UPDATE operator_roles SET accepted_at = COALESCE(accepted_at, $3) WHERE customer_id = $1 AND operator_id = $2`,
		customer, operator, micros(at))
}

// SetPermissions writes the permissions of a role of one customer.
func (tx *Tx) SetPermissions(customer bank.CustomerID, role bank.Role, list []bank.Permission) error {
	if _, err := tx.exec("DELETE FROM role_permissions WHERE customer_id = $1 AND role = $2", customer, role); err != nil {
		return err
	}
	for _, p := range list {
		if _, err := tx.exec("INSERT INTO role_permissions (customer_id, role, permission) VALUES ($1, $2, $3)", customer, role, p); err != nil {
			return err
		}
	}
	return nil
}

// Permissions lists the permissions of a role of one customer.
func (tx *Tx) Permissions(customer bank.CustomerID, role bank.Role) ([]bank.Permission, error) {
	scan := func(row scanner) (p bank.Permission, err error) { return p, row.Scan(&p) }
	return query(tx, scan, "SELECT permission FROM role_permissions WHERE customer_id = $1 AND role = $2 ORDER BY permission", customer, role)
}

// ApprovalRequest asks for a second person before a change is made. It is what rooms hand to whoever keeps the approvals.
type ApprovalRequest struct {
	Action  string   // noun.verb
	Object  string   // what it is about; together with Action it names the change
	Digest  [32]byte // of the exact content: another digest is another request
	Summary string   // what the second person reads, in English
	Content string   // what exactly is to happen, as bank.ApprovalContent writes it
	Barred  string   // who may ask, but neither approve nor carry it out; empty: nobody besides who asks
}

// AddApproval inserts a request for a second person; false if the object already waits for one or has one unused.
func (tx *Tx) AddApproval(a bank.Approval) (bool, error) {
	return tx.insertNew(`INSERT INTO approvals (customer_id, id, action, object, digest, summary, content, barred, status, requested_by,
		requested_at, decided_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '')`,
		a.Customer, a.ID, a.Action, a.Object, a.Digest[:], a.Summary, a.Content, a.Barred, a.Status, a.RequestedBy, micros(a.RequestedAt))
}

const approvalColumns = `SELECT customer_id, id, action, object, digest, summary, content, barred, status, requested_by, requested_at,
	decided_by, decided_at, reason FROM approvals`

func scanApproval(row scanner) (a bank.Approval, err error) {
	return a, row.Scan(&a.Customer, &a.ID, &a.Action, &a.Object, hash32{&a.Digest}, &a.Summary, &a.Content, &a.Barred, &a.Status, &a.RequestedBy,
		instant{&a.RequestedAt}, &a.DecidedBy, instant{&a.DecidedAt}, &a.Reason)
}

// LockApproval returns an approval, locked until the end of the transaction, or bank.ErrNotFound.
func (tx *Tx) LockApproval(customer bank.CustomerID, id bank.ID) (bank.Approval, error) {
	return queryOne(tx, scanApproval, approvalColumns+" WHERE customer_id = $1 AND id = $2"+tx.engine.LockRows(), customer, id)
}

// Approval returns an approval, or bank.ErrNotFound.
func (tx *Tx) Approval(customer bank.CustomerID, id bank.ID) (bank.Approval, error) {
	return queryOne(tx, scanApproval, approvalColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// ApprovalsOf lists the approvals about an object, whatever became of them, oldest first.
func (tx *Tx) ApprovalsOf(customer bank.CustomerID, object string) ([]bank.Approval, error) {
	return query(tx, scanApproval, approvalColumns+" WHERE customer_id = $1 AND object = $2 ORDER BY id", customer, object)
}

// PendingFigure counts the approvals of an action that one person asked for and nobody has decided. Barred is as in
// bank.Approval.
type PendingFigure struct {
	Action, RequestedBy, Barred string
	Approvals                   int64
}

// PendingApprovals counts what waits for a second person.
func (tx *Tx) PendingApprovals(customer bank.CustomerID) ([]PendingFigure, error) {
	scan := func(row scanner) (p PendingFigure, err error) {
		return p, row.Scan(&p.Action, &p.RequestedBy, &p.Barred, &p.Approvals)
	}
	// The index is of pending and approved ones together.
	return query(tx, scan, `SELECT action, requested_by, barred, SUM(CASE WHEN status = 'PENDING' THEN 1 ELSE 0 END) FROM approvals
		WHERE customer_id = $1 AND status IN ('PENDING', 'APPROVED') GROUP BY action, requested_by, barred ORDER BY action, requested_by, barred`, customer)
}

// OpenApproval returns the approval of an action on an object that is pending or not yet used, locked, or bank.ErrNotFound.
func (tx *Tx) OpenApproval(customer bank.CustomerID, action, object string) (bank.Approval, error) {
	return queryOne(tx, scanApproval, approvalColumns+` WHERE customer_id = $1 AND action = $2 AND object = $3
		AND status IN ('PENDING', 'APPROVED')`+tx.engine.LockRows(), customer, action, object)
}

// ApprovalFilter selects approvals; zero fields do not filter.
type ApprovalFilter struct {
	Status bank.ApprovalStatus
	After  bank.ID // continue behind this one
	Back   bool    // what comes before After instead
	Limit  int
}

// Approvals lists approvals, oldest first.
func (tx *Tx) Approvals(customer bank.CustomerID, f ApprovalFilter) ([]bank.Approval, error) {
	w := newWhere("customer_id = $1", customer)
	w.text("status = ?", string(f.Status))
	return readPage(tx, scanApproval, approvalColumns, w, page[bank.ID]{key: "id", from: f.After, back: f.Back, limit: f.Limit})
}

// DecideApproval writes the status and decision of an approval that the caller has locked.
func (tx *Tx) DecideApproval(a bank.Approval) error {
	return tx.execOne("UPDATE approvals SET status = $3, decided_by = $4, decided_at = $5, reason = $6 WHERE customer_id = $1 AND id = $2",
		a.Customer, a.ID, a.Status, a.DecidedBy, nullMicros(a.DecidedAt), a.Reason)
}

// ClaimCN binds a CN to a customer for ever and returns its owner, which is somebody else's if it was claimed before.
func (tx *Tx) ClaimCN(cn string, customer bank.CustomerID) (bank.CustomerID, error) {
	if _, err := tx.insertNew("INSERT INTO certificate_names (cn, customer_id) VALUES ($1, $2)", cn, customer); err != nil {
		return 0, err
	}
	return tx.CustomerOfCN(cn)
}

// CustomerOfCN returns the owner of a CN, or bank.ErrNotFound.
func (tx *Tx) CustomerOfCN(cn string) (bank.CustomerID, error) {
	n, err := queryOne(tx, number, "SELECT customer_id FROM certificate_names WHERE cn = $1", cn)
	return bank.CustomerID(n), err
}

// AddCertificate inserts a client certificate.
func (tx *Tx) AddCertificate(c bank.Certificate) error {
	_, err := tx.exec(`INSERT INTO certificates (customer_id, id, cn, serial, key_hash, email, pem, not_before, not_after, status, permissions, created_at, revoked_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')`, c.Customer, c.ID, c.CN, c.Serial, c.KeyHash[:], c.Email, c.PEM,
		micros(c.NotBefore), micros(c.NotAfter), c.Status, permissionsText(c.Permissions), micros(c.CreatedAt))
	return err
}

func scanCertificate(row scanner) (c bank.Certificate, err error) {
	var permissions sql.NullString
	err = row.Scan(&c.Customer, &c.ID, &c.CN, &c.Serial, hash32{&c.KeyHash}, &c.Email, &c.PEM, instant{&c.NotBefore}, instant{&c.NotAfter},
		&c.Status, &permissions, instant{&c.CreatedAt})
	c.Permissions = permissionsOf(permissions.String)
	return c, err
}

// Certificates lists a customer's certificates with a CN, or all if cn is empty, in the order of signing.
func (tx *Tx) Certificates(customer bank.CustomerID, cn string) ([]bank.Certificate, error) {
	w := newWhere("customer_id = $1", customer)
	w.text("cn = ?", cn)
	text, args := w.build(`SELECT customer_id, id, cn, serial, key_hash, email, pem, not_before, not_after, status, permissions, created_at
		FROM certificates`, "ORDER BY id", 0)
	return query(tx, scanCertificate, text, args...)
}

// RevokeCertificate ends a certificate for ever, or bank.ErrNotFound if there is no active one with this serial.
func (tx *Tx) RevokeCertificate(customer bank.CustomerID, serial, reason string, at int64) error {
	return tx.execOne(`UPDATE certificates SET status = 'REVOKED', revoked_at = $3, revoked_reason = $4
		WHERE customer_id = $1 AND serial = $2 AND status = 'ACTIVE'`, customer, serial, at, reason)
}
