//! The commands over plain files, as people and measuring programs run them.

mod forms;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::harness::command;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = command(folder, arguments).output().unwrap();
    assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    output
}

/// What a command that succeeds prints.
fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn piped(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let here = folder();
    let mut command = command(here.path(), arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora")
}

fn unpacked(folder: &Path, case: &str) -> PathBuf {
    let archive = corpora().join("incidents.tar.gz");
    let done = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder).status().unwrap();
    assert!(done.success());
    folder.join("incidents").join(case)
}

#[test]
fn every_line_gets_one_row_whatever_it_holds() {
    let here = folder();
    let long = vec![b'a'; 10_000_000];
    let garbage: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("blank", b"\n\n"),
        ("plain", b"2025-11-20 09:10:11 INFO took 12 ms\n2025-11-20 09:10:12 INFO took 13 ms\nlast one"),
        ("breaks", "form\u{b}feed \u{2028}x\r y\n\u{1b}[31mred\u{1b}[0m\n".as_bytes()),
        ("garbage", &garbage),
        ("long", &[b"first\n", &long[..], b"\nlast\n"].concat()),
    ] {
        let file = write(here.path(), name, bytes);
        let rows = stdout(here.path(), &["patterns", &file, "--assign"]);
        let lines = bytes.split(|byte| *byte == b'\n').count()
            - usize::from(bytes.is_empty() || bytes.ends_with(b"\n"));
        assert_eq!(rows.lines().count(), lines, "{name}");
        assert!(
            rows.lines().all(|row| row.split_once('\t').is_some_and(|(id, _)| id.parse::<u32>().is_ok())),
            "{name}"
        );
        assert!(!rows.contains(['\r', '\u{b}', '\u{1b}', '\u{2028}']), "{name}");
        assert_eq!(rows, stdout(here.path(), &["patterns", &file, "--assign"]), "{name}");
        let table = stdout(here.path(), &["patterns", &file]);
        assert!(table.starts_with("   count  level  pattern\n"), "{name}");
        let pack = stdout(here.path(), &["evidence", "--window", &file, "--tokens", "500"]);
        assert!(pack.chars().count() <= 2000, "{name}");
    }
}

#[test]
fn assigned_patterns_and_their_table_say_the_same() {
    let here = folder();
    let window = "INFO served 12\nINFO served 13\nERROR no connection\n";
    let (window, baseline) = (
        write(here.path(), "w.log", window.as_bytes()),
        write(here.path(), "b.log", b"INFO served 9\nINFO idle\n"),
    );
    assert_eq!(
        stdout(here.path(), &["patterns", &window, "--assign"]),
        "0\tserved <*>\n0\tserved <*>\n1\tno connection\n"
    );
    let table = stdout(here.path(), &["patterns", &window, "--baseline", &baseline]);
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["count", "baseline", "change", "level", "pattern"]);
    assert!(rows.contains(&vec!["2", "1", "common", "INFO", "served", "<*>"]), "{table}");
    assert!(rows.contains(&vec!["1", "0", "new", "ERROR", "no", "connection"]), "{table}");
    assert!(rows.contains(&vec!["0", "1", "gone", "INFO", "idle"]), "{table}");
    let json = stdout(here.path(), &["patterns", &window, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["lines"], &json["patterns"][0]["count"]), (&3.into(), &2.into()));
    assert_eq!(json["patterns"][0]["pattern"], "served <*>");
    assert!(json["patterns"][0].get("change").is_none());
}

#[test]
fn the_root_cause_of_a_recorded_incident_is_in_the_pack() {
    let here = folder();
    for case in ["n8b-route-exception", "n5b-verifycode-return"] {
        let case = unpacked(here.path(), case);
        let file = |name: &str| case.join(name).display().to_string();
        let answer: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file("answer.json")).unwrap()).unwrap();
        let root: Vec<_> =
            answer["need"][0]["any"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        let (window, baseline) = (file("window.tsv"), file("baseline.tsv"));
        let arguments = ["evidence", "--window", &window, "--baseline", &baseline, "--tokens", "4000"];
        let pack = stdout(here.path(), &arguments);
        assert!(pack.chars().count() <= 16_000);
        assert!(root.iter().any(|r| regex::Regex::new(r).unwrap().is_match(&pack)), "{pack}");
        assert_eq!(pack, stdout(here.path(), &arguments), "two runs differ");
        let json = stdout(here.path(), &[&arguments[..], &["--format", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["pack"], pack);
        assert!(json["lines"].as_u64().unwrap() > 0 && json["baseline_lines"].as_u64().unwrap() > 0);
        let ids: Vec<&str> =
            json["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
        let told = pack.lines().skip(2).filter_map(|line| line.split_whitespace().next());
        assert!(told.clone().count() > 5 && told.clone().all(|id| ids.contains(&id)), "{pack}");
    }
}

#[test]
fn redact_writes_one_line_for_each_line() {
    let out = text(&piped(&["redact"], b"password=hunter2\r\nplain \xff text\n\nx\x1b[31m\ny\x0bz\nlast"));
    let lines: Vec<&str> = out.split('\n').collect();
    assert_eq!((lines.len(), lines[1], lines[2]), (7, "plain \u{fffd} text", ""));
    assert!(!out.contains("hunter2") && lines[0].starts_with("password=<"), "{out}");
    assert_eq!(lines[3..], ["x", "y z", "last", ""]);
    assert_eq!(piped(&["redact"], b""), b"");
    let long = [&b"token ".repeat(1_700_000)[..], b"\nend\n"].concat();
    assert!(text(&piped(&["redact"], &long)).ends_with("\nend\n"));
}

#[test]
fn redact_follows_a_growing_log_and_ends_quietly_when_nobody_reads() {
    use std::io::{BufRead, BufReader};
    let here = folder();
    let mut command = command(here.path(), &["redact"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut line = String::new();
    writeln!(stdin, "one").unwrap();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "one\n");
    drop(stdout);
    // The pipe is closed: sooner or later it stops reading, and our own writing fails too.
    while writeln!(stdin, "more").is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn runbooks_are_written_linted_and_matched() {
    let here = folder();
    let path = here.path().join("books").display().to_string();
    let new = ["runbooks", "new", "high-error-rate", "--path", &path];
    assert!(stdout(here.path(), &new).contains("books/high-error-rate.md\n"));
    let again = run(here.path(), &new);
    assert!(!again.status.success() && text(&again.stderr).contains("is there already"));
    let outside = run(here.path(), &["runbooks", "new", "../x", "--path", &path]);
    assert!(!outside.status.success() && text(&outside.stderr).contains("letters, digits"));
    assert_eq!(
        stdout(here.path(), &["runbooks", "lint", "--path", &path]),
        format!("1 runbooks in {path}, no fault\n")
    );
    let labels = ["--labels", "alertname=HighErrorRate,service=api"];
    let found = stdout(here.path(), &[&["runbooks", "match", "--path", &path], &labels[..]].concat());
    assert!(
        found.contains("high-error-rate.md\n") && found.contains("because its matchers hold: alertname="),
        "{found}"
    );
    let none = run(here.path(), &["runbooks", "match", "--path", &path, "--labels", "alertname=Other"]);
    assert_eq!((none.status.code(), text(&none.stdout).contains("none of the 1 runbooks")), (Some(1), true));
    std::fs::write(here.path().join("books/bad.md"), "---\nowner: [\n---\n# Bad\n").unwrap();
    let faulty = run(here.path(), &["runbooks", "lint", "--path", &path]);
    let said = text(&faulty.stdout);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(
        said.lines().next().unwrap().starts_with(&format!("{path}/bad.md:")) && said.contains("; "),
        "{said}"
    );
}

#[test]
fn runbooks_lie_where_the_configuration_says() {
    let here = folder();
    let missing = run(here.path(), &["runbooks", "lint", "--path", "/nonexistent"]);
    assert!(!missing.status.success() && text(&missing.stderr).contains("/nonexistent"));
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    let configuration = format!("{CONFIGURATION}runbooks: {{ path: \"{}\" }}\n", books.display());
    write(here.path(), "firstlook.yml", configuration.as_bytes());
    assert!(stdout(here.path(), &["runbooks", "lint"]).contains(", no fault"));
    let sources = "evidence: { sources: [{ name: aws, type: cloudwatch_logs, region: eu-west-1 }] }\n";
    write(here.path(), "firstlook.yml", format!("{configuration}{sources}").as_bytes());
    for given in [&[][..], &["--path", books.to_str().unwrap()]] {
        let said = stdout(here.path(), &[&["runbooks", "lint"], given].concat());
        let warning = "high-error-rate.md:33: warning: no evidence source of type `loki` is configured, so this block is not \
                       run; add one to `evidence.sources`, or remove the block\n";
        assert!(said.contains(warning) && !said.contains("type `cloudwatch_logs`"), "{said}");
        assert!(said.contains(", no fault, ") && said.ends_with(" warnings\n"), "{said}");
    }
    let book = here.path().join("book");
    std::fs::create_dir(&book).unwrap();
    let book = book.to_str().unwrap();
    write(
        here.path(),
        "book/x.md",
        b"---\nmatch: ['a=\"b\"']\n---\n# X\n1. Do.\n   ```logs-insights shop\n   filter a = 1\n   ```\n",
    );
    let said = stdout(here.path(), &["runbooks", "lint", "--path", book]);
    assert!(
        said.contains("x.md:6: warning: no evidence source of type `cloudwatch_logs` named \"shop\""),
        "{said}"
    );
    write(here.path(), "firstlook.yml", b"rout: 1\n");
    assert!(run(here.path(), &["runbooks", "lint", "--path", book]).status.success(), "the folder was given");
    assert!(!run(here.path(), &["runbooks", "lint"]).status.success());
}

const CONFIGURATION: &str = r##"
sources: { alertmanager: [{ name: main }] }
severity: { map: { page: critical }, default: warning }
route: { receiver: chat, routes: [{ matchers: ['severity="critical"'], receiver: oncall, continue: true }, { matchers: ['team="db"'] }] }
receivers:
  - { name: oncall, pagerduty_configs: [{ routing_key: 0123456789abcdef0123456789abcdef }] }
  - { name: chat, slack_configs: [{ channel: "#alerts", bot_token: xoxb-secret }] }
"##;

#[test]
fn route_test_shows_the_path_and_the_reason() {
    let here = folder();
    write(here.path(), "firstlook.yml", CONFIGURATION.as_bytes());
    for (labels, words) in [
        (
            "severity=page",
            &["severity  critical (severity is \"page\")", "oncall\n  path    route.routes[0]\n"][..],
        ),
        (
            "team=db,severity=critical",
            &["oncall\n", "chat\n  path    route.routes[1]\n  because route.routes[1]: team=\"db\""],
        ),
        (
            "service=x",
            &[
                "severity  warning (the default)",
                "chat\n  path    route\n  because route: no route below takes it",
            ],
        ),
        ("severity=weird", &["severity  critical (\"weird\" is in no `severity.map`"]),
    ] {
        let said = stdout(here.path(), &["route", "test", "--labels", labels]);
        assert!(words.iter().all(|words| said.contains(words)), "{labels}: {said}");
    }
    let bad = run(here.path(), &["route", "test", "--labels", "nonsense"]);
    assert!(!bad.status.success() && text(&bad.stderr).contains("name=value"));
}

/// The subcommands that a command's help names.
fn subcommands(folder: &Path, of: &[&str]) -> Vec<String> {
    let help = stdout(folder, &[of, &["--help"]].concat());
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that is too long for its line goes on further in.
    let name = |line: &str| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')).map(str::to_owned);
    let names = listed.filter_map(name).filter_map(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[test]
fn the_documentation_names_the_commands_that_there_are() {
    let here = folder();
    let mut there = Vec::new();
    for name in subcommands(here.path(), &[]) {
        let below = subcommands(here.path(), &[&name]);
        there.extend(below.iter().map(|sub| format!("{name} {sub}")));
        if below.is_empty() {
            there.push(name);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/COMMANDS.md");
    let page = std::fs::read_to_string(path).unwrap();
    let headings = page.lines().filter_map(|line| line.strip_prefix("## `firstlook "));
    let mut named: Vec<String> =
        headings.filter_map(|rest| rest.strip_suffix('`')).map(str::to_owned).collect();
    there.sort();
    named.sort();
    assert!(there.len() >= 10);
    assert_eq!(named, there);
    let flags = regex::Regex::new("--[a-z]+").unwrap();
    for command in &there {
        let words: Vec<&str> = command.split(' ').collect();
        let help = stdout(here.path(), &[&words[..], &["--help"]].concat());
        let section =
            page.split("\n## ").find(|part| part.starts_with(&format!("`firstlook {command}`"))).unwrap();
        for flag in flags.find_iter(&help).map(|flag| flag.as_str()) {
            let general = ["--help", "--config", "--version"].contains(&flag);
            assert!(general || section.contains(flag), "{command}: {flag} is not in\n{section}");
        }
        for flag in flags.find_iter(section).map(|flag| flag.as_str()) {
            assert!(help.contains(flag), "{command} has no {flag}");
        }
    }
}
