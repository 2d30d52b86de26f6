-- What whoever declared an incident asked for by the form, besides what the configuration says.
ALTER TABLE declaration
    -- The channel's name; NULL where the incident gives it its name.
    ADD COLUMN asked_name   text,
    -- Whether only who was invited sees it; NULL where the configuration says.
    ADD COLUMN private      boolean,
    -- Slack's ids of people and of user groups who are brought in as well.
    ADD COLUMN users        text[]   NOT NULL DEFAULT '{}',
    ADD COLUMN user_groups  text[]   NOT NULL DEFAULT '{}';
