CREATE TRIGGER sandbox_no_update BEFORE UPDATE ON installation WHEN OLD.name = 'sandbox' OR NEW.name = 'sandbox'
BEGIN SELECT RAISE(ABORT, 'a store never changes between production and sandbox'); END;
CREATE TRIGGER sandbox_no_delete BEFORE DELETE ON installation WHEN OLD.name = 'sandbox'
BEGIN SELECT RAISE(ABORT, 'a store never changes between production and sandbox'); END;
