-- Transaction reports: what was asked for, how far it is, and the file in parts, kept until it expires.

CREATE TABLE reports (
  customer_id INT NOT NULL, id BYTES NOT NULL, name STR NOT NULL, form STR NOT NULL, lang STR NOT NULL, filter STR NOT NULL,
  status STR NOT NULL, last_id INT NOT NULL, seen_id INT NOT NULL, row_count INT NOT NULL, bytes INT NOT NULL, parts INT NOT NULL,
  requested_by STR NOT NULL, requested_at INT NOT NULL, finished_at INT, expires_at INT, attempts INT NOT NULL,
  stop_reason STR NOT NULL, lease_owner STR NOT NULL, lease_until INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE INDEX reports_due ON reports (customer_id, lease_until) WHERE status = 'PENDING';
CREATE INDEX reports_end ON reports (customer_id, expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE report_parts (
  customer_id INT NOT NULL, report_id BYTES NOT NULL, part INT NOT NULL, data BYTES NOT NULL,
  PRIMARY KEY (customer_id, report_id, part)
) HEAP;
