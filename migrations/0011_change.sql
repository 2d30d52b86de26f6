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
    CHECK (at <= received_at)
);
-- A hash: an index over long texts has a bound that Japanese reaches sooner than English.
CREATE UNIQUE INDEX change_once ON change (source, at, md5(summary || chr(10) || origin));
CREATE INDEX change_at ON change (at);
