//! Where SNS knocks: what was signed for a topic on the list goes the way of every alarm, and nothing else does.
//!
//! The status is SNS's retry policy (FACTS B5): it tries again after 5xx alone. Must not show what a message says before
//! its signature is known.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::{Kind, TopicArn};
use firstlook_core::incident::Note;
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use super::problem::Problem;
use super::webhooks;
use crate::clock;
use crate::ingest::Arrival;
use crate::outage::Parse;
use crate::sources::sns::read::{Subscription, notification};
use crate::sources::sns::said::Said;
use crate::sources::sns::{Refusal, Source, Verified, is_envelope, without_tokens};
use crate::telemetry::labels::{SenderKind, SnsRefusal};
use crate::telemetry::metrics::{self, Metric};

/// SNS's HTTP(S) subscription (FACTS B1).
#[post("/webhooks/sns/{source}")]
pub async fn from_sns(
    app: web::Data<App>,
    request: HttpRequest,
    source: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Sns, take(&app, &request, &source, payload)).await
}

/// A body on its way, before anything is known of it.
struct Knock<'a> {
    name: String,
    source: &'a Source,
    request: &'a HttpRequest,
    body: Vec<u8>,
    room: OwnedSemaphorePermit,
    now: DateTime<Utc>,
}

async fn take(
    app: &App,
    request: &HttpRequest,
    name: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some(source) = app.sns.get(name) else {
        return Err(Problem::not_found("source of this name under `sources.sns`"));
    };
    if webhooks::from_browser(request) {
        return Err(Problem::foreign());
    }
    let name = format!("sns/{name}");
    if !webhooks::authorized(source.authorization.as_ref(), request) {
        match request.headers().contains_key(header::AUTHORIZATION) {
            true => {
                let detail = "the credentials of this source are wrong".to_owned();
                refused(&name, &Refusal { why: SnsRefusal::Credentials, detail });
            }
            // So each message of SNS begins: a refusal is only what comes after the challenge.
            false => tracing::info!(
                source = name,
                "a request without credentials is asked for them, as each first one of SNS is; where no second one \
                 follows, put `basic_auth` into the subscription's address"
            ),
        }
        return Err(Problem::unauthorized(source.authorization.as_ref()));
    }
    let (body, room) = app.room.read(request, payload).await?;
    if !webhooks::plain(request) {
        let detail = "a compressed body is not read; send it without Content-Encoding".to_owned();
        return Err(refused(&name, &Refusal { why: SnsRefusal::Malformed, detail }));
    }
    let knock = Knock { name, source, request, body, room, now: clock::now() };
    match source.raw_delivery && !is_envelope(&knock.body) {
        true => raw(app, knock).await,
        false => enveloped(app, knock).await,
    }
}

async fn enveloped(app: &App, knock: Knock<'_>) -> Result<HttpResponse, Problem> {
    let verified = knock.source.gate.verify(&knock.body, knock.now).await;
    let verified = verified.map_err(|refusal| refused(&knock.name, &refusal))?;
    let subscription = match verified.kind {
        Kind::SubscriptionConfirmation => Some(confirm(&knock, &verified).await?),
        Kind::Notification | Kind::UnsubscribeConfirmation => None,
    };
    let topic = verified.topic.as_str();
    let note = match &subscription {
        Some(Subscription::Confirmed(how)) => {
            Some(Note::found(format!("SNS has confirmed the subscription to {topic} {how}")))
        }
        _ => None,
    };
    let reading = knock.source.reading.clone();
    let parse: Parse = Arc::new(move |body, source, _| {
        Said::read(body).map(|said| notification(&said, source, &reading, subscription.as_ref()))
    });
    let once = Some(verified.message_id);
    let arrival = Arrival { body: verified.kept, note, once, ..arrival(knock) };
    webhooks::answer(app, arrival, parse).await
}

/// A message without an envelope, on the strength of the source's credentials. Its headers are as good as those.
async fn raw(app: &App, knock: Knock<'_>) -> Result<HttpResponse, Problem> {
    let header = |name: &str| knock.request.headers().get(name).and_then(|value| value.to_str().ok());
    let topic = match header("x-amz-sns-topic-arn").map(TopicArn::parse) {
        None => knock.source.gate.only_topic(),
        Some(topic) => {
            let unknown =
                Refusal { why: SnsRefusal::Topic, detail: "x-amz-sns-topic-arn is no topic".to_owned() };
            let topic =
                topic.ok_or(unknown).and_then(|topic| knock.source.gate.listens(&topic).map(|()| topic));
            Some(topic.map_err(|refusal| refused(&knock.name, &refusal))?)
        }
    };
    let plausible = |id: &&str| (1..=100).contains(&id.len());
    let once = header("x-amz-sns-message-id").filter(plausible).map(str::to_owned);
    let reading = knock.source.reading.clone();
    let parse: Parse = Arc::new(move |body, source, now| {
        Ok(notification(&Said::raw(body, topic.clone(), now), source, &reading, None))
    });
    if knock.body.trim_ascii().is_empty() {
        return Err(refused(
            &knock.name,
            &Refusal { why: SnsRefusal::Malformed, detail: "the body is empty".to_owned() },
        ));
    }
    let kept = std::str::from_utf8(&knock.body).ok().and_then(without_tokens);
    let body = kept.map_or_else(|| knock.body.clone(), String::into_bytes);
    let arrival = Arrival { body, once, ..arrival(knock) };
    webhooks::answer(app, arrival, parse).await
}

fn arrival(knock: Knock<'_>) -> Arrival {
    Arrival {
        source: knock.name,
        body: knock.body,
        received_at: knock.now,
        trace_id: super::trace::of(knock.request),
        note: None,
        once: None,
        room: Some(Arc::new(knock.room)),
    }
}

async fn confirm(knock: &Knock<'_>, verified: &Verified) -> Result<Subscription, Problem> {
    let topic = verified.topic.as_str();
    match knock.source.confirmer.confirm(verified).await {
        Ok(subscription) => {
            tracing::info!(source = knock.name, topic, ?subscription, "a subscription was to be confirmed");
            Ok(subscription)
        }
        Err(why) => {
            tracing::warn!(source = knock.name, topic, why, "a subscription cannot be confirmed now");
            Err(Problem::unavailable("the subscription cannot be confirmed now; asking again is harmless"))
        }
    }
}

/// Counts and logs a refusal, and says what the sender is answered.
fn refused(source: &str, refusal: &Refusal) -> Problem {
    metrics::count(Metric::SnsRefusals, &[refusal.why.into()]);
    tracing::warn!(
        source,
        reason = refusal.why.as_str(),
        detail = refusal.detail,
        "a body was not let in; nothing of it is kept"
    );
    let detail = refusal.detail.clone();
    match refusal.why {
        SnsRefusal::Malformed | SnsRefusal::Age => Problem::bad_request(detail),
        SnsRefusal::Topic => Problem::forbidden(detail),
        SnsRefusal::CertificateUnavailable => Problem::unavailable(detail),
        SnsRefusal::Credentials
        | SnsRefusal::Version
        | SnsRefusal::CertificateAddress
        | SnsRefusal::Certificate
        | SnsRefusal::Signature => Problem::unsigned(detail),
    }
}
