//! Door: processes. Servers as children that never outlive the test binary, however it ends, and whose log is shown
//! when a test fails. Knows nothing of what they serve.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// It waits for its input to end: with a line it goes in peace, without one the test binary is dead, by whatever
/// cause, and the child and its folder go too.
const WATCHDOG: &str = r#"
read -r _ && exit 0
kill -s "$1" "$2"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 "$2" || break; sleep 0.1; done
kill -s KILL "$2"
# Its own children may still write for a moment.
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do rm -rf "$3" && break; sleep 0.1; done
"#;

/// A running child. Dropping it kills it, and shows its log if the test is failing.
#[derive(Debug)]
pub struct Daemon {
    name: &'static str,
    child: Child,
    watchdog: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts `command` with its output in `folder/<name>.log`. `signal` is how it ends fast and clean (`TERM`, …).
    pub fn start(name: &'static str, signal: &str, mut command: Command, folder: &Path) -> Self {
        let log = folder.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log).unwrap();
        // A process group of its own: an interrupt at the terminal is for the tests, the watchdog does the rest.
        command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out).process_group(0);
        let child = command.spawn().unwrap_or_else(|e| panic!("cannot start {name} ({command:?}): {e}"));
        let watchdog = watchdog(signal, child.id(), folder);
        Self { name, child, watchdog, log }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it is still there.
    pub fn running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends it a signal by name: `STOP`, `CONT`, `KILL`.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Both fail only when it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(mut input) = self.watchdog.stdin.take() {
            let _ = input.write_all(b"done\n");
        }
        let _ = self.watchdog.wait();
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<_> = log.lines().rev().take(40).collect();
            eprintln!("--- {}: the end of its log", self.name);
            tail.iter().rev().for_each(|l| eprintln!("{l}"));
        }
    }
}

/// Ends `pid` and removes `folder` when its own input ends; a line of input tells it to leave both alone.
pub fn watchdog(signal: &str, pid: u32, folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", WATCHDOG, "watchdog", signal, &pid.to_string()]).arg(folder).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Sends a signal by name to a process that we started.
pub fn signal(pid: u32, name: &str) {
    // The shell's own kill: there is one everywhere, and no unsafe call is needed.
    Command::new("sh")
        .args(["-c", r#"kill -s "$0" "$1""#, name, &pid.to_string()])
        .stderr(Stdio::null())
        .status()
        .unwrap();
}

/// The processes that `parent` started and that are still there.
pub fn children(parent: u32) -> Vec<u32> {
    // Not `/proc/…/children`: it may leave some out while others end.
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| state(*pid).is_some_and(|(_, of)| of == parent)).collect()
}

/// Whether it does nothing: stopped by a signal, or ended.
pub fn stopped(pid: u32) -> bool {
    state(pid).is_none_or(|(state, _)| matches!(state, 'T' | 'Z'))
}

/// Its state as in proc(5), and its parent; nothing where it is gone.
fn state(pid: u32) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// A port of 127.0.0.1 that nothing listened on a moment ago. Below those that the system gives to whoever asks for any:
/// it must stay free while its server is down.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Far from those of another run of the tests that goes on beside this one.
    let first = std::process::id().wrapping_mul(7919) % 20_000;
    let ports = std::iter::repeat_with(|| {
        let next = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        u16::try_from(10_000 + (first + next) % 20_000).unwrap()
    });
    ports.take(20_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// The full path of a program, in PATH or in one of the folders.
///
/// # Panics
/// When there is none, naming the command that installs it.
pub fn program(name: &str, folders: &[PathBuf], group: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(folders.iter().cloned());
    let found = places.map(|p| p.join(name)).find(|p| p.is_file());
    found.unwrap_or_else(|| panic!("there is no {name}: run `scripts/ensure-peers.sh {group}`"))
}

/// The resident memory of a process, in bytes.
pub fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
