//! Postgres: the one place where firstlook keeps what it knows.

pub mod private;
