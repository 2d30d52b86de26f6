-- Incidents that a person asked for: the time that they are about, by that person's word, and who it was. Whatever happens
-- to the incident, its evidence and its analyses look at that time.
CREATE TABLE asked (
    incident    uuid        PRIMARY KEY REFERENCES incident (id),
    asked_by    text        NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    CHECK (began_at < ended_at)
);
