//! Who called: the principal of a record of CloudTrail, in words.
//!
//! Knows the kinds of `userIdentity`. A name may be a mail address: who tells it to people redacts it first.

use serde_json::Value;

use super::pick::{first, of_arn, word};

/// Who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// In words: `the role deploy`.
    pub who: String,
    /// The service of AWS that called, or called in the name of `who`; empty where none did.
    pub through: String,
    /// What it was called with, where that is known: the console, or a tool.
    pub with: &'static str,
}

/// Words of `userAgent`, and the tool that has them.
const TOOLS: [(&str, &str); 9] = [
    ("terraform", "Terraform"),
    ("opentofu", "OpenTofu"),
    ("pulumi", "Pulumi"),
    ("aws-cdk", "the CDK"),
    ("ansible", "Ansible"),
    ("aws-cli", "the command line"),
    ("console.amazonaws.com", "the console"),
    ("signin.amazonaws.com", "the console"),
    ("aws internal", "AWS"),
];

impl Principal {
    /// The principal of a record.
    pub fn read(record: &Value) -> Self {
        let who = match record.get("userIdentity").filter(|identity| identity.is_object()) {
            Some(identity) => who(identity),
            None => "an unknown principal".to_owned(),
        };
        let service = || (first(record, &["/eventType"]) == "AwsServiceEvent").then(|| "AWS".to_owned());
        Self {
            who,
            through: word(record, "/userIdentity/invokedBy").or_else(service).unwrap_or_default(),
            with: with(record),
        }
    }

    /// Somebody of whom only a name is known.
    pub fn called(name: &str) -> Self {
        let who = if name.is_empty() { "an unknown principal".to_owned() } else { name.to_owned() };
        Self { who, through: String::new(), with: "" }
    }

    /// Whether a service of AWS did it, be it in somebody's name.
    pub fn is_aws(&self) -> bool {
        !self.through.is_empty() || self.who.starts_with("the role AWSServiceRoleFor")
    }
}

fn who(identity: &Value) -> String {
    let name = |pointers: &[&str]| first(identity, pointers);
    let user = name(&["/userName", "/sessionContext/sessionIssuer/userName", "/arn", "/principalId"]);
    match name(&["/type"]).as_str() {
        "Root" => "the root user".to_owned(),
        "AssumedRole" => role(identity),
        "AWSService" => name(&["/invokedBy", "/type"]),
        "AWSAccount" => format!("the account {}", name(&["/accountId", "/principalId"])),
        _ if user.is_empty() => "an unknown principal".to_owned(),
        _ => format!("the user {user}"),
    }
}

/// A role's session bears its person's name where people log in by it; machines number theirs.
fn role(identity: &Value) -> String {
    let arn = first(identity, &["/arn"]);
    // `assumed-role/ROLE/SESSION`
    let mut parts = of_arn(&arn, 5).splitn(3, '/').skip(1);
    let issuer = first(identity, &["/sessionContext/sessionIssuer/userName"]);
    let of_arn = parts.next().unwrap_or_default();
    let session = parts.next().unwrap_or_default();
    let role = if issuer.is_empty() { of_arn } else { &issuer };
    let person = session.contains('@') || !session.bytes().any(|byte| byte.is_ascii_digit());
    match person && !session.is_empty() && session != role {
        true => format!("{session} (role {role})"),
        false => format!("the role {role}"),
    }
}

fn with(record: &Value) -> &'static str {
    if first(record, &["/sessionCredentialFromConsole"]) == "true" {
        return "the console";
    }
    let agent = first(record, &["/userAgent"]).to_ascii_lowercase();
    TOOLS.iter().find(|(word, _)| agent.contains(word)).map(|(_, tool)| *tool).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn assumed(role: &str, session: &str) -> Value {
        json!({
            "type": "AssumedRole", "principalId": format!("AROAX:{session}"),
            "arn": format!("arn:aws:sts::123456789012:assumed-role/{role}/{session}"),
            "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}},
        })
    }

    #[test]
    fn every_kind_of_principal_has_a_name() {
        let mut by_stack = assumed("deploy", "AWSCloudFormation");
        by_stack["invokedBy"] = "cloudformation.amazonaws.com".into();
        for (identity, who, aws) in [
            (json!({"type": "Root", "arn": "arn:aws:iam::123456789012:root"}), "the root user", false),
            (json!({"type": "IAMUser", "userName": "bob"}), "the user bob", false),
            (assumed("Admin", "bob@example.com"), "bob@example.com (role Admin)", false),
            (assumed("Admin", "bob.smith"), "bob.smith (role Admin)", false),
            (assumed("deploy", "botocore-session-1763629800"), "the role deploy", false),
            (assumed("web-task", "0a1b2c"), "the role web-task", false),
            (assumed("pay", "pay"), "the role pay", false),
            (by_stack, "AWSCloudFormation (role deploy)", true),
            (assumed("AWSServiceRoleForECS", "ecs-1"), "the role AWSServiceRoleForECS", true),
            (
                json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}),
                "autoscaling.amazonaws.com",
                true,
            ),
            (json!({"type": "AWSAccount", "accountId": "210987654321"}), "the account 210987654321", false),
            (json!({"type": "WebIdentityUser", "userName": "ci"}), "the user ci", false),
            (json!({"type": "AssumedRole"}), "the role ", false),
            (json!({"type": ["x"]}), "an unknown principal", false),
            (json!("bob"), "an unknown principal", false),
        ] {
            let one = Principal::read(&json!({"userIdentity": identity}));
            assert_eq!((one.who.as_str(), one.is_aws()), (who, aws), "{identity}");
        }
        assert!(Principal::read(&json!({"eventType": "AwsServiceEvent"})).is_aws());
        assert_eq!(Principal::called("").who, "an unknown principal");
    }

    #[test]
    fn what_it_was_done_with_is_known_of_some() {
        for (record, with) in [
            (json!({"sessionCredentialFromConsole": "true", "userAgent": "Mozilla/5.0"}), "the console"),
            (json!({"userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://x)"}), "Terraform"),
            (json!({"userAgent": "aws-cli/2.15 md/Botocore"}), "the command line"),
            (json!({"userAgent": "Boto3/1.34"}), ""),
            (json!({}), ""),
        ] {
            assert_eq!(Principal::read(&record).with, with, "{record}");
        }
    }
}
