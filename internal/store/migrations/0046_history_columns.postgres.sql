-- The columns of a block are packed already: compressed once more they take longer to read, and out of line longer still. A
-- column of one byte a value lies in its row; one of two is a little too large for that. Blocks indexed before stay as they
-- are and are read the same.
ALTER TABLE history_columns ALTER COLUMN packed SET STORAGE EXTERNAL;
ALTER TABLE history_columns SET (toast_tuple_target = 8160);
