-- Storms: so much begins at a receiver that one message tells of it in place of single ones.

-- One receiver, from when too much began there. `number` is how people name it; jobs of its messages belong to `incident`,
-- one of those that it began with.
CREATE TABLE storm (
    id          uuid        PRIMARY KEY,
    number      bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    receiver    text        NOT NULL,
    incident    uuid        NOT NULL REFERENCES incident (id),
    -- When the first of it rang, and when it was found to be a storm.
    since       timestamptz NOT NULL,
    began_at    timestamptz NOT NULL DEFAULT now(),
    -- Since when little has begun.
    calm_since  timestamptz,
    ended_at    timestamptz,
    -- Nothing is left to be said of it.
    over_at     timestamptz,
    CHECK (over_at IS NULL OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX storm_lasts ON storm (receiver) WHERE ended_at IS NULL;
CREATE INDEX storm_left ON storm (number) WHERE over_at IS NULL;

-- Its one message at one integration of the receiver, told and edited by the job whose key is its id.
CREATE TABLE storm_message (
    id           uuid        PRIMARY KEY,
    storm        uuid        NOT NULL REFERENCES storm (id),
    integration  text        NOT NULL,
    state        text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'parked')),
    address      jsonb,
    -- The figures of the newest one that arrived.
    told         jsonb,
    attempts     integer     NOT NULL DEFAULT 0,
    doubt        boolean     NOT NULL DEFAULT false,
    -- When what is being told now had to be told, for the patience.
    wanted_at    timestamptz NOT NULL DEFAULT now(),
    sent_at      timestamptz,
    error        text,
    UNIQUE (storm, integration),
    CHECK (state <> 'sent' OR sent_at IS NOT NULL),
    CHECK (state <> 'parked' OR error IS NOT NULL)
);

ALTER TABLE target
    -- The newest storm that its incident was part of.
    ADD COLUMN storm          uuid REFERENCES storm (id),
    -- Since when the storm's message stands for its own, and when one that counts it had arrived.
    ADD COLUMN storm_at       timestamptz,
    ADD COLUMN storm_told_at  timestamptz,
    DROP CONSTRAINT target_held_by_check;
ALTER TABLE target
    ADD CONSTRAINT target_held_by_check CHECK (held_by IN ('interval', 'time', 'delay', 'silence', 'storm'));
CREATE INDEX target_storm ON target (storm) WHERE storm IS NOT NULL;

-- When it was written, by the clock of the database: replicas count by one clock. Of edges before this it is not known.
ALTER TABLE edge ADD COLUMN at timestamptz;
ALTER TABLE edge ALTER COLUMN at SET DEFAULT now();
CREATE INDEX edge_rang ON edge (at) WHERE kind NOT IN ('acknowledge', 'resolve');
CREATE INDEX edge_left ON edge (target) WHERE state IN ('pending', 'sending');
