-- Transfers: what is ordered, and what became of it. The row holds ids, amounts and states; the words, which are erased one
-- day, stand beside it. ordered_on is the civil day that limits count by.
CREATE TABLE transfers (
  customer_id INT NOT NULL, id BYTES NOT NULL, status STR NOT NULL, reason STR NOT NULL, payer_no INT NOT NULL, amount INT NOT NULL,
  internal INT NOT NULL, requested_on STR NOT NULL, ordered_on STR NOT NULL, transaction_id INT NOT NULL, hold_id BYTES NULL,
  item_id BYTES NULL, order_file BYTES NULL, return_id INT NOT NULL, ordered_by STR NOT NULL, created_at INT NOT NULL, updated_at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
-- A balance's transfers, newest first; those of one day, which its limits add; those under way, which are few: what is to be
-- sent, and what a debit of the bank may settle. The others are found from one end.
CREATE INDEX transfers_payer ON transfers (customer_id, payer_no, id);
CREATE INDEX transfers_day ON transfers (customer_id, payer_no, ordered_on);
CREATE INDEX transfers_open ON transfers (customer_id, status, payer_no, id) WHERE status IN ('RECEIVED', 'HELD', 'SENT');
CREATE UNIQUE INDEX transfers_transaction ON transfers (customer_id, transaction_id) WHERE transaction_id > 0;
CREATE UNIQUE INDEX transfers_return ON transfers (customer_id, return_id) WHERE return_id > 0;
CREATE INDEX transfers_item ON transfers (customer_id, item_id) WHERE item_id IS NOT NULL;
CREATE INDEX transfers_file ON transfers (customer_id, order_file, id) WHERE order_file IS NOT NULL;

CREATE TABLE transfer_words (
  customer_id INT NOT NULL, id BYTES NOT NULL, payee_iban STR NOT NULL, payee_name STR NOT NULL, title STR NOT NULL, reference STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX transfer_words_payee ON transfer_words (customer_id, payee_iban, id);

CREATE TABLE transfer_steps (
  customer_id INT NOT NULL, transfer_id BYTES NOT NULL, no INT NOT NULL, status STR NOT NULL, reason STR NOT NULL, actor STR NOT NULL,
  note STR NOT NULL, at INT NOT NULL,
  PRIMARY KEY (customer_id, transfer_id, no)
) TABLE;

-- What a RECEIVED transfer waits for, and until when: a signature over what has this digest, or a second person.
CREATE TABLE transfer_waits (
  customer_id INT NOT NULL, transfer_id BYTES NOT NULL, digest BYTES NULL, until INT NOT NULL,
  PRIMARY KEY (customer_id, transfer_id)
) TABLE;
CREATE INDEX transfer_waits_until ON transfer_waits (customer_id, until);

-- Passkeys that end users confirm transfers with.
CREATE TABLE user_passkeys (
  customer_id INT NOT NULL, id BYTES NOT NULL, user_id BYTES NOT NULL, credential_id BYTES NOT NULL, public_key BYTES NOT NULL,
  rp_id STR NOT NULL, origins STR NOT NULL, uses INT NOT NULL, created_at INT NOT NULL, used_at INT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX user_passkeys_credential ON user_passkeys (customer_id, credential_id);
CREATE INDEX user_passkeys_user ON user_passkeys (customer_id, user_id, id);

INSERT INTO role_permissions (customer_id, role, permission) SELECT customer_id, 'ADMIN', 'transfers:order' FROM customers;
