-- SQLite plans by figures of the tables, and without any it takes all rows of a customer for ten, so that it would rather read
-- them all than look up some. Here is the shape that the tables of end users have: rows of the index, then rows for each value of
-- its first columns. The figures are not counted: queries must not change their ways as a store grows.
ANALYZE installation;
DELETE FROM sqlite_stat1 WHERE tbl IN ('end_users', 'name_words', 'balances', 'ibans', 'blocks', 'holds', 'items', 'approvals', 'audit_events', 'saved_views');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('end_users', 'end_users', '1000000 1000000 1'),
  ('end_users', 'end_users_external', '1000000 1000000 1'),
  ('end_users', 'end_users_folded', '1000000 1000000 10'),
  ('end_users', 'end_users_created', '1000000 1000000 2 1'),
  ('end_users', 'end_users_class', '1000000 1000000 500000 200000 100000 2 1'),
  ('end_users', 'end_users_email', '1000000 1000000 2'),
  ('end_users', 'end_users_phone', '1000000 1000000 2'),
  ('name_words', 'name_words', '3000000 3000000 100 1'),
  ('balances', 'balances', '1000000 1000000 1'),
  ('balances', 'balances_id', '1000000 1000000 1'),
  ('balances', 'balances_user', '1000000 1000000 3 1'),
  ('balances', 'balances_special', '100 100 30 2'),
  ('ibans', 'ibans', '1000000 1000000 1'),
  ('ibans', 'ibans_balance', '1000000 1000000 2'),
  ('ibans', 'ibans_open', '1000000 1000000 1'),
  ('blocks', 'blocks', '100000 100000 1'),
  ('blocks', 'blocks_standing', '100000 100000 2'),
  ('holds', 'holds', '1000000 1000000 1'),
  ('holds', 'holds_open', '100000 100000 3'),
  ('items', 'items', '100000 100000 1'),
  ('items', 'items_open', '10000 10000 1'),
  ('items', 'items_origin', '100000 100000 500 2 1'),
  ('items', 'items_resolution', '100000 100000 1'),
  ('approvals', 'approvals', '100000 100000 1'),
  ('approvals', 'approvals_open', '100 100 10 1'),
  ('approvals', 'approvals_object', '100000 100000 3 1'),
  ('audit_events', 'audit_events', '1000000 1000000 1'),
  ('audit_events', 'audit_events_object', '1000000 1000000 10 1'),
  ('audit_events', 'audit_events_actor', '1000000 1000000 50000 1'),
  ('audit_events', 'audit_events_action', '1000000 1000000 20000 1');
ANALYZE sqlite_schema;
