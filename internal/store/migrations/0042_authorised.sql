-- Transactions that are authorised first and move money later, or never.
-- Why some never did: covered by the chain, as a transaction's status is not.
CREATE TABLE voids (
  customer_id INT NOT NULL, id INT NOT NULL, transaction_id INT NOT NULL, reason STR NOT NULL, at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX voids_transaction ON voids (customer_id, transaction_id);

-- Those that were posted behind their own id stand in statements where their posting does; all others need no entry.
CREATE INDEX transactions_late ON transactions (customer_id, balance_no, posting_id) WHERE posting_id > id;
