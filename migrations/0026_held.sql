-- Who is told later, until when and why: outside of the hours of a route, or within its delay.
ALTER TABLE target
    -- When it is looked at again.
    ADD COLUMN held_until   timestamptz,
    ADD COLUMN held_by      text CHECK (held_by IN ('interval', 'time', 'delay')),
    ADD COLUMN held_reason  text,
    -- Where the digest stands that told of it, as `address` does of its own message.
    ADD COLUMN digest       jsonb,
    ADD CHECK ((held_until IS NULL) = (held_by IS NULL) AND (held_until IS NULL) = (held_reason IS NULL));
CREATE INDEX target_held ON target (held_until) WHERE held_until IS NOT NULL;

-- 'held' waits for its target's time, 'folded' goes with the message of another edge that has the same digest, 'untold' is
-- never told, and says why. A version before this one knows none of them and leaves them as they are.
ALTER TABLE edge DROP CONSTRAINT edge_state_check;
ALTER TABLE edge
    ADD COLUMN digest uuid,
    ADD CONSTRAINT edge_state_check CHECK
        (state IN ('pending', 'sending', 'sent', 'parked', 'held', 'folded', 'untold')),
    ADD CHECK (state <> 'folded' OR digest IS NOT NULL),
    ADD CHECK (state <> 'untold' OR error IS NOT NULL);
CREATE INDEX edge_digest ON edge (digest) WHERE digest IS NOT NULL;
