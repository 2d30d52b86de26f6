-- Incidents that somebody declared: each gets a channel of its own, once.
CREATE TABLE declaration (
    incident     uuid        PRIMARY KEY REFERENCES incident (id),
    declared_by  text        NOT NULL,
    declared_at  timestamptz NOT NULL,
    -- Slack's id of whoever it was, where Slack said so: they lead, and are brought in.
    lead         text,
    -- The bot that does it.
    receiver     text        NOT NULL,
    integration  text        NOT NULL,
    -- The alarm's own message, under which it is said.
    origin       uuid        REFERENCES target (id),
    -- The name that the channel has or is to have, and since when that one is tried: a channel of this name that is younger is
    -- ours, whoever died before Slack's answer was kept.
    name         text,
    tried_at     timestamptz,
    -- Slack's id of the channel.
    channel      text,
    -- The address of the alarm's own message.
    link         text,
    CHECK ((name IS NULL) = (tried_at IS NULL)),
    CHECK (channel IS NULL OR name IS NOT NULL)
);

-- What is done for it, each step once.
CREATE TABLE declaration_step (
    incident  uuid        NOT NULL REFERENCES declaration (incident),
    step      text        NOT NULL CHECK (step IN ('create', 'invite', 'topic', 'link', 'pin')),
    -- What is still 'sending' when another one looks was in the hands of somebody who died, or its answer was lost. 'none':
    -- there is nothing to be done.
    state     text        NOT NULL CHECK (state IN ('wanted', 'sending', 'sent', 'parked', 'none')),
    at        timestamptz NOT NULL,
    error     text,
    PRIMARY KEY (incident, step),
    CHECK (state <> 'parked' OR error IS NOT NULL)
);

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job
    ADD CONSTRAINT job_kind_check
    CHECK (kind IN ('page', 'message', 'triage', 'upkeep', 'charts', 'analysis', 'report', 'declare'));
