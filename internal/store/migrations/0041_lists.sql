-- Lists at scale: end users by words of their names, e-mail address, telephone, day and state, each in the order of creation;
-- and the views of lists that operators keep.

-- What searches compare: the folded words of all names, the address in lower case, the digits of the telephone from the last
-- to the first.
ALTER TABLE end_users ADD COLUMN search_name STR NOT NULL DEFAULT '';
ALTER TABLE end_users ADD COLUMN email_key STR NOT NULL DEFAULT '';
ALTER TABLE end_users ADD COLUMN phone_key STR NOT NULL DEFAULT '';
CREATE INDEX end_users_created ON end_users (customer_id, created_at, id);
CREATE INDEX end_users_class ON end_users (customer_id, status, kyc_status, type, created_at, id);
CREATE INDEX end_users_email ON end_users (customer_id, email_key);
CREATE INDEX end_users_phone ON end_users (customer_id, phone_key);

-- A row for each word of an end user's names, with all that a search by names needs, so that it need not read the end users
-- of whom it tells nothing. class is status, KYC and type as one number.
CREATE TABLE name_words (
  customer_id INT NOT NULL, word STR NOT NULL, user_id BYTES NOT NULL, created_at INT NOT NULL, class INT NOT NULL,
  name STR NOT NULL,
  PRIMARY KEY (customer_id, word, user_id)
) TABLE;

CREATE TABLE saved_views (
  customer_id INT NOT NULL, id BYTES NOT NULL, operator_id BYTES NOT NULL, list STR NOT NULL, name STR NOT NULL,
  query STR NOT NULL, columns STR NOT NULL, shared INT NOT NULL, created_at INT NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
CREATE UNIQUE INDEX saved_views_name ON saved_views (customer_id, operator_id, list, name);
CREATE INDEX saved_views_shared ON saved_views (customer_id, list, shared);
