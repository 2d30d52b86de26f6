-- The tags of CloudWatch's alarms, read ahead of time for messages that do not have them. A version before this one knows
-- nothing of it, and then alarms have the tags of their messages alone.
CREATE TABLE alarm_tags (
    source      text        NOT NULL,
    arn         text        NOT NULL,
    -- When the alarm was last named, by a listing or because it fires; and by a listing of those that lead to us.
    named_at    timestamptz NOT NULL,
    listed_at   timestamptz,
    -- When it was last asked for, and last answered.
    asked_at    timestamptz,
    read_at     timestamptz,
    tags        jsonb       NOT NULL DEFAULT '{}',
    -- What they were before they last changed, and when that was seen.
    before      jsonb       NOT NULL DEFAULT '{}',
    changed_at  timestamptz CHECK (changed_at <= read_at),
    PRIMARY KEY (source, arn)
);
