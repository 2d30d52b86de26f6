-- How bad an incident is, in the numbers of what its alarm watches, as it was when evidence was last collected.
ALTER TABLE incident ADD COLUMN impact jsonb;
