-- What a person asks may be about several services. With more than one the incident has none of its own: each source that
-- needs one is asked for each of them. Rows of the version before name none, and their service stands in the labels.
ALTER TABLE asked ADD COLUMN services text[] NOT NULL DEFAULT '{}';
