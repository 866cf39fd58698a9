CREATE TRIGGER declines_append_only BEFORE UPDATE OR DELETE ON declines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER declines_no_truncate BEFORE TRUNCATE ON declines EXECUTE FUNCTION refuse_change();
