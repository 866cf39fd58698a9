CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE FUNCTION refuse_backward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 1 OR NEW.status NOT IN (2, 3)
    OR NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.balance_no <> OLD.balance_no
    OR NEW.amount <> OLD.amount OR NEW.type <> OLD.type OR NEW.file_no <> OLD.file_no OR NEW.line <> OLD.line THEN
    RAISE EXCEPTION 'a transaction only moves its status forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE ON postings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_no_truncate BEFORE TRUNCATE ON postings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transactions_no_truncate BEFORE TRUNCATE ON transactions EXECUTE FUNCTION refuse_change();
CREATE TRIGGER links_no_truncate BEFORE TRUNCATE ON links EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_events EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transactions_no_delete BEFORE DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transactions_forward BEFORE UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION refuse_backward();
CREATE TRIGGER links_append_only BEFORE UPDATE OR DELETE ON links FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
