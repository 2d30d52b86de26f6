-- Who can be asked what fires, is: the newest bodies of its source name the receiver that posts to us.
CREATE INDEX delivery_of_source ON delivery (source, received_at DESC) WHERE state <> 'rejected';
