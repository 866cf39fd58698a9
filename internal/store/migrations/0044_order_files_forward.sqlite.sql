CREATE TRIGGER transfers_one_file BEFORE UPDATE OF order_file ON transfers
WHEN OLD.order_file IS NOT NULL AND NEW.order_file IS NOT OLD.order_file AND (NEW.order_file IS NOT NULL OR OLD.status <> 'HELD')
BEGIN SELECT RAISE(ABORT, 'a transfer stands in one order file'); END;
CREATE TRIGGER order_files_no_delete BEFORE DELETE ON order_files BEGIN SELECT RAISE(ABORT, 'order files are never deleted'); END;
CREATE TRIGGER order_files_forward BEFORE UPDATE ON order_files
WHEN NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.master_account <> OLD.master_account
  OR NEW.message <> OLD.message OR (OLD.status <> 'PREPARING' AND (NEW.sha256 IS NOT OLD.sha256 OR NEW.bytes <> OLD.bytes OR NEW.parts <> OLD.parts
    OR NEW.orders <> OLD.orders OR NEW.amount <> OLD.amount OR NEW.name <> OLD.name OR NEW.format <> OLD.format OR NEW.day <> OLD.day))
  OR (NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN ('PREPARING GENERATED', 'PREPARING DISCARDED', 'GENERATED HANDED_OVER',
    'GENERATED DISCARDED', 'HANDED_OVER ACCEPTED', 'HANDED_OVER REJECTED', 'ACCEPTED REJECTED', 'ACCEPTED BOOKED'))
BEGIN SELECT RAISE(ABORT, 'an order file only moves forward'); END;
CREATE TRIGGER order_file_steps_no_update BEFORE UPDATE ON order_file_steps BEGIN SELECT RAISE(ABORT, 'steps of order files are append-only'); END;
CREATE TRIGGER order_file_steps_no_delete BEFORE DELETE ON order_file_steps BEGIN SELECT RAISE(ABORT, 'steps of order files are append-only'); END;
CREATE TRIGGER order_file_parts_no_update BEFORE UPDATE ON order_file_parts BEGIN SELECT RAISE(ABORT, 'the content of order files is never changed'); END;
CREATE TRIGGER order_file_parts_no_delete BEFORE DELETE ON order_file_parts
WHEN EXISTS (SELECT 1 FROM order_files f WHERE f.customer_id = OLD.customer_id AND f.id = OLD.file_id AND f.status <> 'PREPARING')
  OR EXISTS (SELECT 1 FROM order_file_reports r WHERE r.customer_id = OLD.customer_id AND r.id = OLD.file_id)
BEGIN SELECT RAISE(ABORT, 'the content of order files is never removed'); END;
