-- Channels in which somebody wants no analysis offered any more.
CREATE TABLE offer_off (
    channel  text        PRIMARY KEY,
    off_by   text        NOT NULL,
    off_at   timestamptz NOT NULL
);
