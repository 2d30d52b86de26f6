//! `insight`: asks a question about metrics over days, and waits for the report that a running `serve` works out.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use firstlook::app::{Asker, StartError};
use firstlook::config::{self, Config};
use firstlook::ingest::Question;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::analysis::State;
use tokio::time::{Instant, sleep};

use super::files;
use super::serve::runtime;

/// How often the database is asked.
const PAUSE: Duration = Duration::from_millis(500);
/// How long nobody may have begun until that is said.
const SILENCE: Duration = Duration::from_secs(10);

/// What to ask.
#[derive(Debug, Args)]
pub struct InsightArguments {
    /// The question, in one to 1,000 characters.
    question: String,
    /// About so many days until now.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=14))]
    days: u32,
    /// About this service; at most five. Sources are chosen by it.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Wait for the report, and print it as Markdown.
    #[arg(long)]
    wait: bool,
    /// How long to wait, as in 90s or 1h30m; the question stays open after that.
    #[arg(long, value_name = "TIME", default_value = "10m", requires = "wait", value_parser = length)]
    timeout: Duration,
}

fn length(text: &str) -> Result<Duration, String> {
    config::duration(text).ok_or_else(|| format!("{text:?} is no length of time; write 90s, 10m or 1h30m"))
}

/// Asks; with `--wait` exits 0 with a report, and 1 without one.
pub fn run(config: &Config, arguments: InsightArguments) -> Result<ExitCode, StartError> {
    runtime()?.block_on(async {
        let asker = Asker::open(config).await?;
        let answered = answered(&asker, arguments).await;
        asker.close().await?;
        answered
    })
}

async fn answered(asker: &Asker, arguments: InsightArguments) -> Result<ExitCode, StartError> {
    let InsightArguments { question, days, services, wait, timeout } = arguments;
    let number = asker.ask(Question { question, days, services }).await?;
    let incident = asker.incident(number).await?;
    let place = format!("#{number}  {}", incident.url);
    if !wait {
        return files::print(|out| Ok(writeln!(out, "{place}")?));
    }
    // The report alone goes to standard output.
    eprintln!("{place}");
    let ended = ended(asker, number, timeout).await?;
    match asker.report(&ended) {
        Some(report) => files::print(|out| Ok(write!(out, "{report}")?)),
        None => Err(format!("there is no report: {}", why(&ended)).into()),
    }
}

/// The incident, once its analysis has ended.
async fn ended(asker: &Asker, number: i64, timeout: Duration) -> Result<Incident, StartError> {
    let asked = Instant::now();
    let mut warned = false;
    loop {
        let incident = asker.incident(number).await?;
        let analysis = incident.analysis.as_ref();
        if analysis.is_some_and(|analysis| analysis.state.is_over()) {
            return Ok(incident);
        }
        let begun = analysis.filter(|analysis| analysis.state == State::Running);
        let waited = asked.elapsed();
        let far = match begun {
            Some(analysis) => {
                format!("it is at step {} of at most {}", analysis.step + 1, analysis.max_steps)
            }
            None => {
                "nobody has begun; a running `firstlook serve` on the same database has to answer".to_owned()
            }
        };
        if waited >= timeout {
            let waited = waited.as_secs();
            return Err(
                format!("no report after {waited} s: {far}. The question stays: {}", incident.url).into()
            );
        }
        if begun.is_none() && waited >= SILENCE && !warned {
            eprintln!("still waiting after {} s: {far}", waited.as_secs());
            warned = true;
        }
        sleep(PAUSE.min(timeout.saturating_sub(waited))).await;
    }
}

/// Why there is no report, in its words.
fn why(incident: &Incident) -> String {
    let reason = incident.analysis.as_ref().and_then(|analysis| analysis.reason.as_ref());
    reason.map_or_else(|| "it ended without one".to_owned(), ToString::to_string)
}
