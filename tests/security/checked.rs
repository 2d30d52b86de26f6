//! `check --online` of Security Hub and GuardDuty: what is allowed, where they are, and by whom they are asked.

use super::{bucket, seen};
use crate::harness::command;
use crate::support::security::{Security, samples};
use crate::support::sns::CREDENTIALS;

/// The line of the table about a source of both types with these keys, by their type.
fn checked(name: &str, keys: &str, environment: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let one = |kind: &str| format!("    - {{ name: {kind}, type: {kind}{keys} }}\n");
    let text = format!(
        "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence:\n  sources:\n{}{}",
        one("security_hub"),
        one("guardduty")
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let mut check = command(folder.path(), &["check", "--online"]);
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"] {
        check.env_remove(name);
    }
    let output = check.envs(environment.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find(|line| line.contains(&format!("evidence {name}"))).unwrap_or(&text).to_owned()
}

#[test]
fn check_online_names_the_action_that_is_missing() {
    let security = Security::start();
    let here = format!(", region: eu-west-1, endpoint_url: \"{}\"", security.url());
    let said = |name: &str| checked(name, &here, &CREDENTIALS);
    for name in ["security_hub", "guardduty"] {
        let said = said(name);
        assert!(said.starts_with("ok") && said.contains("no open finding that is severe enough"), "{said}");
    }
    security.hub([bucket("MEDIUM", 1)]);
    security.guardduty([samples::credentials(1, seen(0))]);
    for (name, action) in
        [("security_hub", "securityhub:GetFindings"), ("guardduty", "guardduty:GetFindings")]
    {
        assert!(said(name).contains("gives findings"), "{}", said(name));
        security.fail(action, 1, 403, "AccessDeniedException", "not authorized");
        let refused = said(name);
        assert!(refused.starts_with("FAULT") && refused.contains(&format!("allow `{action}`")), "{refused}");
    }
    security.disable("securityhub");
    let off = said("security_hub");
    assert!(off.starts_with("FAULT") && off.contains("Security Hub is not enabled in eu-west-1"), "{off}");
}

#[test]
fn who_has_no_credentials_or_no_region_is_told() {
    let security = Security::start();
    let url = format!(", endpoint_url: \"{}\"", security.url());
    for (name, people, action) in [
        ("security_hub", "Security Hub", "securityhub:GetFindings"),
        ("guardduty", "GuardDuty", "guardduty:ListDetectors"),
    ] {
        let said = checked(name, &format!("{url}, region: eu-west-1"), &[]);
        assert!(said.contains(&format!("{action} needs AWS credentials")), "{said}");
        let said = checked(name, &url, &CREDENTIALS);
        assert!(said.contains(&format!("no region of {people} is known; write `region`")), "{said}");
    }
    assert_eq!(security.calls(), [], "nothing was asked");
}

#[test]
fn the_environment_says_where_they_are_and_who_asks() {
    let security = Security::start();
    let url = security.url();
    let mut environment = CREDENTIALS.to_vec();
    environment.extend([
        ("AWS_REGION", "eu-west-1"),
        ("AWS_SESSION_TOKEN", "a token of a session"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ENDPOINT_URL_SECURITYHUB", &url),
        ("AWS_ENDPOINT_URL_GUARDDUTY", &url),
    ]);
    for name in ["security_hub", "guardduty"] {
        let said = checked(name, "", &environment);
        assert!(said.starts_with("ok"), "{said}");
    }
    for request in security.server().requests() {
        assert_eq!(request.header("x-amz-security-token"), Some("a token of a session"));
        let signed = request.header("authorization").unwrap_or_default();
        assert!(signed.contains("x-amz-security-token"), "the token is signed as well: {signed}");
    }
}
