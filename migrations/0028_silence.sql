-- What people do not want to be told for a while. It holds from `holds_from` until `holds_until`; what recurs gets its next
-- span there when one is over.
CREATE TABLE silence (
    number       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- In Alertmanager's grammar; empty where it names the alerts that one incident had.
    matchers     text[]      NOT NULL,
    incident     uuid        REFERENCES incident (id),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz,
    -- Names of `time_intervals`, or spans in their grammar; null where it holds once.
    recurring    jsonb,
    holds_from   timestamptz NOT NULL,
    holds_until  timestamptz NOT NULL,
    comment      text        NOT NULL,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    -- By hand, or when its last span was over.
    ended_at     timestamptz,
    ended_by     text,
    -- Whether incidents are marked as what it says of them.
    applied      boolean     NOT NULL DEFAULT false,
    CHECK (starts_at < ends_at),
    CHECK (ends_at IS NOT NULL OR recurring IS NOT NULL),
    CHECK ((cardinality(matchers) = 0) = (incident IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX silence_unended ON silence (holds_until) WHERE ended_at IS NULL;
CREATE INDEX silence_ended ON silence (ended_at DESC) WHERE ended_at IS NOT NULL;

-- The alerts that a silence names.
CREATE TABLE silence_alert (
    silence      bigint NOT NULL REFERENCES silence (number),
    source       text   NOT NULL,
    fingerprint  text   NOT NULL,
    PRIMARY KEY (source, fingerprint, silence)
);

-- The incidents of which somebody was not told, or not again, while a silence held.
CREATE TABLE suppressed (
    silence   bigint      NOT NULL REFERENCES silence (number),
    incident  uuid        NOT NULL REFERENCES incident (id),
    at        timestamptz NOT NULL,
    PRIMARY KEY (silence, incident)
);
CREATE INDEX suppressed_incident ON suppressed (incident);

ALTER TABLE incident
    -- All that fires in it is silenced until then, by this one.
    ADD COLUMN silenced_until timestamptz,
    ADD COLUMN silenced_by    bigint REFERENCES silence (number),
    ADD CHECK ((silenced_until IS NULL) = (silenced_by IS NULL));
CREATE INDEX incident_silenced ON incident (silenced_until) WHERE silenced_until IS NOT NULL;

ALTER TABLE target
    DROP CONSTRAINT target_held_by_check,
    ADD COLUMN held_silence bigint REFERENCES silence (number);
ALTER TABLE target ADD CONSTRAINT target_held_by_check CHECK (held_by IN ('interval', 'time', 'delay', 'silence'));
