-- Who else is told of an incident, when and why, unless it is taken or over before. A row is looked at once its time has come,
-- under the lock of the incident's slot. A version before this one writes none and leaves what is there.
CREATE TABLE escalation (
    incident  uuid        NOT NULL REFERENCES incident (id),
    -- An acknowledgement answers 'untaken' alone.
    cause     text        NOT NULL CHECK (cause IN ('outage', 'untaken', 'lasting')),
    receiver  text        NOT NULL,
    reason    text        NOT NULL,
    -- So long after it rang, or after it was told where that had to wait.
    seconds   bigint      NOT NULL CHECK (seconds >= 0),
    due_at    timestamptz NOT NULL,
    -- Nobody has been told of the incident yet: the time begins when somebody is, and `due_at` is what is expected.
    waits     boolean     NOT NULL,
    -- 'over': it was taken, or over, when its time came.
    state     text        NOT NULL CHECK (state IN ('due', 'told', 'over')),
    ended_at  timestamptz,
    PRIMARY KEY (incident, cause, receiver),
    CHECK ((state = 'due') = (ended_at IS NULL)),
    CHECK (state = 'due' OR NOT waits)
);
CREATE INDEX escalation_due ON escalation (due_at) WHERE state = 'due' AND NOT waits;

ALTER TABLE edge DROP CONSTRAINT edge_kind_check;
ALTER TABLE edge ADD CONSTRAINT edge_kind_check CHECK (kind IN
    ('trigger', 'retrigger', 'joined', 'severity_raised', 'repeat', 'escalated', 'unpaged', 'acknowledge', 'resolve'));

-- The way of an incident through the tree each time that it rang: why somebody was told, or was not.
CREATE TABLE walk (
    incident  uuid        NOT NULL REFERENCES incident (id),
    at        timestamptz NOT NULL,
    steps     jsonb       NOT NULL,
    PRIMARY KEY (incident, at)
);
