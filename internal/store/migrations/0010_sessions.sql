-- Sessions of end users: one for each installation of the customer's app, which the key says by itself. A session that was
-- ended has no row.
CREATE TABLE sessions (
  customer_id INT NOT NULL, user_id BYTES NOT NULL, device STR NOT NULL, id BYTES NOT NULL, token_hash BYTES NOT NULL,
  created_at INT NOT NULL, expires_at INT NOT NULL,
  PRIMARY KEY (customer_id, user_id, device)
) TABLE;
CREATE UNIQUE INDEX sessions_id ON sessions (customer_id, id);
CREATE UNIQUE INDEX sessions_token ON sessions (customer_id, token_hash);
CREATE INDEX sessions_end ON sessions (customer_id, expires_at);

-- The jti of assertions, until they could no longer be accepted anyway.
CREATE TABLE used_assertions (
  customer_id INT NOT NULL, jti STR NOT NULL, kept_until INT NOT NULL,
  PRIMARY KEY (customer_id, jti)
) TABLE;
CREATE INDEX used_assertions_end ON used_assertions (customer_id, kept_until);
