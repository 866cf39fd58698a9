-- What exactly is approved, so that it is carried out and shown as it was asked for; and who may not approve it besides who asked.
ALTER TABLE approvals ADD COLUMN content STR NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN barred STR NOT NULL DEFAULT '';

-- The panel kept the forms of those who asked; the approvals hold the content themselves now.
DELETE FROM operator_preferences WHERE name LIKE 'again.%';
