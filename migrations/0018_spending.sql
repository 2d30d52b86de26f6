-- What a call of a model may use at worst, set aside before it is made, and then what it has used. What was set aside by a
-- process that died stays, since nobody knows what was paid.
CREATE TABLE spending (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    incident    uuid        NOT NULL REFERENCES incident (id),
    begun_at    timestamptz NOT NULL,
    tokens      bigint      NOT NULL CHECK (tokens >= 0),
    micro_usd   bigint      NOT NULL CHECK (micro_usd >= 0),
    settled     boolean     NOT NULL
);
CREATE INDEX spending_begun ON spending (begun_at);
CREATE INDEX spending_incident ON spending (incident);
-- What was used before stays used.
INSERT INTO spending (incident, begun_at, tokens, micro_usd, settled)
SELECT incident, written_at, input_tokens + output_tokens, 0, true FROM summary WHERE input_tokens + output_tokens > 0;
