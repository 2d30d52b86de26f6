//! Door: processes, network, environment. `serve` and `migrate`: the runtime, the signals, the listeners.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use firstlook::app::{Service, StartError};
use firstlook::config::Config;
use firstlook::fail;
use firstlook::store::Store;
use firstlook::store::private::PrivatePostgres;
use firstlook::telemetry::{logs, metrics};
use firstlook::web::Serves;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long blocking reads may take to end.
const LAST: Duration = Duration::from_secs(1);

/// Runs the service until SIGTERM or SIGINT.
pub fn serve(config: Config) -> Result<ExitCode, StartError> {
    logs::install(std::env::var(logs::FILTER_VARIABLE).ok().as_deref())?;
    fail::arm(std::env::var(fail::VARIABLE).ok().as_deref())?;
    let exporter = metrics::install()?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let stop = CancellationToken::new();
        on_signal(stop.clone())?;
        let mut listeners = vec![(listen(config.server.listen)?, Serves::Everything)];
        if let Some(address) = config.server.webhooks_listen {
            listeners.push((listen(address)?, Serves::Senders));
        }
        let service = Service::new(&config, exporter).await?;
        tracing::info!(listen = %config.server.listen, url = config.server.external_url, "listening");
        service.run(listeners, stop).await?;
        Ok(ExitCode::SUCCESS)
    });
    // A file that hangs in a dead mount must not hold up the end.
    runtime.shutdown_timeout(LAST);
    served
}

/// Brings the schema to this version.
pub fn migrate(config: Config) -> Result<ExitCode, StartError> {
    fail::arm(std::env::var(fail::VARIABLE).ok().as_deref())?;
    runtime()?.block_on(async {
        let private = match config.database_url {
            Some(_) => None,
            None => Some(PrivatePostgres::start(&config.data_dir).await?),
        };
        let url = match (&config.database_url, &private) {
            (Some(url), _) => url.expose().to_owned(),
            (None, Some(private)) => private.url(),
            (None, None) => String::new(),
        };
        let store = Store::new(&url, 1)?;
        store.migrate().await?;
        store.close().await;
        if let Some(private) = private {
            private.stop().await?;
        }
        println!("The schema is that of firstlook {}.", env!("CARGO_PKG_VERSION"));
        Ok(ExitCode::SUCCESS)
    })
}

/// A runtime for the whole process.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Takes the address now, so that a taken port is an error at the start and not a log line later.
pub fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .map_err(|error| format!("cannot listen on {address}: {error}; change `server.listen`").into())
}

/// Cancels `stop` at the first SIGTERM or SIGINT.
pub fn on_signal(stop: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}
