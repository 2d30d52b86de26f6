//! Rules about doors: which files may reach outside the process, and that they say so in their first line.

use super::Fault;
use super::source::{Named, Source};

/// What does I/O: the path, the kind that its door must name, and what it does.
const IO: [(&str, &str, &str); 32] = [
    ("reqwest", "network", "calls HTTP servers"),
    ("actix_web", "network", "serves HTTP"),
    ("aws_config", "network", "asks for AWS credentials"),
    ("aws_smithy_http_client", "network", "calls AWS"),
    ("aws_sdk_athena", "network", "calls AWS"),
    ("aws_sdk_bedrockagentruntime", "network", "calls AWS"),
    ("aws_sdk_bedrockruntime", "network", "calls AWS"),
    ("aws_sdk_cloudwatch::Client", "network", "calls AWS"),
    ("aws_sdk_cloudwatchlogs", "network", "calls AWS"),
    ("aws_sdk_sns", "network", "calls AWS"),
    ("aws_sdk_sqs", "network", "calls AWS"),
    ("aws_sdk_xray::Client", "network", "calls AWS"),
    ("std::net::TcpListener", "network", "listens"),
    ("std::net::TcpStream", "network", "connects"),
    ("std::net::UdpSocket", "network", "sends"),
    ("std::net::ToSocketAddrs", "network", "resolves names"),
    ("tokio::net", "network", "listens and connects"),
    ("std::os::unix::net", "network", "listens and connects"),
    ("sqlx", "database", "speaks to Postgres"),
    ("std::fs", "files", "reads and writes files"),
    ("tokio::fs", "files", "reads and writes files"),
    ("glob", "files", "reads folders"),
    ("fontdb", "files", "reads fonts"),
    ("std::io::stdin", "terminal", "reads the terminal"),
    ("std::io::stdout", "terminal", "writes to the terminal"),
    ("std::io::stderr", "terminal", "writes to the terminal"),
    ("std::process::Command", "processes", "starts programs"),
    ("tokio::process", "processes", "starts programs"),
    ("tokio::signal", "processes", "hears signals"),
    ("std::env::var", "environment", "reads the environment"),
    ("std::env::var_os", "environment", "reads the environment"),
    ("std::env::vars", "environment", "reads the environment"),
];

/// Crates with one room each: outside of it they are not named, and inside of it its `mod.rs` is the door for all.
const ROOMS: [(&str, &str); 2] = [("sqlx", "src/store/"), ("actix_web", "src/web/")];

/// What wires the rooms may name what they hand out.
const WIRING: [(&str, &str); 2] = [("actix_web::web::Data", "src/app"), ("std::net::TcpListener", "src/app")];

/// Our own makers of what calls: a door may do its I/O through what they return.
const MAKERS: [(&str, &str); 3] =
    [("crate::http::client", "network"), ("firstlook::http::client", "network"), ("http::client", "network")];

fn within(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn io(named: &Named) -> Option<(&'static str, &'static str, &'static str)> {
    IO.into_iter().find(|(root, _, _)| within(&named.path, root))
}

/// `//! Door: network, files. …` names two kinds.
fn kinds(source: &Source) -> Vec<&str> {
    let first = source.text.lines().next().unwrap_or_default();
    let Some(rest) = first.strip_prefix("//! Door: ") else { return Vec::new() };
    rest.split('.').next().unwrap_or_default().split(", ").collect()
}

fn has_room(root: &str, named: &Named, source: &Source) -> bool {
    let wired =
        WIRING.iter().any(|(path, place)| within(&named.path, path) && source.path.starts_with(place));
    wired || ROOMS.iter().any(|(name, room)| *name == root && source.path.starts_with(room))
}

/// Who does I/O is a door, and core has none.
pub fn closed(source: &Source) -> Vec<Fault> {
    let core = source.path.starts_with("core/");
    let says = kinds(source);
    let kinds = if core { &[][..] } else { &says };
    let fault = |named: Named| {
        let (root, kind, does) = io(&named).filter(|_| !named.test)?;
        if has_room(root, &named, source) || kinds.contains(&kind) {
            return None;
        }
        let remedy = if core {
            "core only thinks: take the value as an argument".to_owned()
        } else {
            format!("begin the file with `//! Door: {kind}. …`, or leave it to a door")
        };
        Some(Fault::new(&source.path, named.line, format!("`{}` {does}: {remedy}", named.path)))
    };
    let mut faults: Vec<Fault> = source.paths().into_iter().filter_map(fault).collect();
    if core && !says.is_empty() {
        faults.push(Fault::new(&source.path, 1, "core has no doors: move it to the root crate"));
    }
    faults
}

/// A door opens what it says: itself, or through a file of its folder (`x/mod.rs` or `x.rs` for `x/`).
pub fn false_labels(sources: &[Source]) -> Vec<Fault> {
    let opens = |source: &Source, kind: &str| {
        source.paths().iter().any(|named| {
            io(named).is_some_and(|(_, found, _)| found == kind)
                || MAKERS.iter().any(|(path, makes)| *makes == kind && within(&named.path, path))
                || (kind == "clock" && is_clock(&named.path))
        })
    };
    let mut faults = Vec::new();
    for door in sources {
        let folder = format!("{}/", door.path.trim_end_matches(".rs").trim_end_matches("/mod"));
        for kind in kinds(door) {
            let mut inside = sources.iter().filter(|one| one.path.starts_with(&folder));
            if !opens(door, kind) && !inside.any(|one| !one.is_test() && opens(one, kind)) {
                let what = format!("says `Door: {kind}`, and opens no such thing: take the label off");
                faults.push(Fault::new(&door.path, 1, what));
            }
        }
    }
    faults
}

/// A crate with a room is named there alone.
pub fn rooms(source: &Source) -> Vec<Fault> {
    let fault = |named: Named| {
        let (root, room) = ROOMS.into_iter().find(|(root, _)| within(&named.path, root))?;
        let fine = named.test
            || source.path.starts_with(room)
            || WIRING.iter().any(|(path, place)| within(&named.path, path) && source.path.starts_with(place));
        let what = format!("`{}`: only {room} knows {root}; ask it for what you need", named.path);
        (!fine).then(|| Fault::new(&source.path, named.line, what))
    };
    source.paths().into_iter().filter_map(fault).collect()
}

/// What the store may not reach, so that no transaction can be open while the network is waited for.
const AFAR: [&str; 8] = [
    "crate::http",
    "crate::aws",
    "crate::evidence",
    "crate::models",
    "crate::receivers",
    "crate::web",
    "reqwest",
    "tokio::net",
];

/// The store speaks to Postgres and to nobody else.
pub fn store_calls(source: &Source) -> Vec<Fault> {
    if !source.path.starts_with("src/store/") {
        return Vec::new();
    }
    let fault = |named: Named| {
        let found = AFAR.iter().find(|root| within(&named.path, root) && !named.test)?;
        let what =
            format!("`{found}` in the store: a transaction could be open while the network is waited for");
        Some(Fault::new(&source.path, named.line, what))
    };
    source.paths().into_iter().filter_map(fault).collect()
}

fn is_clock(path: &str) -> bool {
    ["Utc::now", "Local::now", "SystemTime::now"]
        .iter()
        .any(|end| path == *end || path.ends_with(&format!("::{end}")))
}

/// The time of day is read by `src/clock.rs`. Durations are measured with `Instant`, which tells no time of day.
pub fn clock(source: &Source) -> Vec<Fault> {
    if source.path == "src/clock.rs" {
        return Vec::new();
    }
    let read = |named: &Named| is_clock(&named.path) && !named.test;
    let what = "take `now` as an argument; a hop asks `crate::clock::now()` where it begins";
    let named = source.paths().into_iter().filter(read);
    named.map(|named| Fault::new(&source.path, named.line, format!("`{}`: {what}", named.path))).collect()
}

/// What core may not depend on, by the beginning of its name.
const NOT_IN_CORE: [&str; 8] = ["tokio", "sqlx", "reqwest", "aws", "actix", "hyper", "rustls", "rand"];

/// Cargo keeps core pure, as long as this holds.
pub fn core_manifest(text: &str) -> Vec<Fault> {
    let mut section = "";
    let mut faults = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
        }
        let name = match section.strip_prefix("[dependencies.") {
            Some(name) if line == section => name.trim_end_matches(']'),
            _ if section == "[dependencies]" => line.split(['=', '.', ' ']).next().unwrap_or_default(),
            _ => "",
        };
        if let Some(found) = NOT_IN_CORE.iter().find(|banned| name.starts_with(*banned)) {
            let what = format!("`{found}` opens something: core only thinks, so put it into the root crate");
            faults.push(Fault::new("core/Cargo.toml", n + 1, what));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&Source) -> Vec<Fault>, path: &str, text: &str) -> Vec<usize> {
        rule(&Source::new(path, text)).iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn io_outside_of_a_door_is_noticed() {
        let body =
            "use std::{fs, io};\nlet x = tokio::net::TcpListener::bind(a);\nuse std::process::ExitCode;\n";
        let behind = |doc: &str| lines(closed, "src/x.rs", &format!("{doc}\n{body}"));
        assert_eq!(behind("//! Not a door."), [2, 3]);
        assert_eq!(behind("//! Door: files. It reads."), [3]);
        assert_eq!(behind("//! Door: network, files. It does both."), [0usize; 0]);
        assert_eq!(lines(closed, "core/src/x.rs", &format!("//! Door: files, network.\n{body}")), [2, 3, 1]);
        let test = "//! Not a door.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(lines(closed, "src/x.rs", test), [0usize; 0]);
    }

    #[test]
    fn a_door_that_opens_nothing_is_noticed() {
        let sources = [
            Source::new("src/a/mod.rs", "//! Door: network. Its files call.\nmod b;\n"),
            Source::new("src/a/b.rs", "//! Door: network. Calls.\nuse reqwest::Client;\n"),
            Source::new("src/a/c.rs", "//! Door: network. Does not.\nuse super::b;\n"),
            Source::new("src/d/mod.rs", "//! Door: files. Has none.\n"),
            Source::new("src/e.rs", "//! Door: files. Its part reads.\nmod f;\n"),
            Source::new("src/e/f.rs", "//! Door: files. Reads.\nuse std::fs;\n"),
            Source::new("src/clock.rs", "//! Door: clock. Reads.\nlet now = Utc::now();\n"),
        ];
        let found: Vec<String> = false_labels(&sources).into_iter().map(|fault| fault.path).collect();
        assert_eq!(found, ["src/a/c.rs", "src/d/mod.rs"]);
    }

    #[test]
    fn sql_outside_of_the_store_is_noticed() {
        let text =
            "//! Door: database, network.\nuse sqlx::PgPool;\nuse actix_web::{HttpRequest, web::Data};\n";
        assert_eq!(lines(rooms, "src/triage.rs", text), [2, 3, 3]);
        assert_eq!(lines(rooms, "src/store/jobs.rs", text), [3, 3]);
        assert_eq!(lines(rooms, "src/web/api.rs", text), [2]);
        assert_eq!(lines(rooms, "src/app.rs", text), [2, 3]);
    }

    #[test]
    fn a_store_that_calls_somebody_is_noticed() {
        let text = "use crate::secret::Secret;\nuse crate::receivers::slack;\nlet x = reqwest::get(y);\n";
        assert_eq!(lines(store_calls, "src/store/told.rs", text), [2, 3]);
        assert_eq!(lines(store_calls, "src/deliver.rs", text), [0usize; 0]);
    }

    #[test]
    fn a_second_clock_is_noticed() {
        let text =
            "let a = chrono::Utc::now();\nlet b = SystemTime::now();\nlet c = tokio::time::Instant::now();\n";
        assert_eq!(lines(clock, "core/src/incident/decide.rs", text), [1, 2]);
        assert_eq!(lines(clock, "src/clock.rs", text), [0usize; 0]);
    }

    #[test]
    fn a_core_that_could_open_something_is_noticed() {
        let text = "[dependencies]\nregex = \"1\"\ntokio = { version = \"1\" }\nsqlx.workspace = true\n[dev-dependencies]\nrand = \"0.9\"\n[dependencies.aws-config]\n";
        assert_eq!(core_manifest(text).iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4, 7]);
    }
}
