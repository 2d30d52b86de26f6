//! Sentences about a digest of security findings, over items as the digest makes them.

use chrono::TimeDelta;

use super::*;
use crate::evidence::Window;
use crate::evidence::security::{Answer as Found, Finding, Level, Resource, items as digest};

/// A role whose credentials were used from outside, an instance that mines, buckets that are public.
fn scene() -> Vec<Item> {
    let end: DateTime<Utc> = "2026-11-26T08:00:00Z".parse().unwrap();
    let thing = |id: &str| Resource { kind: String::new(), id: id.into() };
    let finding = |id: &str, kind: &str, title: &str, hours: i64, things: &[&str]| Finding {
        id: id.into(),
        product: if kind.contains('.') && kind.len() < 6 { "Security Hub" } else { "GuardDuty" }.into(),
        kind: kind.into(),
        title: title.into(),
        level: Level::High,
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        resources: things.iter().map(|id| thing(id)).collect(),
        first_seen: Some(end - TimeDelta::hours(hours)),
        last_seen: Some(end - TimeDelta::hours(1)),
        ..Finding::default()
    };
    let mut stolen = finding(
        "1",
        "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        "Credentials of the instance role checkout-node are used from an external address.",
        22,
        &["checkout-node"],
    );
    stolen.count = Some(14);
    stolen.details = vec![
        ("API call".into(), "GetObject".into()),
        ("service".into(), "s3.amazonaws.com".into()),
        ("remote country".into(), "Exampleland".into()),
    ];
    let mining = finding(
        "2",
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        "i-0aaa asks for a domain that is known for cryptocurrency.",
        3,
        &["i-0aaa"],
    );
    let mut public =
        finding("3", "S3.8", "S3 buckets should block public access", 500, &["arn:aws:s3:::invoices"]);
    public.remedy = "Turn on the block of public access.".into();
    let other = finding("4", "S3.8", "S3 buckets should block public access", 480, &["arn:aws:s3:::exports"]);
    let answer =
        Found { source: "hub".into(), findings: vec![stolen, mining, public, other], ..Found::default() };
    digest(&[answer], Window { start: end - TimeDelta::days(7), end }, &Redactor::default())
}

const TRUE: &[(&str, &str)] = &[
    ("4 findings are open, all of them high.", "F1"),
    ("2 findings began in these days.", "F1"),
    ("2 findings are older.", "F1"),
    ("i-0aaa asks for a domain that is known for cryptocurrency.", "F2"),
    ("The instance i-0aaa asked for a domain known for cryptocurrency, first at 2026-11-26 05:00 UTC.", "F2"),
    ("Credentials of the role checkout-node were used from an external address 14 times.", "F3"),
    ("The credentials of checkout-node were used for GetObject on s3.amazonaws.com.", "F3"),
    ("The use of checkout-node began on 2026-11-25 at 10:00 UTC.", "F3"),
    ("The remote country is Exampleland.", "F3"),
    ("S3.8 is open for 2 buckets.", "F4"),
    ("Security Hub has 2 open findings of the control S3.8.", "F4"),
    ("S3.8 was first seen on 2026-11-05.", "F4"),
    ("未対応の検出結果は4件。", "F1"),
    ("checkout-nodeの認証情報が外部から14回使われた。", "F3"),
    ("S3.8の検出結果は2件。", "F4"),
];

/// True as well, and more than a search can see: what is said of names alone, and that something is not so.
const UNCHECKED: &[(&str, &str)] = &[
    ("GuardDuty CryptoCurrency:EC2/BitcoinTool.B!DNS is high and concerns i-0aaa.", "F2"),
    ("The buckets invoices and exports do not block public access (S3.8).", "F4"),
    ("i-0aaaがCryptoCurrency:EC2/BitcoinTool.B!DNSとして検出された。", "F2"),
];

const FALSE: &[(&str, &str)] = &[
    ("5 findings are open.", "F1"),
    ("3 findings began in these days.", "F1"),
    ("4 critical findings are open.", "F1"),
    ("GuardDuty CryptoCurrency:EC2/BitcoinTool.B!DNS concerns i-0bbb.", "F2"),
    ("i-0aaa mines since 2026-11-25 05:00 UTC.", "F2"),
    ("Credentials of the role payment-node were used from an external address 14 times.", "F3"),
    ("Credentials of the role checkout-node were used from an external address 41 times.", "F3"),
    ("The credentials of checkout-node were used for DeleteObject.", "F3"),
    ("The remote country is Otherland.", "F3"),
    ("S3.8 is open for 3 buckets.", "F4"),
    ("The bucket salaries does not block public access (S3.8).", "F4"),
    ("IAM.4 is open for invoices.", "F4"),
    ("S3.8 is critical for invoices.", "F4"),
    ("The finding in us-east-1 concerns i-0aaa.", "F2"),
    ("The account 999988887777 is concerned by S3.8.", "F4"),
    ("未対応の検出結果は7件。", "F1"),
    ("i-0bbbがCryptoCurrency:EC2/BitcoinTool.B!DNSとして検出された。", "F2"),
    ("checkout-nodeの認証情報が外部から15回使われた。", "F3"),
];

fn judged(table: &[(&str, &str)]) -> Vec<Claim> {
    let items = scene();
    table.iter().map(|(text, id)| held(&answer(&[(text, &[id])]), &items).claims.remove(0)).collect()
}

fn told(claim: &Claim) -> String {
    format!("{} {:?} {}", claim.text, claim.verdict, claim.reason.as_ref().map_or("", |r| r.as_str()))
}

#[test]
fn what_a_digest_says_is_verified_and_what_it_does_not_is_not() {
    let other = |table: &[(&str, &str)], verdict: Verdict| -> Vec<String> {
        judged(table).iter().filter(|claim| claim.verdict != verdict).map(told).collect()
    };
    assert_eq!(other(TRUE, Verdict::Verified), Vec::<String>::new());
    assert_eq!(other(UNCHECKED, Verdict::Unchecked), Vec::<String>::new());
    let lies: Vec<String> =
        judged(FALSE).iter().filter(|claim| claim.verdict == Verdict::Verified).map(told).collect();
    assert!(lies.is_empty(), "{lies:#?}");
}
