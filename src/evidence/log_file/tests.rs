//! Rotated, hostile and long log files, as they lie in real folders.

mod forms;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use tempfile::TempDir;

use super::*;
use crate::evidence::FaultKind;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// 10:00 to 10:15 on a fixed day.
fn window() -> Window {
    Window { start: time("2026-03-01T10:00:00Z"), end: time("2026-03-01T10:15:00Z") }
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

async fn fetch_with(folder: &TempDir, path: &str, caps: Caps) -> Result<Fetched, Fault> {
    let labels: Labels = [("service", "api"), ("bad", "../etc"), ("star", "a*")].into_iter().collect();
    let path = format!("{}/{path}", folder.path().display());
    LogFile::new(&path)?.fetch(window(), &labels, caps).await
}

async fn fetch(folder: &TempDir, path: &str) -> Result<Fetched, Fault> {
    fetch_with(folder, path, Caps::default()).await
}

fn texts(fetched: &Fetched) -> Vec<&str> {
    fetched.lines.iter().map(|line| line.text.as_str()).collect()
}

#[tokio::test]
async fn rotated_files_are_one_stream_of_time_and_other_services_stay_out() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "api/app.log", "2026-03-01 10:05:00 c\n2026-03-01 10:15:00 too late\n");
    write(
        folder.path(),
        "api/app.log.1",
        "2026-03-01 09:59:59 too early\n2026-03-01 10:00:00 a\n2026-03-01 10:01:00 b\n",
    );
    write(folder.path(), "web/app.log", "2026-03-01 10:05:00 not ours\n");
    let fetched = fetch(&folder, "{{labels.service}}/app.log*").await.unwrap();
    assert_eq!(texts(&fetched), ["2026-03-01 10:00:00 a", "2026-03-01 10:01:00 b", "2026-03-01 10:05:00 c"]);
    let streams: Vec<_> = fetched.lines.iter().map(|line| line.stream.as_str()).collect();
    assert_eq!(streams, ["api/app.log.1", "api/app.log.1", "api/app.log"]);
    assert_eq!(fetched.lines[0].at, Some(window().start));
    assert!(
        fetched.query.ends_with("api/app.log* from 2026-03-01T10:00:00Z to 2026-03-01T10:15:00Z"),
        "{}",
        fetched.query
    );
    assert_eq!((fetched.truncated, fetched.faults), (None, vec![]));
}

#[tokio::test]
async fn values_of_labels_cannot_leave_their_place() {
    let folder = TempDir::new().unwrap();
    for label in ["bad", "star", "missing"] {
        let fault = fetch(&folder, &format!("{{{{labels.{label}}}}}/app.log")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Configuration);
        assert!(
            fault.reason.contains(&format!("`{label}`")) && fault.remedy.contains("`labels`"),
            "{fault:?}"
        );
    }
    for value in ["a/b", "..", "a..b", ".", "a\0b", "a\nb", "?", "[a]", "{a}", "a\\b"] {
        assert!(harmless("x", value).is_err(), "{value:?}");
    }
    for value in ["api", "api-v1.2", "日本", "a b"] {
        assert_eq!(harmless("x", value).unwrap(), value);
    }
}

#[tokio::test]
async fn links_out_of_the_folder_are_refused_and_links_within_it_are_read_once() {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    write(outside.path(), "secret.log", "2026-03-01 10:05:00 secret\n");
    write(folder.path(), "api/app.log", "2026-03-01 10:05:00 ours\n");
    symlink(outside.path().join("secret.log"), folder.path().join("api/out.log")).unwrap();
    symlink("app.log", folder.path().join("api/current.log")).unwrap();
    symlink("nowhere", folder.path().join("api/dangling.log")).unwrap();
    symlink(outside.path(), folder.path().join("leak")).unwrap();
    let fetched = fetch(&folder, "*/*.log").await.unwrap();
    assert_eq!(texts(&fetched), ["2026-03-01 10:05:00 ours"]);
    assert_eq!(fetched.faults.len(), 1, "{:?}", fetched.faults);
    assert!(
        fetched.faults[0].reason.contains("(and 1 more) leads out of the configured folder"),
        "{:?}",
        fetched.faults
    );
    let named = fetch(&folder, "leak/*.log").await.unwrap();
    assert_eq!(
        texts(&named),
        ["2026-03-01 10:05:00 secret"],
        "a link that the operator names as the folder is meant"
    );
}

#[tokio::test]
async fn packed_files_pipes_and_folders_are_not_read() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "app.log", "2026-03-01 10:05:00 x\n");
    write(folder.path(), "app.log.2.gz", [0x1f, 0x8b, 0, 0]);
    fs::create_dir(folder.path().join("app.log.d")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("app.log.pipe")).status().unwrap();
    assert!(made.success());
    let fetched = fetch(&folder, "app.log*").await.unwrap();
    assert_eq!(fetched.lines.len(), 1);
    assert_eq!(fetched.faults.len(), 1);
    assert!(fetched.faults[0].reason.contains("app.log.2.gz is packed"), "{:?}", fetched.faults);
    let fault = fetch(&folder, "*.gz").await.unwrap_err();
    assert!(fault.reason.contains("is packed"), "nothing but packed files is a failure: {fault:?}");
}

#[tokio::test]
async fn no_file_and_no_folder_say_what_to_check() {
    let folder = TempDir::new().unwrap();
    for path in ["*.log", "none/*.log"] {
        let fault = fetch(&folder, path).await.unwrap_err();
        assert!(fault.remedy.contains("`path`"), "{fault:?}");
    }
}

/// Lines of 100 bytes, ten per second, from 00:00:00.
fn day(lines: i64) -> String {
    let start = time("2026-03-01T00:00:00Z");
    (0..lines).fold(String::new(), |mut text, index| {
        let at = start + TimeDelta::milliseconds(index * 100);
        let at = at.format("%Y-%m-%dT%H:%M:%S%.3fZ");
        writeln!(text, "{at} {:>74}", format!("request {index}")).unwrap();
        text
    })
}

#[tokio::test]
async fn the_window_is_found_in_the_middle_of_a_long_file() {
    let folder = TempDir::new().unwrap();
    // 14 hours, 50 MB; the window begins 36 MB in.
    write(folder.path(), "app.log", day(14 * 36_000));
    let caps = Caps { lines: 10_000, bytes: 1_000_000 };
    let whole = fetch_with(&folder, "app.log", caps).await.unwrap();
    assert_eq!(whole.truncated, None);
    assert_eq!(whole.lines.len(), 9_000);
    assert!(whole.lines[0].text.ends_with("request 360000"), "{}", whole.lines[0].text);
    assert!(whole.lines[8_999].text.ends_with("request 368999"));

    let cut = fetch_with(&folder, "app.log", Caps { lines: 100, ..caps }).await.unwrap();
    assert_eq!(cut.lines.len(), 100, "the caps hold");
    assert!(cut.lines[99].text.ends_with("request 368999"), "and the newest of the window are kept");
    assert!(cut.truncated.unwrap().contains("from 2026-03-01T10:14:50Z on"));
    let cut = fetch_with(&folder, "app.log", Caps { bytes: 10_000, ..caps }).await.unwrap();
    let bytes: usize = cut.lines.iter().map(|line| line.text.len()).sum();
    assert!(bytes <= 10_000 && cut.truncated.is_some(), "{bytes}");
}

#[tokio::test]
async fn caps_hold_over_all_files() {
    let folder = TempDir::new().unwrap();
    for name in ["a.log", "b.log", "c.log"] {
        write(folder.path(), name, "2026-03-01T10:00:01Z x\n".repeat(60));
    }
    let fetched = fetch_with(&folder, "*.log", Caps { lines: 100, bytes: 1_000_000 }).await.unwrap();
    assert_eq!(fetched.lines.len(), 100);
    assert!(fetched.truncated.is_some());
}

#[tokio::test]
async fn a_window_outside_the_file_is_empty_and_no_failure() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "before.log", day(3_000));
    write(folder.path(), "after.log", "2026-03-02 00:00:00 x\n".repeat(10_000));
    write(folder.path(), "empty.log", "");
    let fetched = fetch(&folder, "*.log").await.unwrap();
    assert_eq!((fetched.lines, fetched.truncated, fetched.faults), (vec![], None, vec![]));
}

#[tokio::test]
async fn traces_huge_lines_and_bytes_that_are_no_text_are_survived() {
    let folder = TempDir::new().unwrap();
    let mut log = day(2 * 36_000).into_bytes();
    log.extend_from_slice(b"2026-03-01 10:00:01 boom\n  at a.b(C.java)\nCaused by: io\n");
    log.extend_from_slice(format!("2026-03-01 10:00:02 {}end\n", "x".repeat(10_000_000)).as_bytes());
    log.extend_from_slice(b"\xff\xfe\0binary\n2026-03-01 10:00:03 caf\xe9\n");
    log.extend("2026-03-01 11:00:00 later\n".repeat(100_000).bytes());
    write(folder.path(), "app.log", log);
    let fetched = fetch(&folder, "app.log").await.unwrap();
    assert_eq!(
        fetched.lines.len(),
        3,
        "{:?}",
        fetched.lines.iter().map(|l| l.text.len()).collect::<Vec<_>>()
    );
    assert_eq!(fetched.lines[0].text, "2026-03-01 10:00:01 boom\n  at a.b(C.java)\nCaused by: io");
    assert!(fetched.lines[1].text.contains("bytes cut]") && fetched.lines[1].text.len() < 40_000);
    assert_eq!(fetched.lines[2].text, "2026-03-01 10:00:03 caf\u{fffd}");
}

#[tokio::test]
async fn lines_slightly_out_of_order_are_not_missed() {
    let folder = TempDir::new().unwrap();
    let before =
        "2026-03-01 10:00:02 early bird\n".to_owned() + &"2026-03-01 09:59:59.900 x\n".repeat(20_000);
    let after = "2026-03-01 10:15:01 y\n".repeat(20_000) + "2026-03-01 10:14:59 straggler\n";
    write(folder.path(), "app.log", "2026-03-01 09:00:00 z\n".repeat(20_000) + &before + &after);
    let fetched = fetch(&folder, "app.log").await.unwrap();
    assert_eq!(texts(&fetched), ["2026-03-01 10:00:02 early bird", "2026-03-01 10:14:59 straggler"]);
}

#[tokio::test]
async fn a_file_without_times_counts_when_it_was_written_in_the_window() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plain.log");
    let text = format!("{}one\n  more\ntwo\n", format!("{}\n", "filler ".repeat(10)).repeat(80_000));
    for (modified, expected) in [("09:59:59", 0), ("10:10:00", 2), ("10:18:00", 2), ("10:25:00", 0)] {
        write(folder.path(), "plain.log", &text);
        let modified = time(&format!("2026-03-01T{modified}Z"));
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified.into()).unwrap();
        let fetched = fetch(&folder, "plain.log").await.unwrap();
        let last: Vec<_> = fetched.lines.iter().rev().take(2).rev().map(|line| line.text.as_str()).collect();
        let wanted = if expected == 0 { vec![] } else { vec!["one\n  more", "two"] };
        assert_eq!(last, wanted, "{modified}");
        assert!(fetched.lines.iter().all(|line| line.at.is_none()));
        assert_eq!(fetched.truncated.is_some_and(|said| said.contains("no times")), expected > 0);
        assert_eq!(
            !fetched.faults.is_empty(),
            modified > time("2026-03-01T10:20:00Z"),
            "{:?}",
            fetched.faults
        );
    }
}

#[test]
fn reading_stops_when_nobody_waits() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "app.log", "2026-03-01 10:00:01 x\n".repeat(1_000));
    let stop = Stop::default();
    drop(StopOnDrop(stop.clone()));
    assert!(stop.is_set());
    let pattern = format!("{}/app.log", folder.path().display());
    let fault = collect(&pattern, folder.path(), window(), Caps::default(), &stop).unwrap_err();
    assert!(fault.reason.contains("no file"), "nothing was looked at: {fault:?}");
}

#[test]
fn the_root_is_what_stands_before_the_first_placeholder_or_glob() {
    for (path, root) in [
        ("/var/log/{{labels.service}}/*.log", "/var/log"),
        ("/var/log/api-*.log", "/var/log"),
        ("/var/log/app.log", "/var/log"),
        ("/*.log", "/"),
        ("logs/*.log", "logs"),
        ("*.log", "."),
    ] {
        assert_eq!(LogFile::new(path).unwrap().root, Path::new(root), "{path}");
    }
}
