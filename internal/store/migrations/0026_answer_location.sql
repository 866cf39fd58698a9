-- Where what a request made is to be found: a part of its first answer, and so of every later one.
ALTER TABLE answers ADD COLUMN location STR NOT NULL DEFAULT '';
