-- Messages of other apps in Slack under which an analysis is offered, once each. `event` is Slack's name of what told of it,
-- which stays the same when it is told again.
CREATE TABLE offer (
    channel     text        NOT NULL,
    ts          text        NOT NULL,
    event       text        NOT NULL UNIQUE,
    said        text        NOT NULL,
    received_at timestamptz NOT NULL,
    state       text        NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'sending', 'sent', 'parked')),
    reason      text,
    PRIMARY KEY (channel, ts),
    CHECK ((state = 'parked') = (reason IS NOT NULL))
);
CREATE INDEX offer_received ON offer (received_at);
