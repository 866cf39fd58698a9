-- What the doors' conduct rests on: answers to requests with an idempotency key, and the hosts that browsers may come from.

CREATE TABLE answers (
  customer_id INT NOT NULL, key STR NOT NULL, digest BYTES NOT NULL, status INT NOT NULL, body BYTES NOT NULL,
  created_at INT NOT NULL,
  PRIMARY KEY (customer_id, key)
) TABLE;
CREATE INDEX answers_age ON answers (customer_id, created_at);

CREATE TABLE domains (
  host STR NOT NULL, customer_id INT NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (host)
) TABLE;
CREATE INDEX domains_customer ON domains (customer_id, host);
