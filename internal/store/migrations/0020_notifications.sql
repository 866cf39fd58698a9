-- Notifications: one endpoint per customer, whose cursor says up to which transaction id everything was attempted, and a row
-- for each run of events that went through at once, for each event that did not, and for each that is sent again.

CREATE TABLE notification_endpoints (
  customer_id INT NOT NULL, url STR NOT NULL, authentication STR NOT NULL, username STR NOT NULL, ca STR NOT NULL,
  sealed_secrets BYTES NOT NULL, active INT NOT NULL, stopped STR NOT NULL, cursor_id INT NOT NULL, failures INT NOT NULL,
  probe_at INT NOT NULL, created_at INT NOT NULL, updated_at INT NOT NULL, lease_owner STR NOT NULL, lease_until INT NOT NULL,
  PRIMARY KEY (customer_id)
) TABLE;

CREATE TABLE deliveries (
  customer_id INT NOT NULL, id BYTES NOT NULL, first_id INT NOT NULL, last_id INT NOT NULL, events INT NOT NULL,
  version INT NOT NULL, state STR NOT NULL, attempts INT NOT NULL, event_at INT NOT NULL, created_at INT NOT NULL,
  next_at INT NOT NULL, attempted_at INT, status INT NOT NULL, duration INT NOT NULL, failure STR NOT NULL, answer STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX deliveries_due ON deliveries (customer_id, next_at) WHERE state = 'PENDING';
CREATE INDEX deliveries_last ON deliveries (customer_id, last_id);
CREATE INDEX deliveries_done ON deliveries (customer_id, created_at) WHERE state <> 'PENDING';

CREATE TABLE delivery_attempts (
  customer_id INT NOT NULL, delivery_id BYTES NOT NULL, attempt INT NOT NULL, at INT NOT NULL, status INT NOT NULL,
  duration INT NOT NULL, failure STR NOT NULL, answer STR NOT NULL,
  PRIMARY KEY (customer_id, delivery_id, attempt)
) TABLE;
