//! What a query reads, which is what it is paid by: counted while it runs, against the budget of the day.
//!
//! Knows bytes. Must not know the SDK, nor what a query is for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use super::Fault;
use crate::clock;
use crate::store::Meter;
use crate::telemetry::metrics::{self, Metric};

/// How long the database may take to say what is left of a day.
const WAIT: Duration = Duration::from_secs(1);

/// Whose budget it is, for people.
#[derive(Debug)]
pub(super) struct Reader {
    name: &'static str,
    /// How it reads less.
    less: &'static str,
}

/// Logs Insights.
pub(super) const INSIGHTS: Reader = Reader {
    name: "Logs Insights",
    less: "fewer `log_groups`, fewer blocks in runbooks, a shorter `evidence.window`",
};
/// Athena.
pub(super) const ATHENA: Reader = Reader {
    name: "Athena",
    less: "partitions in the `queries`, fewer of them, a shorter `evidence.window`",
};

/// Bytes of all queries that belong together.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum(Arc<AtomicU64>);

impl Sum {
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one query has read so far.
#[derive(Debug, Clone)]
pub(super) struct Scanned {
    reader: &'static Reader,
    meter: Option<Meter>,
    sum: Sum,
    bytes: u64,
    /// Of them, those that the meter knows.
    metered: u64,
}

impl Scanned {
    /// Of a query that has read nothing yet, and belongs to `sum`.
    pub fn new(reader: &'static Reader, meter: Option<Meter>, sum: Sum) -> Self {
        Self { reader, meter, sum, bytes: 0, metered: 0 }
    }

    /// The query has read `bytes` in all.
    ///
    /// # Errors
    /// When the budget of the day is used up.
    pub async fn now(&mut self, bytes: u64) -> Result<(), Fault> {
        let more = bytes.saturating_sub(self.bytes);
        self.bytes = self.bytes.max(bytes);
        self.sum.0.fetch_add(more, Ordering::Relaxed);
        metrics::count_by(Metric::LogsScanned, more, &[]);
        let Some(meter) = &self.meter else { return Ok(()) };
        // Who stops waiting may have the same bytes counted twice, and never none.
        let spent = timeout(WAIT, meter.spend(self.bytes - self.metered, clock::now())).await;
        if let Ok(Ok(used)) = spent {
            self.metered = self.bytes;
            return if used { Err(used_up(self.reader, meter.budget())) } else { Ok(()) };
        }
        // The evidence of an alarm is worth more than one query costs.
        tracing::warn!(
            "the database does not say what queries of logs have read today; they are run all the same"
        );
        Ok(())
    }
}

fn used_up(reader: &Reader, budget: u64) -> Fault {
    let budget = match budget {
        whole if whole % (1 << 30) == 0 => format!("{} GiB", whole >> 30),
        other => format!("{other} bytes"),
    };
    Fault::configuration(
        format!("what {} may read for this source in a day (UTC), {budget}, is used up", reader.name),
        format!("raise `scan_budget` of this source, or have it read less: {}", reader.less),
    )
}
