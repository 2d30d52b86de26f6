//! The commands of the contract (DESIGN section 5), and their answers on a terminal.
//!
//! Knows arguments, exit codes and printed words. Must not hold what a service does: that is the library's.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its terminal")]

mod check;
mod demo;
mod dry_run;
mod evaluate;
mod evidence;
mod files;
mod insight;
mod patterns;
mod preview;
mod redact;
mod replay;
mod route;
mod runbooks;
mod serve;
mod wide;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use firstlook::app::StartError;
use firstlook::config::{self, Config};

/// Triage for people who are on call: alarms become incidents, pages, evidence and a first-response summary.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, default_value = "firstlook.yml", env = "FIRSTLOOK_CONFIG")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service.
    Serve,
    /// The trial: plays a recorded incident through the real service. Needs no account and no configuration.
    Demo(demo::DemoArguments),
    /// Bring the database's schema to this version, and stop.
    Migrate,
    /// Check the configuration, the runbooks and the templates; with --online each dependency too.
    Check {
        /// Ask the database, the receivers' hosts, the evidence sources and the model's host as well.
        #[arg(long)]
        online: bool,
    },
    /// Show what a webhook body would do and whom it would tell. Sends nothing, writes nothing.
    Triage {
        /// A file with the body, as Alertmanager sends it; `-` reads standard input.
        #[arg(long)]
        payload: PathBuf,
        /// The source it would come from, by its name; where absent, the first that is configured.
        #[arg(long)]
        source: Option<String>,
    },
    /// Play bodies back: kept deliveries, files, or what SNS has put into a dead-letter queue.
    Replay(replay::ReplayArguments),
    /// Ask a model about past incidents again, from the evidence that is kept, and compare: a table.
    Evaluate(evaluate::EvaluateArguments),
    /// Ask a question about metrics over days; a running `serve` works out the answer.
    Insight(insight::InsightArguments),
    /// Show what a template of `templates.path` says, or firstlook by itself where there is none.
    Preview {
        /// slack_title, slack_note, slack_thread, slack_digest, slack_storm, pagerduty_summary, pagerduty_details, pagerduty_storm,
        /// report, or the `template` of a webhook.
        template: String,
        /// The incident to tell of, by its number or id; a sample where absent.
        #[arg(long)]
        incident: Option<String>,
    },
    /// The tree of `route:`.
    Route {
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// The folder of runbooks.
    Runbooks {
        #[command(subcommand)]
        command: RunbooksCommand,
    },
    /// List what the lines of a log file have in common; with --baseline how each pattern differs from normal.
    Patterns {
        /// The log file: plain text, JSON, or `<RFC 3339>\t<stream>\t<message>`; `-` reads standard input.
        file: PathBuf,
        /// A log file of normal times.
        #[arg(long)]
        baseline: Option<PathBuf>,
        /// How to print the table.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Print `<pattern id>\t<pattern>` for each input line, in order, not redacted.
        #[arg(long, conflicts_with_all = ["baseline", "format"])]
        assign: bool,
    },
    /// Print the evidence that a model would get: what differs in the window from the baseline, redacted.
    Evidence {
        /// The log file of the alarm's window; `-` reads standard input.
        #[arg(long)]
        window: PathBuf,
        /// A log file of normal times.
        #[arg(long)]
        baseline: Option<PathBuf>,
        /// The most that is printed; a token counts as four characters.
        #[arg(long, default_value_t = 4000)]
        tokens: usize,
        /// The pack alone, or with the items that its ids name.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Copy standard input to standard output, line by line, without secrets, personal data and hidden characters.
    Redact,
}

#[derive(Debug, Subcommand)]
enum RouteCommand {
    /// Show why an incident was told to whom, or was not: its ways through the tree, and what came of that.
    Explain {
        /// Its number or id.
        incident: String,
    },
    /// Show who would be told of an alert with these labels, and why.
    Test {
        /// `name=value,name=value`; a value that holds a comma in double quotes.
        #[arg(long)]
        labels: String,
        /// When, as in 2026-01-31T22:00:00+09:00; now where absent.
        #[arg(long)]
        at: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum RunbooksCommand {
    /// Name every fault with its file, line and remedy; exits 1 where there is one.
    Lint {
        /// The folder; where absent, `runbooks.path` of the configuration, else `./runbooks`.
        #[arg(long)]
        path: Option<PathBuf>,
    },
    /// Show which runbook an alert with these labels would get, and why; exits 1 where there is none.
    Match {
        /// The folder; where absent, `runbooks.path` of the configuration, else `./runbooks`.
        #[arg(long)]
        path: Option<PathBuf>,
        /// `name=value,name=value`; a value that holds a comma in double quotes.
        #[arg(long)]
        labels: String,
    },
    /// Write a runbook to begin with; never over one that is there.
    New {
        /// The file's name, as in `high-error-rate`.
        name: String,
        /// The folder; where absent, `runbooks.path` of the configuration, else `./runbooks`.
        #[arg(long)]
        path: Option<PathBuf>,
    },
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs a command to its end. 0: done; 1: it says what is wrong.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Check { online } => check::run(&arguments.config, online),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve => configured(&arguments.config).and_then(serve::serve),
        Command::Migrate => configured(&arguments.config).and_then(serve::migrate),
        Command::Triage { payload, source } => configured(&arguments.config)
            .and_then(|config| dry_run::run(&config, &payload, source.as_deref())),
        Command::Replay(what) => configured(&arguments.config).and_then(|config| replay::run(&config, &what)),
        Command::Evaluate(what) => {
            configured(&arguments.config).and_then(|config| evaluate::run(&config, &what))
        }
        Command::Insight(what) => {
            configured(&arguments.config).and_then(|config| insight::run(&config, what))
        }
        Command::Preview { template, incident } => configured(&arguments.config)
            .and_then(|config| preview::run(&config, &template, incident.as_deref())),
        Command::Route { command: RouteCommand::Test { labels, at } } => {
            configured(&arguments.config).and_then(|config| route::test(&config, &labels, at.as_deref()))
        }
        Command::Route { command: RouteCommand::Explain { incident } } => {
            configured(&arguments.config).and_then(|config| route::explain(&config, &incident))
        }
        Command::Runbooks { command } => on_runbooks(command, &arguments.config),
        Command::Patterns { file, assign: true, .. } => patterns::assign(&file),
        Command::Patterns { file, baseline, format, .. } => {
            patterns::table(&file, baseline.as_deref(), format)
        }
        Command::Evidence { window, baseline, tokens, format } => {
            evidence::run(&window, baseline.as_deref(), tokens, format)
        }
        Command::Redact => redact::run(),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("firstlook: {error}");
            ExitCode::FAILURE
        }
    }
}

fn on_runbooks(command: RunbooksCommand, configuration: &std::path::Path) -> Result<ExitCode, StartError> {
    match command {
        RunbooksCommand::Lint { path } => {
            let sources = runbooks::sources(path.is_some(), configuration)?;
            runbooks::lint(&runbooks::folder(path, configuration)?, sources.as_deref())
        }
        RunbooksCommand::Match { path, labels } => {
            runbooks::matching(&runbooks::folder(path, configuration)?, &labels)
        }
        RunbooksCommand::New { name, path } => runbooks::new(&runbooks::folder(path, configuration)?, &name),
    }
}

/// The configuration, with a word about each key that has no effect.
fn configured(path: &std::path::Path) -> Result<Config, StartError> {
    let config = config::load(path)?;
    for warning in &config.warnings {
        eprintln!("{}:{}: {}", path.display(), warning.line, warning.text);
    }
    Ok(config)
}
