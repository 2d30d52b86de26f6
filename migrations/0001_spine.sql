-- The spine: what was received, what became of it, who must be told, and the work that is left.
-- CHECKs repeat the state machines of the code: what cannot happen cannot be written down, by an operator either.

-- A request body, kept raw so that it can be read and played again.
CREATE TABLE delivery (
    id           uuid        PRIMARY KEY,
    received_at  timestamptz NOT NULL,
    source       text        NOT NULL,
    body         bytea       NOT NULL,
    state        text        NOT NULL CHECK (state IN ('accepted', 'partial', 'rejected')),
    -- For a rejected body, or the alerts of a partial one: what was wrong.
    reason       text,
    alerts       integer     NOT NULL,
    truncated    bigint      NOT NULL,
    trace_id     text        NOT NULL,
    CHECK ((state = 'accepted') = (reason IS NULL))
);
CREATE INDEX delivery_received ON delivery (received_at DESC, id);

-- The permanent row of a group key, and the only lock of ingest.
CREATE TABLE slot (
    key_hash  bytea PRIMARY KEY CHECK (length(key_hash) = 32),
    key       jsonb NOT NULL,
    -- Its newest incident, over or not.
    incident  uuid
);

CREATE TABLE incident (
    id               uuid        PRIMARY KEY,
    number           bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    slot             bytea       NOT NULL REFERENCES slot (key_hash),
    status           text        NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
    severity         text        NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
    told_severity    text        NOT NULL CHECK (told_severity IN ('critical', 'warning', 'info')),
    title            text        NOT NULL,
    service          text,
    labels           jsonb       NOT NULL,
    opened_at        timestamptz NOT NULL,
    started_at       timestamptz NOT NULL,
    acknowledged_at  timestamptz,
    resolved_at      timestamptz,
    owner            text,
    -- The runbook as it was when the incident opened, or null.
    runbook          jsonb,
    -- Counts what people can see change; a message remembers the version that it shows.
    version          bigint      NOT NULL CHECK (version > 0),
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK (status <> 'acknowledged' OR (acknowledged_at IS NOT NULL AND owner IS NOT NULL))
);
ALTER TABLE slot ADD FOREIGN KEY (incident) REFERENCES incident (id) DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX incident_one_open ON incident (slot) WHERE status <> 'resolved';
CREATE INDEX incident_of_slot ON incident (slot, opened_at DESC);
CREATE INDEX incident_opened ON incident (opened_at DESC, number DESC);

-- What is known of an alert over all of its incidents.
CREATE TABLE alert (
    source               text        NOT NULL,
    fingerprint          text        NOT NULL,
    status               text        NOT NULL CHECK (status IN ('firing', 'resolved')),
    -- The earliest and the latest start that was said of its newest episode.
    starts_at            timestamptz NOT NULL,
    newest_start         timestamptz NOT NULL,
    -- The newest end; stays while it fires again, so that a replayed one is known.
    ends_at              timestamptz,
    resolve_received_at  timestamptz,
    PRIMARY KEY (source, fingerprint),
    CHECK (status <> 'resolved' OR ends_at IS NOT NULL),
    CHECK ((ends_at IS NULL) = (resolve_received_at IS NULL))
);

-- One firing interval, by the sender's times.
CREATE TABLE episode (
    source       text        NOT NULL,
    fingerprint  text        NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    PRIMARY KEY (source, fingerprint, started_at),
    FOREIGN KEY (source, fingerprint) REFERENCES alert (source, fingerprint)
);

-- An alert as part of one incident; it stays as it was when the alert goes on to another one.
CREATE TABLE incident_alert (
    incident       uuid        NOT NULL REFERENCES incident (id),
    source         text        NOT NULL,
    fingerprint    text        NOT NULL,
    status         text        NOT NULL CHECK (status IN ('firing', 'resolved')),
    severity       text        NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
    labels         jsonb       NOT NULL,
    annotations    jsonb       NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz,
    generator_url  text,
    received       bigint      NOT NULL,
    reason         text        NOT NULL,
    PRIMARY KEY (incident, source, fingerprint)
);

-- Append-only: the timeline, and the answer to "why".
CREATE TABLE decision (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    incident     uuid        REFERENCES incident (id),
    delivery     uuid        REFERENCES delivery (id),
    source       text,
    fingerprint  text,
    kind         text        NOT NULL,
    actor        text        NOT NULL,
    reason       text        NOT NULL
);
CREATE INDEX decision_of_delivery ON decision (delivery, id) WHERE delivery IS NOT NULL;
CREATE INDEX decision_of_incident ON decision (incident, id) WHERE incident IS NOT NULL;

-- One incident at one integration of one receiver.
CREATE TABLE target (
    id            uuid   PRIMARY KEY,
    incident      uuid   NOT NULL REFERENCES incident (id),
    receiver      text   NOT NULL,
    -- The kind and its place in the receiver: pagerduty/0.
    integration   text   NOT NULL,
    reason        text   NOT NULL,
    -- Where its message stands, once there is one: Slack's channel id and ts.
    address       jsonb,
    sent_version  bigint NOT NULL DEFAULT 0,
    -- When it was last edited, and why the newest edit was given up.
    edited_at     timestamptz,
    edit_error    text,
    UNIQUE (incident, receiver, integration)
);

-- A change that must be told: append-only, in order, never coalesced.
CREATE TABLE edge (
    target      uuid        NOT NULL REFERENCES target (id),
    seq         integer     NOT NULL CHECK (seq > 0),
    kind        text        NOT NULL
        CHECK (kind IN ('trigger', 'retrigger', 'severity_raised', 'acknowledge', 'resolve')),
    state       text        NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'parked')),
    -- For a rise in severity: what was known before.
    was         text        CHECK (was IN ('critical', 'warning', 'info')),
    attempts    integer     NOT NULL DEFAULT 0,
    -- An earlier try may have arrived although its answer did not.
    doubt       boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    error       text,
    PRIMARY KEY (target, seq),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (kind <> 'severity_raised' OR was IS NOT NULL)
);

-- Work to be done once. A running job is its owner's until lease_until, by the clock of this database; `fence`
-- counts its owners, so that a late one's writes can be refused.
CREATE TABLE job (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('page', 'message', 'triage')),
    key          text        NOT NULL,
    incident     uuid        NOT NULL REFERENCES incident (id),
    state        text        NOT NULL CHECK (state IN ('ready', 'running', 'parked')),
    run_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    fence        bigint      NOT NULL DEFAULT 0,
    lease_until  timestamptz,
    -- More came while it ran: it runs once more.
    again        boolean     NOT NULL DEFAULT false,
    -- It ran, and looks once more at a later time; it does not ask for a third.
    second       boolean     NOT NULL DEFAULT false,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK (state <> 'parked' OR error IS NOT NULL)
);
CREATE UNIQUE INDEX job_open ON job (kind, key) WHERE state <> 'parked';
CREATE INDEX job_due ON job (kind, run_at) WHERE state <> 'parked';
CREATE INDEX job_of_incident ON job (incident);

-- What was collected, immutable; the newest round is shown.
CREATE TABLE evidence (
    incident      uuid        NOT NULL REFERENCES incident (id),
    round         integer     NOT NULL CHECK (round > 0),
    collected_at  timestamptz NOT NULL,
    -- The time that it covers.
    window_start  timestamptz NOT NULL,
    window_end    timestamptz NOT NULL,
    items         jsonb       NOT NULL,
    gaps          jsonb       NOT NULL,
    pack          text        NOT NULL,
    -- How many sources brought lines of the window; with 0 nothing is known about the logs.
    sources_read  integer     NOT NULL CHECK (sources_read >= 0),
    PRIMARY KEY (incident, round),
    CHECK (window_start <= window_end)
);

-- What was written from it, immutable; the newest round is shown.
CREATE TABLE summary (
    incident       uuid        NOT NULL REFERENCES incident (id),
    -- 0 where a look was given up before anything was collected.
    round          integer     NOT NULL CHECK (round >= 0),
    written_at     timestamptz NOT NULL,
    state          text        NOT NULL,
    body           jsonb       NOT NULL,
    input_tokens   bigint      NOT NULL,
    output_tokens  bigint      NOT NULL,
    PRIMARY KEY (incident, round)
);
CREATE INDEX summary_written ON summary (written_at);
