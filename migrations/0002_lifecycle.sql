-- The life of an incident beyond its messages: told again, gone quiet, flapping, linked to what came before; and work
-- that belongs to no incident. Whatever the version before writes still fits.

-- When the last message about it came; a sender that says nothing for long is stale.
ALTER TABLE alert ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE incident
    -- When it last rang: `repeat_interval` counts from here.
    ADD COLUMN told_at      timestamptz,
    -- Since when nothing was heard of any alert that fires in it.
    ADD COLUMN stale_since  timestamptz,
    -- When it ended or went on again, of late: many of them are a flap.
    ADD COLUMN transitions  timestamptz[] NOT NULL DEFAULT '{}',
    -- Flapping until then, unless it goes on.
    ADD COLUMN flaps_until  timestamptz,
    -- The incident of the same group before this one.
    ADD COLUMN previous     uuid REFERENCES incident (id);
UPDATE incident SET told_at = opened_at WHERE status <> 'resolved';
CREATE INDEX incident_flaps ON incident (flaps_until) WHERE flaps_until IS NOT NULL;
CREATE INDEX incident_unresolved ON incident (status, told_at) WHERE status <> 'resolved';

-- Where an alert fires now: it stays with its incident although its labels are grouped otherwise meanwhile.
CREATE INDEX incident_alert_firing ON incident_alert (source, fingerprint) WHERE status = 'firing';

ALTER TABLE edge DROP CONSTRAINT edge_kind_check;
ALTER TABLE edge ADD CONSTRAINT edge_kind_check
    CHECK (kind IN ('trigger', 'retrigger', 'joined', 'severity_raised', 'repeat', 'acknowledge', 'resolve'));

-- Upkeep belongs to no incident: the sweep, a look at a sender, a second look at a late message.
ALTER TABLE job
    ALTER COLUMN incident DROP NOT NULL,
    ADD COLUMN payload jsonb,
    DROP CONSTRAINT job_kind_check;
ALTER TABLE job
    ADD CONSTRAINT job_kind_check CHECK (kind IN ('page', 'message', 'triage', 'upkeep')),
    ADD CHECK ((kind = 'upkeep') = (incident IS NULL));
