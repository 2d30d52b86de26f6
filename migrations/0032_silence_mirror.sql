-- A silence that an Alertmanager is to have as well: by which id it has it, and what went wrong last.
CREATE TABLE silence_mirror (
    silence    bigint      NOT NULL REFERENCES silence (number),
    source     text        NOT NULL,
    remote     text,
    state      text        NOT NULL CHECK (state IN ('wanted', 'standing', 'ended', 'refused')),
    error      text,
    tried_at   timestamptz,
    PRIMARY KEY (silence, source),
    CHECK (state <> 'standing' OR remote IS NOT NULL),
    CHECK (state <> 'refused' OR error IS NOT NULL)
);
