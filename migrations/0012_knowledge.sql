-- What became of the queries in the runbook: which step, who ran it, which items it brought, or why it was not run.
ALTER TABLE evidence ADD COLUMN queries jsonb NOT NULL DEFAULT '[]';
