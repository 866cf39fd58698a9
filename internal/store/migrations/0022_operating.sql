-- Operating: customers whose work rests since the store came back from a backup, and the last proof of each.
CREATE TABLE pauses (
  customer_id INT NOT NULL, since INT NOT NULL, reason STR NOT NULL,
  PRIMARY KEY (customer_id)
) TABLE;

CREATE TABLE proofs (
  customer_id INT NOT NULL, depth STR NOT NULL, at INT NOT NULL, duration INT NOT NULL, ok INT NOT NULL, violation STR NOT NULL,
  PRIMARY KEY (customer_id, depth)
) TABLE;
