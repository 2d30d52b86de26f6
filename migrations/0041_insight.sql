-- What a person asks for: a look at a moment, or the answer to a question about metrics over days, for which nothing but metrics
-- and changes is read. Rows of the version before are looks at moments, and so is what that version still writes.
ALTER TABLE asked ADD COLUMN kind text NOT NULL DEFAULT 'moment' CHECK (kind IN ('moment', 'insight'));
