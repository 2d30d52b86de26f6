-- What a source of evidence had the other side read on a day (UTC), where that is what it is paid by: shared by all replicas.
CREATE TABLE scan (
    source  text    NOT NULL,
    day     date    NOT NULL,
    bytes   bigint  NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (source, day)
);
-- The same of one look at one incident. A version before this one says nothing of it.
ALTER TABLE evidence ADD COLUMN scanned bigint NOT NULL DEFAULT 0;
