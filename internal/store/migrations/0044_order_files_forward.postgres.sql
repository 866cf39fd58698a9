CREATE FUNCTION refuse_second_order_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.order_file IS NOT NULL AND NEW.order_file IS DISTINCT FROM OLD.order_file AND (NEW.order_file IS NOT NULL OR OLD.status <> 'HELD') THEN
    RAISE EXCEPTION 'a transfer stands in one order file';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transfers_one_file BEFORE UPDATE OF order_file ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_second_order_file();
CREATE TRIGGER order_files_no_delete BEFORE DELETE ON order_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_files_no_truncate BEFORE TRUNCATE ON order_files EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_order_file_backward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.master_account <> OLD.master_account
    OR NEW.message <> OLD.message OR (OLD.status <> 'PREPARING' AND (NEW.sha256 IS DISTINCT FROM OLD.sha256 OR NEW.bytes <> OLD.bytes
      OR NEW.parts <> OLD.parts OR NEW.orders <> OLD.orders OR NEW.amount <> OLD.amount OR NEW.name <> OLD.name OR NEW.format <> OLD.format
      OR NEW.day <> OLD.day))
    OR (NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN ('PREPARING GENERATED', 'PREPARING DISCARDED', 'GENERATED HANDED_OVER',
      'GENERATED DISCARDED', 'HANDED_OVER ACCEPTED', 'HANDED_OVER REJECTED', 'ACCEPTED REJECTED', 'ACCEPTED BOOKED')) THEN
    RAISE EXCEPTION 'an order file only moves forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_files_forward BEFORE UPDATE ON order_files FOR EACH ROW EXECUTE FUNCTION refuse_order_file_backward();
CREATE TRIGGER order_file_steps_append_only BEFORE UPDATE OR DELETE ON order_file_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_file_steps_no_truncate BEFORE TRUNCATE ON order_file_steps EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_file_parts_no_update BEFORE UPDATE ON order_file_parts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_removed_order_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM order_files f WHERE f.customer_id = OLD.customer_id AND f.id = OLD.file_id AND f.status <> 'PREPARING')
    OR EXISTS (SELECT 1 FROM order_file_reports r WHERE r.customer_id = OLD.customer_id AND r.id = OLD.file_id) THEN
    RAISE EXCEPTION 'the content of order files is never removed';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER order_file_parts_no_delete BEFORE DELETE ON order_file_parts FOR EACH ROW EXECUTE FUNCTION refuse_removed_order_content();
CREATE TRIGGER order_file_parts_no_truncate BEFORE TRUNCATE ON order_file_parts EXECUTE FUNCTION refuse_change();
