-- How much each receiver may be told, and jobs that wait for it; jobs whose owners died with them.

-- One key of one receiver, by a hash. `opens_at` is when it takes the next message, which moves it on by `every`; `slack`
-- is what may be saved up. A row is never removed: jobs that wait for it are found through it. The one without a name
-- has no limit.
CREATE TABLE rate_bucket (
    name      text        PRIMARY KEY,
    opens_at  timestamptz NOT NULL,
    every     interval    NOT NULL,
    slack     interval    NOT NULL
);
INSERT INTO rate_bucket VALUES ('', '-infinity', '0', '0');

ALTER TABLE job
    -- What it was found to wait for, and its place there: see firstlook_core::notify::rate. 9 is "not known yet".
    ADD COLUMN bucket text NOT NULL DEFAULT '',
    ADD COLUMN urgency smallint NOT NULL DEFAULT 9,
    -- How often in a row it was claimed and not handed back: its process died or its work panicked.
    ADD COLUMN lost integer NOT NULL DEFAULT 0;
DROP INDEX job_due;
CREATE INDEX job_due ON job (kind, bucket, urgency, run_at, id) WHERE state <> 'parked';
CREATE INDEX job_lost ON job (kind) WHERE lost > 0 AND state <> 'parked';

ALTER TABLE target
    -- The bucket of what it was last sent to: who folds by the group does so there, whatever the receiver is called.
    ADD COLUMN place text,
    -- Since when its newest edit has failed.
    ADD COLUMN edit_fails_since timestamptz;

-- A page that could not be told is told to whoever else is told of the incident.
ALTER TABLE edge DROP CONSTRAINT edge_kind_check;
ALTER TABLE edge ADD CONSTRAINT edge_kind_check CHECK (kind IN
    ('trigger', 'retrigger', 'joined', 'severity_raised', 'repeat', 'unpaged', 'acknowledge', 'resolve'));
