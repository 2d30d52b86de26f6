-- What was changed in the systems that alarms watch, as `POST /webhooks/changes/{source}` was told. The same change told again
-- is one change.
CREATE TABLE change (
    id           uuid        PRIMARY KEY,
    source       text        NOT NULL,
    -- By its sender's clock, never later than it was received.
    at           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    summary      text        NOT NULL,
    -- The system that was changed, as the sender calls it.
    origin       text        NOT NULL,
    -- Names and values, in order.
    details      jsonb       NOT NULL,
    link         text,
    UNIQUE (source, at, summary, origin),
    CHECK (at <= received_at)
);
CREATE INDEX change_at ON change (at);
