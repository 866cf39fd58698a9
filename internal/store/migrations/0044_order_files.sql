-- How orders go to the bank by a master account: cut-off times, days, the form of files.
ALTER TABLE master_accounts ADD COLUMN orders STR NOT NULL DEFAULT '{}';

-- Order files: transfers as the bank is given them. task is what a worker still has to do, reached and noted how far it is.
CREATE TABLE order_files (
  customer_id INT NOT NULL, id BYTES NOT NULL, no INT NOT NULL, master_account BYTES NOT NULL, format STR NOT NULL, status STR NOT NULL,
  task STR NOT NULL, reached BYTES NULL, day STR NOT NULL, name STR NOT NULL, message STR NOT NULL, currency STR NOT NULL,
  sha256 BYTES NULL, bytes INT NOT NULL, parts INT NOT NULL, orders INT NOT NULL, amount INT NOT NULL, left_out INT NOT NULL, downloads INT NOT NULL,
  created_by STR NOT NULL, created_at INT NOT NULL, approved_by STR NOT NULL, approved_at INT NULL, bank_reference STR NOT NULL,
  reason STR NOT NULL, attempts INT NOT NULL, stop_reason STR NOT NULL, lease_owner STR NOT NULL, lease_until INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX order_files_no ON order_files (customer_id, no);
CREATE INDEX order_files_due ON order_files (customer_id, lease_until) WHERE task <> '';
CREATE INDEX order_files_open ON order_files (customer_id, id) WHERE status IN ('HANDED_OVER', 'ACCEPTED');

CREATE TABLE order_file_steps (
  customer_id INT NOT NULL, order_file BYTES NOT NULL, no INT NOT NULL, status STR NOT NULL, actor STR NOT NULL, note STR NOT NULL, at INT NOT NULL,
  PRIMARY KEY (customer_id, order_file, no)
) TABLE;

-- The bytes of order files, and of what the bank answers to them.
CREATE TABLE order_file_parts (
  customer_id INT NOT NULL, file_id BYTES NOT NULL, part INT NOT NULL, data BYTES NOT NULL,
  PRIMARY KEY (customer_id, file_id, part)
) HEAP;

-- Orders that waited when a file was made, and that it could not carry.
CREATE TABLE order_file_left (
  customer_id INT NOT NULL, order_file BYTES NOT NULL, transfer_id BYTES NOT NULL, reason STR NOT NULL,
  PRIMARY KEY (customer_id, order_file, transfer_id)
) TABLE;

-- The last cut-off of a master account whose orders were gathered.
CREATE TABLE order_file_runs (
  customer_id INT NOT NULL, master_account BYTES NOT NULL, cut_off INT NOT NULL,
  PRIMARY KEY (customer_id, master_account)
) TABLE;

-- Status reports of the bank (pain.002): applied counts the answers that were acted on.
CREATE TABLE order_file_reports (
  customer_id INT NOT NULL, id BYTES NOT NULL, order_file BYTES NOT NULL, name STR NOT NULL, sha256 BYTES NOT NULL, message STR NOT NULL,
  bytes INT NOT NULL, parts INT NOT NULL, answers INT NOT NULL, rejected INT NOT NULL, settled INT NOT NULL, in_progress INT NOT NULL,
  unknown INT NOT NULL, applied INT NOT NULL, uploaded_by STR NOT NULL, uploaded_at INT NOT NULL, finished_at INT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX order_file_reports_content ON order_file_reports (customer_id, order_file, sha256);

-- Orders that wait for a file; those in a file that the bank has not answered; both are few.
CREATE INDEX transfers_waiting ON transfers (customer_id, id) WHERE status = 'HELD' AND order_file IS NULL;
CREATE INDEX transfers_unanswered ON transfers (customer_id, order_file, id) WHERE order_file IS NOT NULL AND status IN ('HELD', 'SENT');
