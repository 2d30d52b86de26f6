-- Some sources have what happened only minutes later: a job that has looked at all of the window asks them once more.
ALTER TABLE job ADD COLUMN late boolean NOT NULL DEFAULT false;
