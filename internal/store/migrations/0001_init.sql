-- The schema, one text for both engines. The engines replace a few words: INT (64-bit integer), BYTES, STR (text compared
-- byte by byte) and the endings of tables: TABLE for rows found by key, HEAP for rows that are large.
-- Every key starts with customer_id, so that the schema distributes by customer and no query can see across customers.
-- The exceptions are listed in registry.go.

CREATE TABLE installation (
  name STR NOT NULL, value BYTES NOT NULL,
  PRIMARY KEY (name)
) TABLE;

CREATE TABLE customers (
  customer_id INT NOT NULL, name STR NOT NULL, status STR NOT NULL, settings STR NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (customer_id)
) TABLE;

-- One row per customer, locked last: the next transaction id, the next balance and file number, the last instant and the
-- end of the chain.
CREATE TABLE heads (
  customer_id INT NOT NULL, next_id INT NOT NULL, next_balance INT NOT NULL, next_file INT NOT NULL,
  next_execution INT NOT NULL, next_link INT NOT NULL, last_at INT NOT NULL, last_hash BYTES NOT NULL,
  PRIMARY KEY (customer_id)
) TABLE;

CREATE TABLE links (
  customer_id INT NOT NULL, no INT NOT NULL, first_id INT NOT NULL, last_id INT NOT NULL, at INT NOT NULL,
  digest BYTES NOT NULL, hash BYTES NOT NULL,
  PRIMARY KEY (customer_id, no)
) TABLE;

CREATE TABLE audit_events (
  customer_id INT NOT NULL, id INT NOT NULL, at INT NOT NULL, actor STR NOT NULL, action STR NOT NULL,
  object STR NOT NULL, before STR NOT NULL, after STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;

CREATE TABLE master_accounts (
  customer_id INT NOT NULL, id BYTES NOT NULL, iban STR NOT NULL, name STR NOT NULL, currency STR NOT NULL,
  format STR NOT NULL, acceptance STR NOT NULL, bank_balance INT NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX master_accounts_iban ON master_accounts (customer_id, iban);

CREATE TABLE base_iban_registry (
  base STR NOT NULL, customer_id INT NOT NULL,
  PRIMARY KEY (base)
) TABLE;

CREATE TABLE base_ibans (
  customer_id INT NOT NULL, base STR NOT NULL, master_account BYTES NOT NULL, currency STR NOT NULL,
  issuing INT NOT NULL, next_counter INT NOT NULL, capacity INT NOT NULL, sealed_key BYTES NOT NULL,
  created_at INT NOT NULL,
  PRIMARY KEY (customer_id, base)
) TABLE;
CREATE UNIQUE INDEX base_ibans_issuing ON base_ibans (customer_id, currency) WHERE issuing = 1;

CREATE TABLE end_users (
  customer_id INT NOT NULL, id BYTES NOT NULL, external_id STR, type STR NOT NULL, first_name STR NOT NULL,
  last_name STR NOT NULL, company_name STR NOT NULL, email STR NOT NULL, phone STR NOT NULL, kyc_status STR NOT NULL,
  status STR NOT NULL, created_at INT NOT NULL, updated_at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX end_users_external ON end_users (customer_id, external_id);

CREATE TABLE balances (
  customer_id INT NOT NULL, no INT NOT NULL, id BYTES NOT NULL, kind INT NOT NULL, currency STR NOT NULL,
  user_id BYTES, master_account BYTES, closed INT NOT NULL, booked INT NOT NULL, held INT NOT NULL,
  created_at INT NOT NULL,
  PRIMARY KEY (customer_id, no)
) TABLE;
CREATE UNIQUE INDEX balances_id ON balances (customer_id, id);
CREATE INDEX balances_user ON balances (customer_id, user_id, no) WHERE user_id IS NOT NULL;
CREATE INDEX balances_special ON balances (customer_id, kind, currency) WHERE kind IN (2, 3, 5) OR (kind = 4 AND no > 0);

-- What moved on balances without a hot row (BANK, TECHNICAL): one row per database transaction, folded by a worker.
CREATE TABLE balance_deltas (
  customer_id INT NOT NULL, balance_no INT NOT NULL, id INT NOT NULL, amount INT NOT NULL,
  PRIMARY KEY (customer_id, balance_no, id)
) TABLE;

CREATE TABLE ibans (
  customer_id INT NOT NULL, iban STR NOT NULL, balance_no INT NOT NULL, base STR NOT NULL, counter INT NOT NULL,
  created_at INT NOT NULL, closed_at INT,
  PRIMARY KEY (customer_id, iban)
) TABLE;
CREATE INDEX ibans_balance ON ibans (customer_id, balance_no);
CREATE UNIQUE INDEX ibans_open ON ibans (customer_id, balance_no) WHERE closed_at IS NULL;

CREATE TABLE blocks (
  customer_id INT NOT NULL, id BYTES NOT NULL, target STR NOT NULL, target_key STR NOT NULL, kind STR NOT NULL,
  direction STR NOT NULL, reference STR NOT NULL, from_at INT NOT NULL, to_at INT, created_at INT NOT NULL,
  lifted_at INT,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX blocks_standing ON blocks (customer_id, target_key) WHERE lifted_at IS NULL;

CREATE TABLE holds (
  customer_id INT NOT NULL, id BYTES NOT NULL, balance_no INT NOT NULL, amount INT NOT NULL, reason STR NOT NULL,
  file_no INT NOT NULL, line INT NOT NULL, created_at INT NOT NULL, released_at INT,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX holds_open ON holds (customer_id, balance_no) WHERE released_at IS NULL;

-- The ledger. Append-only: the engines add triggers that refuse UPDATE and DELETE.
CREATE TABLE postings (
  customer_id INT NOT NULL, id INT NOT NULL, from_no INT NOT NULL, to_no INT NOT NULL, amount INT NOT NULL,
  cause INT NOT NULL, outcome INT NOT NULL, booking_date STR NOT NULL, value_date STR NOT NULL, posted_at INT NOT NULL,
  file_no INT NOT NULL, line INT NOT NULL, leg INT NOT NULL, reverses INT,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX postings_origin ON postings (customer_id, file_no, line, leg);

CREATE TABLE transactions (
  customer_id INT NOT NULL, id INT NOT NULL, balance_no INT NOT NULL, posting_id INT, type INT NOT NULL,
  status INT NOT NULL, amount INT NOT NULL, balance_after INT, at INT NOT NULL, file_no INT NOT NULL, line INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX transactions_balance ON transactions (customer_id, balance_no, id);

-- The words beside postings, which may be erased one day; the chain covers their salted digest.
CREATE TABLE details (
  customer_id INT NOT NULL, file_no INT NOT NULL, line INT NOT NULL, payer_name STR NOT NULL, payee_name STR NOT NULL,
  payer_account STR NOT NULL, payee_account STR NOT NULL, title STR NOT NULL, reference STR NOT NULL,
  operation STR NOT NULL, class STR NOT NULL, salt BYTES NOT NULL,
  PRIMARY KEY (customer_id, file_no, line)
) TABLE;

-- Idempotency keys of money, for ever: key to the digest of the request and the transaction it made.
CREATE TABLE idempotency_keys (
  customer_id INT NOT NULL, key STR NOT NULL, digest BYTES NOT NULL, object STR NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (customer_id, key)
) TABLE;

CREATE TABLE transaction_files (
  customer_id INT NOT NULL, no INT NOT NULL, id BYTES NOT NULL, master_account BYTES NOT NULL, name STR NOT NULL,
  sha256 BYTES NOT NULL, bytes INT NOT NULL, status STR NOT NULL, acceptance STR NOT NULL, totals STR NOT NULL,
  chunks INT NOT NULL, uploaded_by STR NOT NULL, uploaded_at INT NOT NULL, validated_at INT, executed_by STR NOT NULL,
  execution_no INT NOT NULL, executing_at INT, executed_at INT, attempts INT NOT NULL, stop_reason STR NOT NULL,
  lease_owner STR NOT NULL, lease_until INT NOT NULL,
  PRIMARY KEY (customer_id, no)
) TABLE;
CREATE UNIQUE INDEX transaction_files_id ON transaction_files (customer_id, id);
CREATE UNIQUE INDEX transaction_files_content ON transaction_files (customer_id, sha256);
CREATE UNIQUE INDEX transaction_files_name ON transaction_files (customer_id, name) WHERE status <> 'Invalid';
CREATE INDEX transaction_files_due ON transaction_files (status, customer_id) WHERE status IN ('Pending', 'Executing');

CREATE TABLE file_parts (
  customer_id INT NOT NULL, file_id BYTES NOT NULL, part INT NOT NULL, data BYTES NOT NULL, stored_at INT NOT NULL,
  PRIMARY KEY (customer_id, file_id, part)
) HEAP;

-- The plan of execution: one row per chunk holds the packed records in the order of execution.
CREATE TABLE file_plan (
  customer_id INT NOT NULL, file_no INT NOT NULL, chunk INT NOT NULL, records INT NOT NULL, entries BYTES NOT NULL,
  PRIMARY KEY (customer_id, file_no, chunk)
) HEAP;

-- The marker of an executed chunk, the first statement of its transaction.
CREATE TABLE file_chunks (
  customer_id INT NOT NULL, file_no INT NOT NULL, chunk INT NOT NULL, outcomes STR NOT NULL, at INT NOT NULL,
  PRIMARY KEY (customer_id, file_no, chunk)
) TABLE;

CREATE TABLE file_findings (
  customer_id INT NOT NULL, file_no INT NOT NULL, seq INT NOT NULL, line INT NOT NULL, field INT NOT NULL,
  code STR NOT NULL, severity STR NOT NULL, value STR NOT NULL, message STR NOT NULL,
  PRIMARY KEY (customer_id, file_no, seq)
) TABLE;

-- Sorted natural keys of a file's records per booking date, in parts: how duplicates across files are found.
CREATE TABLE file_keys (
  customer_id INT NOT NULL, booking_date STR NOT NULL, file_no INT NOT NULL, part INT NOT NULL, keys BYTES NOT NULL,
  PRIMARY KEY (customer_id, booking_date, file_no, part)
) HEAP;

CREATE TABLE items (
  customer_id INT NOT NULL, id BYTES NOT NULL, currency STR NOT NULL, amount INT NOT NULL, state STR NOT NULL,
  reason STR NOT NULL, status STR NOT NULL, file_no INT NOT NULL, line INT NOT NULL, posting_id INT NOT NULL,
  opened_at INT NOT NULL, decided_at INT, decided_by STR NOT NULL, decision STR NOT NULL, resolution_id INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX items_open ON items (customer_id, id) WHERE status IN ('OPEN', 'RETURN_ORDERED');
CREATE UNIQUE INDEX items_origin ON items (customer_id, file_no, line, reason);

CREATE TABLE operators (
  id BYTES NOT NULL, email STR NOT NULL, locked INT NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (id)
) TABLE;
CREATE UNIQUE INDEX operators_email ON operators (email);

CREATE TABLE operator_roles (
  customer_id INT NOT NULL, operator_id BYTES NOT NULL, role STR NOT NULL, institution INT NOT NULL,
  locked INT NOT NULL,
  PRIMARY KEY (customer_id, operator_id)
) TABLE;

CREATE TABLE role_permissions (
  customer_id INT NOT NULL, role STR NOT NULL, permission STR NOT NULL,
  PRIMARY KEY (customer_id, role, permission)
) TABLE;

CREATE TABLE approvals (
  customer_id INT NOT NULL, id BYTES NOT NULL, action STR NOT NULL, object STR NOT NULL, digest BYTES NOT NULL,
  summary STR NOT NULL, status STR NOT NULL, requested_by STR NOT NULL, requested_at INT NOT NULL,
  decided_by STR NOT NULL, decided_at INT, reason STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX approvals_open ON approvals (customer_id, action, object) WHERE status IN ('PENDING', 'APPROVED');

CREATE TABLE certificate_names (
  cn STR NOT NULL, customer_id INT NOT NULL,
  PRIMARY KEY (cn)
) TABLE;

CREATE TABLE certificates (
  customer_id INT NOT NULL, id BYTES NOT NULL, cn STR NOT NULL, serial STR NOT NULL, key_hash BYTES NOT NULL,
  email STR NOT NULL, pem STR NOT NULL, not_before INT NOT NULL, not_after INT NOT NULL, status STR NOT NULL,
  permissions STR NOT NULL, created_at INT NOT NULL, revoked_at INT, revoked_reason STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX certificates_cn ON certificates (customer_id, cn);
