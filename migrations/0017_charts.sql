-- The charts in the thread of a target's message, posted once.
ALTER TABLE target
    -- Null until there is one to post. What is still 'sending' when another one looks was in the hands of somebody who died:
    -- it may stand in the thread, and is not posted again.
    ADD COLUMN charts        text CHECK (charts IN ('wanted', 'sending', 'sent', 'parked')),
    ADD COLUMN charts_at     timestamptz,
    -- Why they were not posted, or are in doubt.
    ADD COLUMN charts_error  text,
    ADD CHECK ((charts IN ('sent', 'parked')) IS NOT TRUE OR charts_at IS NOT NULL),
    ADD CHECK (charts <> 'parked' OR charts_error IS NOT NULL);

-- They have a lane of their own, so that no text waits for a picture.
ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('page', 'message', 'triage', 'upkeep', 'charts'));
