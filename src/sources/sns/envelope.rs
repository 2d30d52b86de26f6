//! SNS's envelope (FACTS B1): read from a stranger's body, and what is kept of it.
//!
//! Knows its keys. Must not believe anything in it: [`super::Gate`] does that, after the signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::{Kind, Signed, TopicArn, without_tokens};
use serde_json::json;
use serde_json::value::RawValue;

use super::super::json::{Object, text};
use super::certificate::Version;
use crate::secret::Secret;

/// Keys that open something: whoever has them ends the subscription, or begins one (FACTS B4).
const KEYS_THAT_OPEN: [&str; 3] = ["SubscribeURL", "UnsubscribeURL", "Token"];
/// Longest token that is used; AWS's has 256 characters.
const MOST_TOKEN: usize = 1_024;
/// Longest id of a message; AWS's has 36 characters.
const MOST_ID: usize = 100;

/// A message in its envelope, every value decoded and otherwise as it came.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are SNS's own")]
pub struct Envelope {
    pub kind: Kind,
    pub message_id: String,
    pub topic: TopicArn,
    pub subject: Option<String>,
    pub message: String,
    /// As received: it is signed.
    pub timestamp: String,
    pub sent_at: DateTime<Utc>,
    pub version: Version,
    pub signature: Vec<u8>,
    pub certificate_url: String,
    pub token: Secret,
    subscribe_url: Secret,
}

/// Whether a body looks like an envelope at all; what does not may be a raw delivery.
pub fn is_envelope(body: &[u8]) -> bool {
    let text = text(body);
    Object::read(&text).is_ok_and(|object| {
        ["Type", "TopicArn", "Signature", "SigningCertURL"].iter().all(|key| object.get(key).is_some())
    })
}

impl Envelope {
    /// Reads an envelope.
    ///
    /// # Errors
    /// With the first thing that is missing or odd, for people; never with a value.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let text = text(body);
        let object = Object::read(&text).map_err(|_| "the body is no JSON object".to_owned())?;
        let optional = |key: &str| -> Result<Option<String>, String> {
            let decoded = object.get(key).map(serde_json::from_str::<String>).transpose();
            decoded.map_err(|_| format!("`{key}` is no string"))
        };
        let value = |key: &str| optional(key)?.ok_or_else(|| format!("`{key}` is missing"));
        let kind = Kind::parse(&value("Type")?).ok_or("`Type` is none that SNS has")?;
        let message_id = value("MessageId")?;
        let odd = |c: u8| !(c.is_ascii_alphanumeric() || c == b'-');
        if message_id.is_empty() || message_id.len() > MOST_ID || message_id.bytes().any(odd) {
            return Err("`MessageId` is none that SNS makes".to_owned());
        }
        let timestamp = value("Timestamp")?;
        let sent_at = DateTime::parse_from_rfc3339(&timestamp)
            .map_err(|_| "`Timestamp` is no time".to_owned())?
            .with_timezone(&Utc);
        let version = match value("SignatureVersion")?.as_str() {
            "1" => Version::One,
            "2" => Version::Two,
            _ => return Err("`SignatureVersion` is neither 1 nor 2".to_owned()),
        };
        let signature =
            STANDARD.decode(value("Signature")?).map_err(|_| "`Signature` is no Base64".to_owned())?;
        let (token, subscribe_url) = match kind {
            Kind::Notification => (String::new(), String::new()),
            _ => (value("Token")?, value("SubscribeURL")?),
        };
        let fit = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        if token.len() > MOST_TOKEN || !token.bytes().all(fit) {
            return Err("`Token` is none that SNS makes".to_owned());
        }
        Ok(Self {
            kind,
            message_id,
            topic: TopicArn::parse(&value("TopicArn")?).ok_or("`TopicArn` is no topic")?,
            subject: optional("Subject")?,
            message: value("Message")?,
            timestamp,
            sent_at,
            version,
            signature,
            certificate_url: value("SigningCertURL")?,
            token: Secret::new(token),
            subscribe_url: Secret::new(subscribe_url),
        })
    }

    /// The text that must have been signed.
    pub fn signed_text(&self) -> String {
        let signed = Signed {
            kind: self.kind,
            message: &self.message,
            message_id: &self.message_id,
            subject: self.subject.as_deref(),
            subscribe_url: self.subscribe_url.expose(),
            timestamp: &self.timestamp,
            token: self.token.expose(),
            topic: self.topic.as_str(),
        };
        signed.text()
    }
}

/// The body as it is kept: each member as it was written, without those that open something.
pub fn kept(body: &[u8]) -> Vec<u8> {
    let text = text(body);
    let Ok(object) = Object::read(&text) else { return Vec::new() };
    let opens = |key: &str| KEYS_THAT_OPEN.iter().any(|one| one.eq_ignore_ascii_case(key));
    let members = object.0.iter().filter(|(key, _)| !opens(key));
    let member = |(key, raw): &(String, &RawValue)| {
        let message = key.eq_ignore_ascii_case("Message").then(|| serde_json::from_str::<String>(raw.get()));
        let closed = message.and_then(Result::ok).and_then(|message| without_tokens(&message));
        let value = closed.map_or_else(|| raw.get().to_owned(), |message| json!(message).to_string());
        format!("{}:{value}", json!(key))
    };
    let members: Vec<String> = members.map(member).collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}
