-- What people said of the causes that a summary named, and what it really was. The newest word stands.
CREATE TABLE feedback (
    incident    uuid        PRIMARY KEY REFERENCES incident (id),
    at          timestamptz NOT NULL,
    actor       text        NOT NULL,
    agrees      boolean     NOT NULL,
    -- What it was; empty where nobody said.
    cause       text        NOT NULL,
    -- Of the summary that was judged: its round, who wrote it, how sure it was of its first cause.
    round       integer     NOT NULL,
    model       text,
    confidence  text        NOT NULL CHECK (confidence IN ('confirmed', 'likely', 'inconclusive'))
);
