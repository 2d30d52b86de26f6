-- Of the tokens that went into an analysis, those that the provider had kept, and those that it kept: they have prices of their own.
ALTER TABLE analysis
    ADD COLUMN cached_input_tokens bigint NOT NULL DEFAULT 0 CHECK (cached_input_tokens >= 0),
    ADD COLUMN cache_write_tokens bigint NOT NULL DEFAULT 0 CHECK (cache_write_tokens >= 0);
