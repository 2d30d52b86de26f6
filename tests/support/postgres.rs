//! Door: processes. A private Postgres: one cluster for the whole run, an empty database for each test, and clusters
//! of one's own for the tests that hurt theirs. Knows nothing of the schema.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::process::{self, Daemon};

static SHARED: OnceLock<Cluster> = OnceLock::new();

/// The address of a new, empty database in the cluster that all tests share.
pub async fn fresh_database() -> String {
    let create = || SHARED.get_or_init(Cluster::start).create_database();
    tokio::task::spawn_blocking(create).await.unwrap()
}

/// A cluster in a folder of its own, on a free port, without fsync. Dropping it removes both.
#[derive(Debug)]
pub struct Cluster {
    server: Option<Daemon>,
    binaries: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    port: u16,
    databases: AtomicU32,
}

impl Cluster {
    /// Makes and starts one; about a second.
    ///
    /// # Panics
    /// Where no Postgres is installed or it does not come up, with its log.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("firstlook-postgres-").tempdir().unwrap();
        let owner = unprivileged(folder.path());
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = process::free_port();
        let mut cluster =
            Self { server: None, binaries: binaries(), folder, owner, port, databases: AtomicU32::new(0) };
        let mut initdb = cluster.command("initdb");
        initdb.arg("-D").arg(cluster.data());
        initdb.args(["-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        // Under a watchdog as well: the tests may be killed in this second.
        let mut initdb = Daemon::start("initdb", "TERM", initdb, cluster.folder.path());
        assert!(initdb.wait().success(), "initdb failed:\n{}", initdb.log());
        cluster.restart();
        cluster
    }

    /// The address of a new, empty database.
    pub fn create_database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// The address of a database in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL as superuser and gives what `psql -At` prints.
    ///
    /// # Panics
    /// On an error, with Postgres's words.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = self.command("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", sql]);
        psql.arg("-h").arg(self.folder.path()).args(["-p", &self.port.to_string()]);
        run(&mut psql)
    }

    /// Ends it as a crash does (`immediate`), or not at all gently: `kill -9` of the postmaster.
    pub fn crash(&mut self, signal: &str) {
        if let Some(mut server) = self.server.take() {
            server.signal(signal);
            server.wait();
        }
    }

    /// Starts it after [`Self::crash`] on the same port; returns when it accepts connections.
    pub fn restart(&mut self) {
        let begun = Instant::now();
        let state = self.data().join("postmaster.pid");
        loop {
            let server = self.server.insert(start(self.command("postgres"), self.folder.path(), self.port));
            while server.running() {
                // Its last line says so, but an older one may be left by a crash.
                let lines = fs::read_to_string(&state).unwrap_or_default();
                let ours = lines.lines().next() == Some(&server.pid().to_string());
                if ours && lines.lines().last().is_some_and(|l| l.trim() == "ready") {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(5));
            }
            // Backends of a killed postmaster may need a moment to notice.
            assert!(begun.elapsed() < Duration::from_secs(15), "Postgres does not start:\n{}", server.log());
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// Stops every process of it (SIGSTOP): connections stay open and nothing answers.
    pub fn pause(&self) {
        // A signal is taken a moment after it was sent: until then the postmaster can make another child, which would
        // go on to answer.
        let deadline = Instant::now() + Duration::from_secs(10);
        let all_stopped = || {
            let pid = self.pid();
            process::stopped(pid) && process::children(pid).into_iter().all(process::stopped)
        };
        while !all_stopped() {
            assert!(Instant::now() < deadline, "Postgres does not stop");
            self.signal_all("STOP");
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal_all("CONT");
    }

    fn pid(&self) -> u32 {
        self.server.as_ref().expect("the cluster runs").pid()
    }

    fn signal_all(&self, name: &str) {
        let pid = self.pid();
        process::signal(pid, name);
        process::children(pid).into_iter().for_each(|child| process::signal(child, name));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Postgres refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.folder.path());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

fn start(mut postgres: Command, folder: &Path, port: u16) -> Daemon {
    postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    postgres.args(["-F", "-h", "127.0.0.1", "-p", &port.to_string()]);
    // Commits stay synchronous: without fsync that costs nothing, and a killed Postgres loses nothing either.
    for setting in ["full_page_writes=off", "max_connections=600", "timezone=UTC"] {
        postgres.args(["-c", setting]);
    }
    Daemon::start("postgres", "QUIT", postgres, folder)
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// The folder that holds `initdb` and `postgres`: of Debian's versions the newest.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|v| v.path());
    let mut versions: Vec<_> = versions.collect();
    versions.sort_by_key(|v| v.file_name().and_then(|n| n.to_str()?.parse::<u32>().ok()));
    let folders: Vec<_> = versions.iter().rev().map(|v| v.join("bin")).collect();
    // A link in PATH may stand alone; its siblings are where it points to.
    let initdb = fs::canonicalize(process::program("initdb", &folders, "postgres")).unwrap();
    initdb.parent().unwrap().to_owned()
}

/// As root: the user to run it as. Otherwise nobody else is needed.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let user = |name: &str| {
        let fields: Vec<_> = passwd.lines().find(|l| l.split(':').next() == Some(name))?.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Some(user("postgres").or_else(|| user("nobody")).expect("a user that is not root"))
}
