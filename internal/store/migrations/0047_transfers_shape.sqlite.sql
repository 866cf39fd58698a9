-- The shape that the tables of transfers have, as that of end users in migration 41: without it SQLite reads all transfers of a
-- customer to find those of a balance, or those that a debit of the bank may book.
ANALYZE installation;
DELETE FROM sqlite_stat1 WHERE tbl IN ('transfers', 'transfer_words', 'transfer_steps', 'transfer_waits', 'user_passkeys', 'order_files',
  'order_file_steps', 'order_file_parts', 'order_file_left', 'order_file_reports');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('transfers', 'transfers', '1000000 1000000 1'),
  ('transfers', 'transfers_payer', '1000000 1000000 20 1'),
  ('transfers', 'transfers_day', '1000000 1000000 20 2'),
  ('transfers', 'transfers_open', '20000 20000 10000 2 1'),
  ('transfers', 'transfers_transaction', '1000000 1000000 1'),
  ('transfers', 'transfers_return', '10000 10000 1'),
  ('transfers', 'transfers_item', '10000 10000 1'),
  ('transfers', 'transfers_file', '1000000 1000000 2000 1'),
  ('transfers', 'transfers_waiting', '10000 10000 1'),
  ('transfers', 'transfers_unanswered', '10000 10000 2000 1'),
  ('transfer_words', 'transfer_words', '1000000 1000000 1'),
  ('transfer_words', 'transfer_words_payee', '1000000 1000000 10 1'),
  ('transfer_steps', 'transfer_steps', '4000000 4000000 4 1'),
  ('transfer_waits', 'transfer_waits', '1000 1000 1'),
  ('transfer_waits', 'transfer_waits_until', '1000 1000 1'),
  ('user_passkeys', 'user_passkeys', '1000000 1000000 1'),
  ('user_passkeys', 'user_passkeys_credential', '1000000 1000000 1'),
  ('user_passkeys', 'user_passkeys_user', '1000000 1000000 2 1'),
  ('order_files', 'order_files', '10000 10000 1'),
  ('order_files', 'order_files_no', '10000 10000 1'),
  ('order_files', 'order_files_due', '10 10 1'),
  ('order_files', 'order_files_open', '100 100 1'),
  ('order_file_steps', 'order_file_steps', '50000 50000 5 1'),
  ('order_file_parts', 'order_file_parts', '100000 100000 10 1'),
  ('order_file_left', 'order_file_left', '10000 10000 10 1'),
  ('order_file_reports', 'order_file_reports', '10000 10000 1'),
  ('order_file_reports', 'order_file_reports_content', '10000 10000 1 1');
ANALYZE sqlite_schema;
