CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER transactions_no_delete BEFORE DELETE ON transactions BEGIN SELECT RAISE(ABORT, 'transactions are never deleted'); END;
CREATE TRIGGER transactions_forward BEFORE UPDATE ON transactions
WHEN OLD.status <> 1 OR NEW.status NOT IN (2, 3)
  OR NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.balance_no <> OLD.balance_no
  OR NEW.amount <> OLD.amount OR NEW.type <> OLD.type OR NEW.file_no <> OLD.file_no OR NEW.line <> OLD.line
BEGIN SELECT RAISE(ABORT, 'a transaction only moves its status forward'); END;
CREATE TRIGGER links_no_update BEFORE UPDATE ON links BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER links_no_delete BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
