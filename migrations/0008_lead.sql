-- How long before it fired the data of an alert began by which its sender judged. A version before this one writes none, and
-- leaves that of an earlier firing.
ALTER TABLE incident_alert ADD COLUMN lead interval NOT NULL DEFAULT '0';
