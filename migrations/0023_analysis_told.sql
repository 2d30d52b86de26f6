-- Counts visible changes: what shows an analysis knows by it whether it is behind.
ALTER TABLE analysis ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- An analysis in the thread of a target's message: one message that is edited, and its report as one file.
CREATE TABLE analysis_told (
    analysis    bigint      NOT NULL REFERENCES analysis (id),
    target      uuid        NOT NULL REFERENCES target (id),
    -- The message. What is still 'sending' when another one looks was in the hands of somebody who died: it may stand there, and
    -- the next one says so. 'none': there is no thread.
    state       text        NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'sending', 'sent', 'parked', 'none')),
    tried_at    timestamptz,
    -- The answer to an earlier try was lost.
    doubt       boolean     NOT NULL DEFAULT false,
    address     jsonb,
    -- The analysis' version that it shows.
    shown       bigint      NOT NULL DEFAULT 0,
    shown_at    timestamptz,
    error       text,
    -- The file, posted at most once: what is still 'sending' is not posted again. 'none': there is no report.
    file        text        NOT NULL DEFAULT 'wanted' CHECK (file IN ('wanted', 'sending', 'sent', 'parked', 'none')),
    file_at     timestamptz,
    file_error  text,
    PRIMARY KEY (analysis, target),
    CHECK ((state = 'sent') IS NOT TRUE OR (address IS NOT NULL AND shown_at IS NOT NULL)),
    CHECK (state <> 'parked' OR error IS NOT NULL),
    CHECK ((file IN ('sent', 'parked')) IS NOT TRUE OR file_at IS NOT NULL),
    CHECK (file <> 'parked' OR file_error IS NOT NULL)
);
CREATE INDEX analysis_told_target ON analysis_told (target);

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job
    ADD CONSTRAINT job_kind_check CHECK (kind IN ('page', 'message', 'triage', 'upkeep', 'charts', 'analysis', 'report'));
