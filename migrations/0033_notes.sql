-- What was found out about an incident, as a note on it at a pager: each once.
CREATE TABLE note_told (
    target  uuid        NOT NULL REFERENCES target (id),
    what    text        NOT NULL CHECK (what IN ('summary', 'analysis')),
    -- What is still 'sending' when another one looks was in the hands of somebody who died, or its answer was lost: it is
    -- looked for before it is written again.
    state   text        NOT NULL CHECK (state IN ('wanted', 'sending', 'sent', 'parked')),
    at      timestamptz NOT NULL,
    error   text,
    PRIMARY KEY (target, what),
    CHECK (state <> 'parked' OR error IS NOT NULL)
);

-- A change that one integration of a receiver was told of, or was not, and why.
CREATE TABLE change_told (
    change       uuid        NOT NULL REFERENCES change (id) ON DELETE CASCADE,
    receiver     text        NOT NULL,
    integration  text        NOT NULL,
    at           timestamptz NOT NULL,
    error        text,
    PRIMARY KEY (change, receiver, integration)
);
CREATE INDEX change_received ON change (received_at);
