-- What operators read and keep: the audit trail by filters, who ordered an operation, how far a file is, what suggests a home
-- for an item, the money of each day, and their own preferences.

-- Where an actor acted from. The chain covers it where it is given, so older events have none.
ALTER TABLE audit_events ADD COLUMN origin STR NOT NULL DEFAULT '';
CREATE INDEX audit_events_object ON audit_events (customer_id, object, id);
CREATE INDEX audit_events_actor ON audit_events (customer_id, actor, id);
CREATE INDEX audit_events_action ON audit_events (customer_id, action, id);

INSERT INTO role_permissions (customer_id, role, permission) SELECT customer_id, 'ADMIN', 'audit:read' FROM customers;

-- Who ordered an operation without a file, by the id of its first posting; the chain covers it.
CREATE TABLE authors (
  customer_id INT NOT NULL, id INT NOT NULL, actor STR NOT NULL, origin STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;

-- Found from the other side: the reversal of a posting, the item that a posting resolved, what was approved about an object.
CREATE INDEX postings_reversal ON postings (customer_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX items_resolution ON items (customer_id, resolution_id) WHERE resolution_id > 0;
CREATE INDEX approvals_object ON approvals (customer_id, object, id);

-- How far validation has read: when it began, records and bytes.
ALTER TABLE transaction_files ADD COLUMN stage_began INT NOT NULL DEFAULT 0;
ALTER TABLE transaction_files ADD COLUMN stage_records INT NOT NULL DEFAULT 0;
ALTER TABLE transaction_files ADD COLUMN stage_bytes INT NOT NULL DEFAULT 0;

-- The folded name of an end user, so that a name that somebody wrote finds whose it is.
ALTER TABLE end_users ADD COLUMN folded_name STR NOT NULL DEFAULT '';
CREATE INDEX end_users_folded ON end_users (customer_id, folded_name);

-- What the bank booked in and out per booking date and currency, of the blocks that the index of the history has.
CREATE TABLE history_days (
  customer_id INT NOT NULL, day STR NOT NULL, currency STR NOT NULL, in_count INT NOT NULL, in_amount INT NOT NULL,
  out_count INT NOT NULL, out_amount INT NOT NULL,
  PRIMARY KEY (customer_id, day, currency)
) TABLE;
INSERT INTO history_days (customer_id, day, currency, in_count, in_amount, out_count, out_amount)
  SELECT p.customer_id, p.booking_date, b.currency,
    SUM(CASE WHEN p.from_no = b.no THEN 1 ELSE 0 END), CAST(SUM(CASE WHEN p.from_no = b.no THEN p.amount ELSE 0 END) AS bigint),
    SUM(CASE WHEN p.to_no = b.no THEN 1 ELSE 0 END), CAST(SUM(CASE WHEN p.to_no = b.no THEN p.amount ELSE 0 END) AS bigint)
  FROM postings p JOIN history_progress h ON h.customer_id = p.customer_id
  JOIN balances b ON b.customer_id = p.customer_id AND b.kind = 5 AND (b.no = p.from_no OR b.no = p.to_no)
  WHERE p.id < h.next_block * 4096 GROUP BY p.customer_id, p.booking_date, b.currency;

CREATE TABLE operator_preferences (
  customer_id INT NOT NULL, operator_id BYTES NOT NULL, name STR NOT NULL, value STR NOT NULL,
  PRIMARY KEY (customer_id, operator_id, name)
) TABLE;
