-- What became of the queries in the runbook: which step, who ran it, which items it brought, or why it was not run.
ALTER TABLE evidence ADD COLUMN queries jsonb NOT NULL DEFAULT '[]';

-- Words by which incidents that resemble one another are found: of titles and labels, and of the log patterns that stood out.
-- Without a dictionary, so that they are the same in any language; punctuation parts words, so that `pay-api` has `api` in
-- it. Bounded, since a word list may not be large, and senders write what they like.
ALTER TABLE evidence ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple',
    translate(left(jsonb_path_query_array(items, '$[*] ? (@.kind == "log").title')::text, 20000),
              '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))) STORED;
CREATE INDEX evidence_words ON evidence USING gin (words);
-- Last, since what is received waits meanwhile.
ALTER TABLE incident ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple',
    translate(left(title || ' ' || labels::text, 10000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))) STORED;
CREATE INDEX incident_words ON incident USING gin (words);
