-- A change that its sender has a name for is known by that: the same event that comes again, or by another message, is one
-- change, and two events of one second that say the same are two.
ALTER TABLE change ADD COLUMN event text;
DROP INDEX change_once;
CREATE UNIQUE INDEX change_once ON change (source, at, md5(summary || chr(10) || origin)) WHERE event IS NULL;
CREATE UNIQUE INDEX change_event ON change (source, event) WHERE event IS NOT NULL;
