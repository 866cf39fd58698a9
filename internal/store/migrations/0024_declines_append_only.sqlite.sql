CREATE TRIGGER declines_no_update BEFORE UPDATE ON declines BEGIN SELECT RAISE(ABORT, 'declines are append-only'); END;
CREATE TRIGGER declines_no_delete BEFORE DELETE ON declines BEGIN SELECT RAISE(ABORT, 'declines are append-only'); END;
