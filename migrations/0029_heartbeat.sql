-- What has to come again and again: when it last came, since when that is watched without a break, and since when it has
-- been told to be missing. One row for each configured heartbeat, and for one whose absence has not been ended yet.
CREATE TABLE heartbeat (
    name           text        PRIMARY KEY,
    beat_at        timestamptz,
    watched_since  timestamptz NOT NULL,
    looked_at      timestamptz NOT NULL,
    missing_since  timestamptz,
    CHECK (looked_at >= watched_since)
);
