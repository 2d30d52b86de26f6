//! The commands of the contract (DESIGN section 5), and their answers on a terminal.
//!
//! Knows arguments, exit codes and printed words. Must not hold what a service does: that is the library's.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its terminal")]

mod check;
mod demo;
mod dry_run;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
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
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("firstlook: {error}");
            ExitCode::FAILURE
        }
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
