-- The index of the history, made after the commit by a stage of its own from ids that are complete: one row per block of
-- 4,096 ids says what is in the block, its columns are packed one by one, and each piece of text (three characters, the
-- beginning of a word, an identifier) names the ids of the block that bear it.

CREATE TABLE history_progress (
  customer_id INT NOT NULL, next_block INT NOT NULL, lease_owner STR NOT NULL, lease_until INT NOT NULL,
  PRIMARY KEY (customer_id)
) TABLE;

CREATE TABLE history_blocks (
  customer_id INT NOT NULL, block INT NOT NULL, from_date STR NOT NULL, to_date STR NOT NULL, types INT NOT NULL,
  statuses INT NOT NULL, min_amount INT NOT NULL, max_amount INT NOT NULL, first_file INT NOT NULL, last_file INT NOT NULL,
  PRIMARY KEY (customer_id, block)
) TABLE;
CREATE INDEX history_blocks_date ON history_blocks (customer_id, to_date, block);

CREATE TABLE history_columns (
  customer_id INT NOT NULL, field INT NOT NULL, block INT NOT NULL, packed BYTES NOT NULL,
  PRIMARY KEY (customer_id, field, block)
) HEAP;

CREATE TABLE history_grams (
  customer_id INT NOT NULL, block INT NOT NULL, gram INT NOT NULL, packed BYTES NOT NULL,
  PRIMARY KEY (customer_id, block, gram)
) TABLE;
