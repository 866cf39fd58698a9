-- How operators sign in. An account belongs to a person, who may work for several customers; what a customer knows of the
-- person begins with an invitation that the person has accepted.

ALTER TABLE operator_roles ADD COLUMN accepted_at INT NULL;

-- epoch counts what ends all sessions of the account: a new password, a second factor taken away, a lock of the whole account.
CREATE TABLE operator_credentials (
  operator_id BYTES NOT NULL, password STR NOT NULL, totp BYTES NULL, totp_step INT NOT NULL, epoch INT NOT NULL,
  failures INT NOT NULL, locked_until INT NOT NULL,
  PRIMARY KEY (operator_id)
) TABLE;

CREATE TABLE operator_recovery_codes (
  operator_id BYTES NOT NULL, code_hash BYTES NOT NULL,
  PRIMARY KEY (operator_id, code_hash)
) TABLE;

-- A passkey works under the one host it was made for.
CREATE TABLE operator_passkeys (
  operator_id BYTES NOT NULL, id BYTES NOT NULL, host STR NOT NULL, name STR NOT NULL, credential_id BYTES NOT NULL,
  credential BYTES NOT NULL, created_at INT NOT NULL, used_at INT NULL,
  PRIMARY KEY (operator_id, id)
) TABLE;
CREATE UNIQUE INDEX operator_passkeys_credential ON operator_passkeys (credential_id);

-- Links that were sent: one of each kind for an operator of a customer, a new one in place of the last.
CREATE TABLE operator_links (
  customer_id INT NOT NULL, operator_id BYTES NOT NULL, kind STR NOT NULL, token_hash BYTES NOT NULL, created_by STR NOT NULL,
  created_at INT NOT NULL, expires_at INT NOT NULL,
  PRIMARY KEY (customer_id, operator_id, kind)
) TABLE;
CREATE UNIQUE INDEX operator_links_token ON operator_links (customer_id, token_hash);

CREATE TABLE operator_sessions (
  customer_id INT NOT NULL, id BYTES NOT NULL, operator_id BYTES NOT NULL, token_hash BYTES NOT NULL, epoch INT NOT NULL,
  address STR NOT NULL, agent STR NOT NULL, created_at INT NOT NULL, used_at INT NOT NULL, confirmed_at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX operator_sessions_token ON operator_sessions (customer_id, token_hash);
CREATE INDEX operator_sessions_operator ON operator_sessions (customer_id, operator_id);
CREATE INDEX operator_sessions_age ON operator_sessions (customer_id, used_at);
