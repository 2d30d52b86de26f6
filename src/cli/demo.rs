//! Door: environment, network. `demo`: the trial, from an empty folder to a resolved incident, and what it prints.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use firstlook::app::{Service, StartError};
use firstlook::clock;
use firstlook::config::Config;
use firstlook::demo::play::{Stage, play};
use firstlook::demo::{BOT_TOKEN, Folder, MODEL, Places, ROUTING_KEY, recorded_answer};
use firstlook::secret::Secret;
use firstlook::telemetry::{logs, metrics};
use firstlook::web::Serves;
use firstlook::web::pages::Pages;
use firstlook::web::stand_in::{self, Settings, StandIn};
use firstlook_core::Language;
use firstlook_core::notify::Zone;
use tokio_util::sync::CancellationToken;

use super::serve::{on_signal, runtime};

/// firstlook itself, and the stand-in; the next free one where it is taken.
const SERVICE_PORT: u16 = 8080;
const INBOX_PORT: u16 = 8025;
/// How many ports are tried.
const PORTS: u16 = 40;
/// The alarm began so long ago: all of its window lies in the past, and in the sample logs.
const AGO: TimeDelta = TimeDelta::seconds(75);
/// How long the stand-in thinks about its recorded answer at pace 1.
const THINKING_S: f64 = 5.0;

/// The arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Stop after the play: 0 if everything arrived, else 1.
    #[arg(long)]
    exit: bool,
    /// How slowly it is played; 0.1 is ten times as fast.
    #[arg(long, default_value_t = 1.0, value_parser = pace)]
    pace: f64,
    /// A new or empty folder for configuration, runbooks, logs and database [default: a temporary one].
    #[arg(long)]
    folder: Option<PathBuf>,
}

fn pace(text: &str) -> Result<f64, String> {
    let pace: f64 = text.parse().map_err(|_| "is no number")?;
    if (0.0..=100.0).contains(&pace) { Ok(pace) } else { Err("has to lie between 0 and 100".to_owned()) }
}

/// Plays the trial; then serves until Ctrl-C.
pub fn run(arguments: &DemoArguments) -> Result<ExitCode, StartError> {
    let folder = Folder::new(arguments.folder.as_deref())?;
    logs::install_into(folder.log_file()?, std::env::var(logs::FILTER_VARIABLE).ok().as_deref())?;
    let exporter = metrics::install()?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        on_signal(stop.clone())?;
        let (service, inbox) = (free(SERVICE_PORT)?, free(INBOX_PORT)?);
        let places = Places { service: service.local_addr()?, inbox: inbox.local_addr()? };
        let alarm = clock::now() - AGO;
        let config = folder.fill(places, alarm)?;
        println!("Starting a private Postgres in {} …", config.data_dir.display());
        let started = Service::new(&config, exporter).await;
        let running =
            started.map_err(|error| format!("{error}. The demo's folder can be chosen with --folder"))?;
        let stand_in = stand_in(&config, arguments.pace)?;
        tokio::spawn(stand_in::server(inbox, stand_in.clone())?);
        let serving = tokio::spawn(running.run(vec![(service, Serves::Everything)], stop.clone()));
        welcome(&folder, places);
        let stage = Stage {
            config: &config,
            inbox: &stand_in,
            alarm,
            pace: arguments.pace,
            say: &|line| println!("{line}"),
        };
        let played = tokio::select! {
            played = play(&stage) => Some(played),
            () = stop.cancelled() => None,
        };
        stand_in.played();
        let code = ending(played, &folder, places);
        if !arguments.exit && !stop.is_cancelled() {
            println!("\nIt goes on serving; Ctrl-C ends it and removes its database.");
            stop.cancelled().await;
        }
        stop.cancel();
        serving.await??;
        folder.remove_database(&config)?;
        println!("Stopped. Configuration, runbooks and logs are still in {}.", folder.path().display());
        Ok(code)
    })
}

fn stand_in(config: &Config, pace: f64) -> Result<StandIn, StartError> {
    let settings = Settings {
        bot_token: Secret::new(BOT_TOKEN),
        routing_key: Secret::new(ROUTING_KEY),
        service_url: config.server.external_url.clone(),
        answer: recorded_answer,
        thinking: Duration::from_secs_f64(THINKING_S * pace),
    };
    Ok(StandIn::new(settings, Pages::new(Language::En, Zone::utc())?))
}

fn welcome(folder: &Folder, places: Places) {
    println!();
    println!("firstlook  http://{}    incidents, evidence, summary", places.service);
    println!("inbox      http://{}    stands in for Slack and PagerDuty", places.inbox);
    println!("files      {}    configuration, runbooks, logs", folder.path().display());
    println!();
    println!("Nothing leaves this machine. The summary is a recorded answer ({MODEL}): no model is asked.");
    println!("Times are UTC.\n");
}

/// What became of the play, and where to look.
fn ending(played: Option<Result<Vec<String>, StartError>>, folder: &Folder, places: Places) -> ExitCode {
    let missing = match played {
        // Whoever stops it knows that it is not complete.
        None => return ExitCode::SUCCESS,
        Some(Ok(missing)) => missing,
        Some(Err(error)) => vec![error.to_string()],
    };
    println!();
    if missing.is_empty() {
        println!("Everything arrived. Look at");
        println!("  http://{}/incidents/1    the incident", places.service);
        println!("  http://{}                what Slack and PagerDuty were sent", places.inbox);
        println!("  {}    the configuration, as a start for yours", folder.config_path().display());
        return ExitCode::SUCCESS;
    }
    println!("Not as it should be: {}.", missing.join("; "));
    println!("firstlook's own log is {}", folder.log_path().display());
    ExitCode::FAILURE
}

/// `first`, or the next port of this machine that is free; any, where all are taken.
fn free(first: u16) -> std::io::Result<TcpListener> {
    let bind = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    (first..first.saturating_add(PORTS)).find_map(|port| bind(port).ok()).map_or_else(|| bind(0), Ok)
}
