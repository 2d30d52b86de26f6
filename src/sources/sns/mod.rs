//! SNS: who may say something, and what was said (FACTS B).
//!
//! [`Gate`] lets in what AWS has signed for a topic on the list, and nothing else. Must not know HTTP answers or the
//! store.

mod alarm;
pub mod certificate;
mod changed;
mod envelope;
mod event;
pub mod fetch;
pub mod made;
pub mod read;
pub mod said;
pub mod signer;
pub mod subscription;
#[cfg(test)]
mod tests;
mod text;
pub mod topics;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
pub use firstlook_core::alert::sns::without_tokens;
use firstlook_core::alert::sns::{Kind, TopicArn, TopicPattern, certificate_at, certificate_name};

use crate::config::Authorization;
use crate::secret::Secret;
use crate::telemetry::labels::SnsRefusal;
use certificate::{Certificate, Version};
pub use envelope::{Envelope, is_envelope, kept};
use fetch::Fetcher;
use read::Reading;
use subscription::Confirmer;

/// Whose key a message must be signed with.
#[derive(Debug, Clone)]
pub enum Keys {
    /// AWS's: fetched from where it must lie.
    Aws(Arc<Fetcher>),
    /// This one, whatever a message names.
    Pinned(Arc<Certificate>),
}

/// Who is let in at one source.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The topics that are listened to.
    pub topics: Vec<TopicPattern>,
    /// Whose signature is believed.
    pub keys: Keys,
    /// Whether SHA-1 does not do.
    pub version_2_only: bool,
    /// The oldest message that is taken.
    pub max_age: TimeDelta,
}

/// One configured source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Who is let in.
    pub gate: Gate,
    /// How what they say is read.
    pub reading: Reading,
    /// Confirms subscriptions.
    pub confirmer: Confirmer,
    /// What each request must carry beside the signature.
    pub authorization: Option<Authorization>,
    /// Whether bodies without an envelope are taken on the strength of that alone.
    pub raw_delivery: bool,
}

/// Why a body is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The word of the metric, which decides the answer.
    pub why: SnsRefusal,
    /// For people; never holds a value that came with the body.
    pub detail: String,
}

impl Refusal {
    fn new(why: SnsRefusal, detail: impl Into<String>) -> Self {
        Self { why, detail: detail.into() }
    }
}

/// A body that AWS, or the holder of the pinned key, has signed. Made by [`Gate::verify`] alone.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What it is.
    pub kind: Kind,
    /// Its topic.
    pub topic: TopicArn,
    /// The same for every try to deliver it.
    pub message_id: String,
    /// Confirms the subscription.
    pub token: Secret,
    /// The body as it may be kept and shown.
    pub kept: Vec<u8>,
}

impl Gate {
    /// The same, whatever the age of a message: for what is played back.
    pub fn of_any_age(&self) -> Self {
        Self { max_age: TimeDelta::MAX, ..self.clone() }
    }

    /// Lets a body in, or says why not. What can be refused without asking anybody, is.
    ///
    /// # Errors
    /// With the reason.
    pub async fn verify(&self, body: &[u8], now: DateTime<Utc>) -> Result<Verified, Refusal> {
        let envelope = Envelope::read(body).map_err(|detail| Refusal::new(SnsRefusal::Malformed, detail))?;
        self.listens(&envelope.topic)?;
        self.acceptable(&envelope, now)?;
        let certificate = self.certificate(&envelope).await?;
        if !certificate.valid_at(envelope.sent_at) {
            let detail = "the certificate was not valid when the message was sent";
            return Err(Refusal::new(SnsRefusal::Certificate, detail));
        }
        if !certificate.signed(envelope.version, &envelope.signed_text(), &envelope.signature) {
            let detail = "the signature is not that of its certificate: the message was changed, or made by somebody else";
            return Err(Refusal::new(SnsRefusal::Signature, detail));
        }
        Ok(Verified {
            kind: envelope.kind,
            topic: envelope.topic,
            message_id: envelope.message_id,
            token: envelope.token,
            kept: kept(body),
        })
    }

    /// The topic of everything that comes here, where the list has no other: a raw message says it in a header alone.
    pub fn only_topic(&self) -> Option<TopicArn> {
        match self.topics.as_slice() {
            [one] => one.exact(),
            _ => None,
        }
    }

    /// Whether the topic is on the list.
    ///
    /// # Errors
    /// When it is not.
    pub fn listens(&self, topic: &TopicArn) -> Result<(), Refusal> {
        match self.topics.iter().any(|pattern| pattern.matches(topic)) {
            true => Ok(()),
            false => {
                let detail =
                    "the topic is not in `topic_arns` of this source: add it there, or subscribe elsewhere";
                Err(Refusal::new(SnsRefusal::Topic, detail))
            }
        }
    }

    fn acceptable(&self, envelope: &Envelope, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.version_2_only && envelope.version == Version::One {
            let detail = "`require_signature_version: 2` stands in the configuration: set the topic's attribute SignatureVersion to 2";
            return Err(Refusal::new(SnsRefusal::Version, detail));
        }
        let age = now.signed_duration_since(envelope.sent_at);
        if age > self.max_age || age < -self.max_age {
            let detail = format!(
                "it says that it was sent {}, which is further than `max_age` from this machine's {}: a replay, or a wrong clock",
                envelope.sent_at.format("%Y-%m-%d %H:%M:%S UTC"),
                now.format("%Y-%m-%d %H:%M:%S UTC")
            );
            return Err(Refusal::new(SnsRefusal::Age, detail));
        }
        Ok(())
    }

    async fn certificate(&self, envelope: &Envelope) -> Result<Arc<Certificate>, Refusal> {
        let fetcher = match &self.keys {
            Keys::Pinned(certificate) => return Ok(Arc::clone(certificate)),
            Keys::Aws(fetcher) => fetcher,
        };
        if !certificate_at(&envelope.certificate_url, &envelope.topic) {
            let detail = format!(
                "`SigningCertURL` is not where SNS keeps certificates for this topic: https://{}/SimpleNotificationService-….pem",
                envelope.topic.host()
            );
            return Err(Refusal::new(SnsRefusal::CertificateAddress, detail));
        }
        let certificate = fetcher.get(&envelope.certificate_url).await.map_err(|unavailable| {
            let detail = format!(
                "the signing certificate cannot be had: {}; the message is welcome again",
                unavailable.0
            );
            Refusal::new(SnsRefusal::CertificateUnavailable, detail)
        })?;
        let name = certificate_name(&envelope.topic);
        certificate.is_for(&name).map_err(|detail| Refusal::new(SnsRefusal::Certificate, detail))?;
        Ok(certificate)
    }
}
