//! Door: database. Everything that firstlook remembers, in Postgres; the only room that knows SQL.
//!
//! One file per family of tables. Row types are private to their file; core types go in and come out. No transaction
//! here lives longer than its function, so none can be open across network I/O.

mod actions;
mod alerts;
mod analyses;
mod asked;
mod changes;
mod declared;
mod deliveries;
mod escalation;
mod evidence;
mod feedback;
mod flaps;
mod heartbeats;
mod incidents;
mod ingest;
mod jobs;
mod knowledge;
mod noted;
mod offers;
mod passing;
pub mod private;
mod rates;
mod rehearsal;
mod routing;
mod row;
mod scans;
mod seen;
mod silences;
mod slots;
mod spending;
mod standing;
mod storms;
mod summaries;
mod suppressed;
mod sweep;
mod tags;
mod told;
mod view;
mod walks;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Executor, Row};

use crate::fail::{self, Step};

pub use actions::{Acted, Paged};
pub use analyses::{Kept, Open, ToDo, Took};
pub use asked::{Asking, Meant};
pub use declared::{Began, Declaration, Declaring, Place};
pub use deliveries::{DeliveryDecision, DeliveryHead, DeliveryState, NewDelivery};
pub use evidence::{Collected, NewEvidence, NewLate, Shown};
pub use feedback::{Judged, Which};
pub use heartbeats::Heartbeat;
pub use incidents::{Filter, PageOf};
pub use ingest::{Batch, Group, Judge, Written};
pub use jobs::{Claim, JobCounts, JobKind, MOST_LOST, Outcome, Ticket};
pub use offers::{OFFER, Offer, Offered};
pub use rates::Bucket;
pub use rehearsal::Rehearsed;
pub use routing::{ELSEWHERE, Route, THREAD};
pub use scans::Meter;
pub use silences::{MIRROR, Made, Mirror, Mirrored, NewSilence, Silenced, State as SilenceState};
pub use spending::Reserved;
pub use standing::{RESYNC, Standing};
pub use storms::{Raging, Sky, StormMessage};
pub use sweep::Cutoff;
pub use tags::{LEARN, Learned};
pub use told::{Address, Charts, Edge, FileState, Keeps, Notes, Now, Target, Telling, Waiting};
pub use view::Words;

/// Longest wait for a free connection: a request has 10 s in all (DESIGN section 4).
const ACQUIRE: Duration = Duration::from_secs(3);
/// Longest a statement may run before Postgres ends it, in milliseconds.
const STATEMENT_TIMEOUT: &str = "8000";

/// Something that the database would not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, overloaded, read-only, or a statement that it refused.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration did not run.
    #[error("the database's schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row that this version cannot read.
    #[error("table {table}, column {column}, row {row}: {reason}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// Where in it.
        column: &'static str,
        /// Its key.
        row: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A body was not kept, and nothing was promised about it.
    #[error("the database: {0}")]
    NotKept(String),
    /// An alert has moved to another incident while its slot was being locked.
    #[error("an alert has moved to another incident meanwhile")]
    Moved,
    /// A piece of work of this process panicked or was cancelled.
    #[error("a bug: {0}")]
    Worker(String),
    /// The job was taken over: its lease ended before its work did. Nothing was written.
    #[error("the job's lease has passed to another worker")]
    Fenced,
}

impl StoreError {
    /// Whether Postgres ended one of two transactions that stood in each other's way: the same again will do.
    fn is_conflict(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return matches!(self, Self::Moved) };
        // deadlock_detected, serialization_failure, unique_violation of a row that came meanwhile
        matches!(error.code().as_deref(), Some("40P01" | "40001" | "23505"))
    }

    /// Whether the database cannot take anything now, whatever it is given: the same again may do later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default();
                // Connections, resources (a full disk), an operator's shutdown, a system's fault; read-only after a
                // failover; a schema that has not come yet; a statement that took too long; conflicts that go on.
                let classes = ["08", "53", "57", "58", "40"];
                classes.iter().any(|class| code.starts_with(class))
                    || ["25006", "42P01", "42703", "55P03", "25P03"].contains(&code.as_ref())
            }
            Self::Database(
                sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Encode(_),
            ) => false,
            Self::Database(_) | Self::Migrate(_) | Self::NotKept(_) | Self::Fenced | Self::Moved => true,
            Self::Corrupt { .. } | Self::Worker(_) => false,
        }
    }
}

/// A pool of connections to one database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    /// Whether the schema is known to be this version's.
    current: Arc<AtomicBool>,
}

impl Store {
    /// A store at `url`, with at most `connections` connections. Nothing is connected yet: a database that is not
    /// there shows at the first statement, within 3 s.
    ///
    /// # Errors
    /// When the URL does not parse.
    pub fn new(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("firstlook").options([
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("idle_in_transaction_session_timeout", "15000"),
            // Statements are short: to compile one takes longer than to run it.
            ("jit", "off"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            // In place of sqlx's own ping, at the same price.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(outside(connection)))
            .connect_lazy_with(options);
        Ok(Self { pool, current: Arc::default() })
    }

    /// Brings the schema to this version, or leaves a newer one as it is: the version before still serves while it is
    /// replaced. Safe to run from several replicas at once: sqlx takes an advisory lock.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        fail::pass(Step::Migrate);
        // On large tables it takes longer than any statement of the service may.
        let options = (*self.pool.connect_options()).clone().options([("statement_timeout", "0")]);
        let patient =
            PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).connect_lazy_with(options);
        let migrated = sqlx::migrate!().set_ignore_missing(true).run(&patient).await;
        patient.close().await;
        migrated?;
        fail::pass(Step::Migrate);
        self.current.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the database answers, and its schema is this version's: while it is being brought up to date, half of it is
    /// there.
    ///
    /// # Errors
    /// When either is not so.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let newest = sqlx::migrate!().iter().map(|migration| migration.version).max().unwrap_or_default();
        let there: bool =
            sqlx::query_scalar("SELECT COALESCE(max(version), 0) >= $1 FROM _sqlx_migrations WHERE success")
                .bind(newest)
                .fetch_one(&self.pool)
                .await?;
        if !there {
            return Err(StoreError::NotKept("its schema is that of an older version".into()));
        }
        self.current.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Refuses to write before the schema is known to be this version's; once it was, nobody is asked again.
    async fn current(&self) -> Result<(), StoreError> {
        if self.current.load(Ordering::Relaxed) { Ok(()) } else { self.ready().await }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether a connection answers and is in no transaction. One whose `begin` was given up half-way comes back to the pool
/// with a transaction open that sqlx knows nothing of (0.9: its guard counts it only once it was answered); whatever
/// is then written without a transaction of its own would wait for a commit that never comes. Not to be used again.
async fn outside(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // Both are the same time only where this statement is a transaction of its own.
    let row = connection.fetch_one(sqlx::raw_sql("SELECT now() = statement_timestamp()")).await?;
    row.try_get(0)
}
