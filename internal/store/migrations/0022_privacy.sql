-- What may be erased: an end user beside the ledger, unless a legal hold keeps them; of words that were erased the digest
-- stays, so that the chain can still be proved.
ALTER TABLE end_users ADD COLUMN legal_hold STR NOT NULL DEFAULT '';
ALTER TABLE end_users ADD COLUMN erased_at INT NULL;
ALTER TABLE details ADD COLUMN erased BYTES NULL;
