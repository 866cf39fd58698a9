CREATE TRIGGER transfer_steps_no_update BEFORE UPDATE ON transfer_steps BEGIN SELECT RAISE(ABORT, 'steps of transfers are append-only'); END;
CREATE TRIGGER transfer_steps_no_delete BEFORE DELETE ON transfer_steps BEGIN SELECT RAISE(ABORT, 'steps of transfers are append-only'); END;
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END;
CREATE TRIGGER transfers_forward BEFORE UPDATE ON transfers
WHEN NEW.customer_id <> OLD.customer_id OR NEW.id <> OLD.id OR NEW.payer_no <> OLD.payer_no OR NEW.amount <> OLD.amount
  OR NEW.internal <> OLD.internal OR (OLD.transaction_id > 0 AND NEW.transaction_id <> OLD.transaction_id)
  OR (OLD.return_id > 0 AND NEW.return_id <> OLD.return_id)
  OR (NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN ('RECEIVED HELD', 'RECEIVED SETTLED', 'RECEIVED CANCELLED',
    'HELD SENT', 'HELD CANCELLED', 'SENT SETTLED', 'SENT REJECTED', 'SETTLED RETURNED'))
BEGIN SELECT RAISE(ABORT, 'a transfer only moves forward'); END;
