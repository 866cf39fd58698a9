-- Why transactions were declined: beside them, since almost none is. A declined transaction has no posting.
CREATE TABLE declines (
  customer_id INT NOT NULL, id INT NOT NULL, reason STR NOT NULL,
  PRIMARY KEY (customer_id, id)
) TABLE;
