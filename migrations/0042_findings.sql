-- What a person asks for may be what security services have found as well. Nothing else of the table changes, and the version
-- before writes and reads its own two kinds as it did.
ALTER TABLE asked DROP CONSTRAINT asked_kind_check;
ALTER TABLE asked ADD CONSTRAINT asked_kind_check CHECK (kind IN ('moment', 'insight', 'findings'));
