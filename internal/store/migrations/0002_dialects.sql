-- How the bank fills the files of a master account, as JSON of what differs from the format's document.
ALTER TABLE master_accounts ADD COLUMN dialect STR NOT NULL DEFAULT '{}';
-- The dialect that a file was validated with: what is read again later must be read the same way.
ALTER TABLE transaction_files ADD COLUMN dialect STR NOT NULL DEFAULT '{}';

-- A finding as data, so that it can be told in any language, and the record it is about: its text and, in characters of it,
-- where the field begins and ends. Findings without params are older than this and have their English message only.
ALTER TABLE file_findings ADD COLUMN element STR NOT NULL DEFAULT '';
ALTER TABLE file_findings ADD COLUMN params STR NOT NULL DEFAULT '';
ALTER TABLE file_findings ADD COLUMN record STR NOT NULL DEFAULT '';
ALTER TABLE file_findings ADD COLUMN field_from INT NOT NULL DEFAULT 0;
ALTER TABLE file_findings ADD COLUMN field_to INT NOT NULL DEFAULT 0;

-- Sorted keys of a file's debits per booking date, in parts: own account, counterparty and amount, with the line. So a later
-- credit is known for the return of one of them.
CREATE TABLE file_debits (
  customer_id INT NOT NULL, booking_date STR NOT NULL, file_no INT NOT NULL, part INT NOT NULL, keys BYTES NOT NULL,
  PRIMARY KEY (customer_id, booking_date, file_no, part)
) HEAP;
