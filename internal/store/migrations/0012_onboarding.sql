-- Some countries' numbers end in something with a meaning: the end that all numbers of a base IBAN have.
ALTER TABLE base_ibans ADD COLUMN suffix STR NOT NULL DEFAULT '';
