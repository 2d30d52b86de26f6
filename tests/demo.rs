//! The trial, as a newcomer runs it: the built binary, an empty folder, and what it prints.

use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_firstlook")).arg("demo").args(arguments).output().unwrap()
}

#[test]
fn the_trial_plays_to_its_end_and_everything_arrives() {
    let outer = tempfile::tempdir().unwrap();
    // Where root runs the tests, Postgres' account has to pass through.
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder = outer.path().join("trial");
    let output = demo(&["--exit", "--pace", "0.05", "--folder", folder.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    let log = std::fs::read_to_string(folder.join("firstlook.log")).unwrap();
    assert!(output.status.success(), "{said}\n{}\n{log}", String::from_utf8_lossy(&output.stderr));
    let steps = [
        "firstlook  http://127.0.0.1:",
        "inbox      http://127.0.0.1:",
        "no model is asked",
        "Nothing has happened",
        "firstlook answered 200: opened (first seen)",
        "PagerDuty, trigger: ",
        "Slack, a message with the alarm and the runbook's first steps: ",
        "log patterns that differ, 0 gaps",
        "Slack, the same message edited: ",
        "3 sentences verified, 1 unchecked",
        "firstlook answered 200: duplicate (still firing)",
        "nobody was told again",
        "joined (first seen; same group)",
        "incident_resolved",
        "PagerDuty, resolve: ",
        "PagerDuty 1 trigger and 1 resolve under 1 key; Slack 1 message",
        "Everything arrived.",
        "Stopped.",
    ];
    let mut rest = said.as_str();
    for step in steps {
        let (_, after) =
            rest.split_once(step).unwrap_or_else(|| panic!("no {step:?} in its place in:\n{said}"));
        rest = after;
    }
    assert!(folder.join("firstlook.yml").is_file() && !folder.join("data").exists());
    assert!(!log.contains(r#""level":"error""#), "{log}");
    for secret in ["anna.larsson@example.com", "4111 1111 1111 1111"] {
        assert!(!said.contains(secret) && !log.contains(secret));
    }
}

#[test]
fn a_folder_in_use_and_a_senseless_pace_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("precious"), "x").unwrap();
    let refused = demo(&["--exit", "--folder", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    assert_eq!(demo(&["--pace", "-1"]).status.code(), Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}
