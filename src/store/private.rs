//! Door: processes, files, network. The private Postgres, where no database is configured.
//!
//! A cluster below `data_dir`, reached by a socket in a folder that nobody else can enter; no TCP. One process that
//! holds the folder's lock owns the cluster and stops it at its end; others on the same folder are guests. A cluster
//! that outlived its killed owner is adopted by the next. Must not know tables.

mod account;
mod binaries;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use account::Account;

/// The port in the socket's name; nothing listens on it.
const PORT: &str = "5432";
/// For recovery after a crash as well.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// What a socket's address can hold on Linux and macOS alike.
const MAX_SOCKET_PATH: usize = 103;

/// Why there is no private Postgres.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing to start.
    #[error(
        "no Postgres is installed: run `sudo apt-get install --no-install-recommends postgresql` (macOS: `brew install postgresql@17`), or set `database.url` to one that runs"
    )]
    NotInstalled,
    /// Programs of another major version than the cluster's.
    #[error(
        "{} was made by Postgres {wanted}, which is not installed: run `sudo apt-get install --no-install-recommends postgresql-{wanted}`, or set `data_dir` to a new folder", cluster.display()
    )]
    OtherVersion {
        /// The cluster.
        cluster: PathBuf,
        /// Its major version.
        wanted: u32,
    },
    /// Root needs an account to change to.
    #[error(
        "Postgres does not run as root, and there is neither a user postgres nor nobody: run firstlook as another user, or set `database.url`"
    )]
    NoAccount,
    /// The account cannot come to `data_dir`.
    #[error("Postgres runs as {account}, who cannot enter {}: set `data_dir` to a folder outside of it, such as /var/lib/firstlook, or run firstlook as another user", folder.display())]
    Unreachable {
        /// The folder that is closed.
        folder: PathBuf,
        /// The account.
        account: String,
    },
    /// A socket's address would be cut.
    #[error("{} is too long a path for a socket: set `data_dir` to one shorter than 80 characters", .0.display())]
    PathTooLong(PathBuf),
    /// A file or folder.
    #[error("{doing} {}: {cause}", path.display())]
    Files {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A program of Postgres failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// Its last words.
        output: String,
    },
}

/// A running private Postgres. Dropped, it is told to stop; [`PrivatePostgres::stop`] also waits.
#[derive(Debug)]
pub struct PrivatePostgres {
    folder: PathBuf,
    binaries: PathBuf,
    account: Option<Account>,
    /// Held by the owner; a guest has none and never stops the cluster.
    lock: Option<File>,
}

impl PrivatePostgres {
    /// Starts the cluster below `data_dir`, making it at the first time; or joins the one that runs there.
    ///
    /// # Errors
    /// With a remedy; see [`Error`].
    pub async fn start(data_dir: &Path) -> Result<Self, Error> {
        let data_dir = std::path::absolute(data_dir).map_err(|cause| Error::Files {
            doing: "finding",
            path: data_dir.to_owned(),
            cause,
        })?;
        let folder = data_dir.join("postgres");
        if socket(&folder).as_os_str().len() > MAX_SOCKET_PATH {
            return Err(Error::PathTooLong(folder));
        }
        let binaries = choose(&folder.join("cluster"), binaries::installed())?;
        let account = account::needed()?;
        account::own_folder(&data_dir, &folder, account.as_ref())?;
        let postgres = Self { lock: lock(&folder)?, folder, binaries, account };
        postgres.bring_up().await?;
        Ok(postgres)
    }

    /// Where it is, as sqlx reads it: the database `postgres` as the superuser `firstlook`, through the socket.
    pub fn url(&self) -> String {
        let path = self.folder.to_string_lossy();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        let host: String = path
            .bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        format!("postgres://firstlook@localhost:{PORT}/postgres?host={host}")
    }

    /// Stops it and waits; open connections are closed. A guest only lets go.
    ///
    /// # Errors
    /// When it does not stop within a minute.
    pub async fn stop(mut self) -> Result<(), Error> {
        let Some(lock) = self.lock.take() else { return Ok(()) };
        let cluster = self.cluster();
        let mut command = self.program("pg_ctl");
        command.args(["stop", "--mode=fast", "--wait", "--silent", "-D"]).arg(&cluster);
        let stopped = run("pg_ctl", command).await;
        drop(lock);
        stopped
    }

    fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    /// Whether a postmaster listens on the socket. A socket that nobody listens on, as a killed one leaves it, refuses.
    fn answers(&self) -> bool {
        UnixStream::connect(socket(&self.folder)).is_ok()
    }

    /// A program of Postgres, as the right account, with nothing of our environment that would change its mind.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(&self.folder);
        // Ctrl-C in a terminal is for firstlook, which then stops Postgres in its own time.
        command.stdin(Stdio::null()).process_group(0);
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Makes the cluster under another name first, so that a crash half way leaves none.
    async fn initialize(&self) -> Result<(), Error> {
        if self.cluster().exists() {
            return Ok(());
        }
        let unfinished = self.folder.join("cluster.new");
        let files = |doing, cause| Error::Files { doing, path: unfinished.clone(), cause };
        match std::fs::remove_dir_all(&unfinished) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(files("removing", cause)),
            _ => {}
        }
        let mut command = self.program("initdb");
        command.args(["--username=firstlook", "--auth-local=trust", "--auth-host=reject"]);
        command.args(["--encoding=UTF8", "--locale=C", "-D"]).arg(&unfinished);
        run("initdb", command).await?;
        std::fs::rename(&unfinished, self.cluster()).map_err(|cause| files("renaming", cause))
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    fn spawn(&self) -> Result<Child, Error> {
        let path = self.log_path();
        let files = |cause| Error::Files { doing: "writing", path: path.clone(), cause };
        // Begun anew at each start, so that it cannot grow over years.
        let log = File::create(&path).map_err(files)?;
        let mut command = self.program("postgres");
        // Postgres works in its cluster's folder, hence `..`: no quoting of odd paths.
        command.args(["-k", "..", "-p", PORT, "-c", "listen_addresses=", "-D"]).arg(self.cluster());
        command.stdout(log.try_clone().map_err(files)?).stderr(log);
        command.spawn().map_err(|cause| Error::Failed { program: "postgres", output: cause.to_string() })
    }

    /// Waits for the word "ready" that a postmaster writes into its lock file (line 8). Where none runs, or the one
    /// that runs is just stopping and gone at last, the owner starts one.
    async fn bring_up(&self) -> Result<(), Error> {
        let deadline = Instant::now() + START_DEADLINE;
        let mut child: Option<Child> = None;
        loop {
            let answers = self.answers();
            let file = std::fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap_or_default();
            if answers && file.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return Ok(());
            }
            if self.lock.is_some() && child.is_none() && !answers {
                self.initialize().await?;
                child = Some(self.spawn()?);
            }
            if let Some(status) = child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                return Err(self.last_words(&status.to_string()));
            }
            if Instant::now() >= deadline {
                return Err(self.last_words("not ready within a minute"));
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn last_words(&self, what: &str) -> Error {
        let log = std::fs::read(self.log_path()).unwrap_or_default();
        Error::Failed { program: "postgres", output: format!("{what}; its log ends: {}", tail(&log)) }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if self.lock.is_none() {
            return;
        }
        let cluster = self.cluster();
        let mut command = self.program("pg_ctl");
        command.args(["stop", "--mode=fast", "--no-wait", "--silent", "-D"]).arg(cluster);
        // Nobody is left to be told of an error; the next start adopts what still runs.
        let _: io::Result<ExitStatus> = command.into_std().status();
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// The lock of `folder`, unless another process holds it.
fn lock(folder: &Path) -> Result<Option<File>, Error> {
    let path = folder.join("owner.lock");
    let files = |cause| Error::Files { doing: "locking", path: path.clone(), cause };
    let file = File::create(&path).map_err(files)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(cause)) => Err(files(cause)),
    }
}

/// The programs for `cluster`: the preferred ones for a new one, those of its version for one that exists.
fn choose(cluster: &Path, installed: Vec<PathBuf>) -> Result<PathBuf, Error> {
    let version = std::fs::read_to_string(cluster.join("PG_VERSION")).unwrap_or_default();
    let wanted = binaries::number(&version);
    if installed.is_empty() {
        return Err(Error::NotInstalled);
    }
    let fitting = installed.into_iter().find(|folder| wanted == 0 || binaries::major(folder) == Some(wanted));
    fitting.ok_or_else(|| Error::OtherVersion { cluster: cluster.to_owned(), wanted })
}

async fn run(program: &'static str, mut command: Command) -> Result<(), Error> {
    let failed = |output: String| Error::Failed { program, output };
    let output = command.kill_on_drop(true).output().await.map_err(|cause| failed(cause.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(failed(tail(&output.stderr))) }
}

/// The last lines of an output, in one.
fn tail(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
}
