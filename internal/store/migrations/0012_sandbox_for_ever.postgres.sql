CREATE TRIGGER sandbox_no_update BEFORE UPDATE ON installation FOR EACH ROW
WHEN (OLD.name = 'sandbox' OR NEW.name = 'sandbox') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sandbox_no_delete BEFORE DELETE ON installation FOR EACH ROW
WHEN (OLD.name = 'sandbox') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_no_truncate BEFORE TRUNCATE ON installation EXECUTE FUNCTION refuse_change();
