CREATE TRIGGER transfer_steps_append_only BEFORE UPDATE OR DELETE ON transfer_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_steps_no_truncate BEFORE TRUNCATE ON transfer_steps EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_transfer_backward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.payer_no <> OLD.payer_no OR NEW.amount <> OLD.amount
    OR NEW.internal <> OLD.internal OR (OLD.transaction_id > 0 AND NEW.transaction_id <> OLD.transaction_id)
    OR (OLD.return_id > 0 AND NEW.return_id <> OLD.return_id)
    OR (NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN ('RECEIVED HELD', 'RECEIVED SETTLED', 'RECEIVED CANCELLED',
      'HELD SENT', 'HELD CANCELLED', 'SENT SETTLED', 'SENT REJECTED', 'SETTLED RETURNED')) THEN
    RAISE EXCEPTION 'a transfer only moves forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transfers_forward BEFORE UPDATE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_transfer_backward();
