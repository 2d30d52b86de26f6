-- Since when a source is known whose sender is asked: what began before that was never to be told here, and is not raised. A
-- version before this one writes none, and then the oldest body of the source that is kept says it.
CREATE TABLE source_known (
    source  text        PRIMARY KEY,
    since   timestamptz NOT NULL
);
