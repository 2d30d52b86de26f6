-- Somebody waits to be told of an incident while another one fires that explains it.
ALTER TABLE target DROP CONSTRAINT target_held_by_check;
ALTER TABLE target ADD CONSTRAINT target_held_by_check
    CHECK (held_by IN ('interval', 'time', 'delay', 'silence', 'storm', 'inhibited'));
