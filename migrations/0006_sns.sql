-- Messages of SNS that have been taken: the same one again changes nothing. A version before this one writes none, and then
-- a repeat is only a repeated alert.
CREATE TABLE sns_seen (
    source       text        NOT NULL,
    message_id   text        NOT NULL,
    delivery     uuid        NOT NULL REFERENCES delivery (id),
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (source, message_id)
);
CREATE INDEX sns_seen_received ON sns_seen (received_at);
