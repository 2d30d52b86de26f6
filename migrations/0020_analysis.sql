-- The deeper look at an incident, by a model that calls tools which read. `talk` is all that was said and brought so far: it is
-- kept after every answer, so that whoever takes it over goes on from there and pays for nothing twice.
CREATE TABLE analysis (
    id             bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    incident       uuid        NOT NULL REFERENCES incident (id),
    state          text        NOT NULL CHECK (state IN
        ('waiting', 'running', 'ready', 'nothing_verified', 'shared', 'over_budget', 'failed')),
    -- Why there is no report, where there is none.
    reason         text,
    asked_by       text        NOT NULL,
    asked_at       timestamptz NOT NULL,
    begun_at       timestamptz,
    ended_at       timestamptz,
    talk           text,
    -- How far it is, for people: {"step", "max_steps", "asked": […]}.
    progress       jsonb       NOT NULL,
    -- What it stands on: what was known when it began, and behind the first `given` ones what tools brought.
    items          jsonb       NOT NULL DEFAULT '[]',
    given          integer     NOT NULL DEFAULT 0,
    report         jsonb,
    model          text,
    input_tokens   bigint      NOT NULL DEFAULT 0,
    output_tokens  bigint      NOT NULL DEFAULT 0,
    micro_usd      bigint      NOT NULL DEFAULT 0,
    priced         boolean     NOT NULL DEFAULT false,
    duration_ms    bigint      NOT NULL DEFAULT 0,
    -- The incident whose analysis stands for this one.
    shared_with    uuid        REFERENCES incident (id),
    CHECK ((state IN ('waiting', 'running')) = (ended_at IS NULL)),
    CHECK ((state = 'ready') = (report IS NOT NULL)),
    CHECK ((state = 'shared') = (shared_with IS NOT NULL))
);
CREATE UNIQUE INDEX analysis_open ON analysis (incident) WHERE ended_at IS NULL;
CREATE INDEX analysis_of_incident ON analysis (incident, id DESC);

-- What a call is for: each has a budget of its own.
ALTER TABLE spending ADD COLUMN purpose text NOT NULL DEFAULT 'summary' CHECK (purpose IN ('summary', 'analysis'));

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job
    ADD CONSTRAINT job_kind_check CHECK (kind IN ('page', 'message', 'triage', 'upkeep', 'charts', 'analysis'));
