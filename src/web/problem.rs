//! Errors as `application/problem+json` (RFC 9457): what is wrong, and what would put it right.
//!
//! Never holds a secret, nor the words of a database error: those go to the log, with the trace id.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpResponse, ResponseError};
use firstlook_core::Language;
use serde_json::json;

use crate::config::Authorization;
use crate::store::StoreError;

/// Seconds after which a sender or client should come again: the store is back within 5 s of its own start (FAULTS R5).
const RETRY_AFTER: &str = "5";

/// Asks for a name and a password.
const BASIC: &str = "Basic realm=\"firstlook\"";
/// Asks for a token.
const BEARER: &str = "Bearer";

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    /// What a 401 asks for: the one scheme that would do, since SNS sends a password only when it is asked for one.
    challenge: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), challenge: None }
    }

    /// 400: what was sent cannot be used.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "This cannot be used", detail)
    }

    /// 401: not who they say they are, where `wanted` would be believed.
    pub fn unauthorized(wanted: Option<&Authorization>) -> Self {
        let detail =
            "send the credentials of this source, as `authorization` or `basic_auth` of its configuration";
        let challenge = match wanted {
            Some(Authorization::Basic { .. }) => BASIC.to_owned(),
            Some(Authorization::Header { scheme, .. }) => scheme.clone(),
            None => BEARER.to_owned(),
        };
        Self { challenge: Some(challenge), ..Self::new(StatusCode::UNAUTHORIZED, "Not authorized", detail) }
    }

    /// 401: nobody who is believed has signed it.
    pub fn unsigned(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Not signed by whom it names", detail)
    }

    /// 403: known, and not wanted.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not listened to", detail)
    }

    /// 403: a page of another site asked for this.
    pub fn foreign() -> Self {
        let detail = "the request comes from a page of another site; `server.external_url` names this one";
        Self::new(StatusCode::FORBIDDEN, "Not from here", detail)
    }

    /// 421: asked by a name that is not ours, as a page does that turns its own name into our address.
    pub fn misdirected() -> Self {
        let detail =
            "the Host of the request is neither that of `server.external_url` nor this machine's own name";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "Asked by a wrong name", detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", format!("there is no {what}"))
    }

    /// 409: it is not as this wants it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    /// 413: more than is read.
    pub fn too_large(most: usize) -> Self {
        let detail = format!("a body may have {most} bytes; lower the sender's group size or `max_alerts`");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", detail)
    }

    /// 503: nothing was kept, come again. Senders retry it, which they do not after a 429 (FACTS A4, B5).
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Try again", detail)
    }

    /// The status, for the page that stands in for this answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Title and detail, for the page or the message that stands in for this answer. Programs get English.
    pub fn words(&self, language: Language) -> (&'static str, String) {
        match language {
            Language::En => (self.title, self.detail.clone()),
            Language::Ja => japanese(self.status.as_u16(), &self.detail),
        }
    }
}

/// Title and detail of a status. Where what was sent is at fault, the detail names it, and stands as it is.
fn japanese(status: u16, detail: &str) -> (&'static str, String) {
    let (title, what) = match status {
        403 => (
            "ここからは操作できません",
            "別のサイトのページからの要求です。このサイトのアドレスは`server.external_url`です",
        ),
        404 => ("見つかりません", "このアドレスに該当するものはありません"),
        421 => (
            "ホスト名が違います",
            "要求の宛先が、`server.external_url`のホスト名でも、この端末自身の名前でもありません",
        ),
        500 => (
            "firstlookの内部エラー",
            "保存されたデータに読み取れないものがあります。該当する行は、この時刻のログで確認できます",
        ),
        503 => (
            "もう一度お試しください",
            "今は処理できません。少し待って再試行してください。繰り返しても問題ありません",
        ),
        409 => return ("今は実行できません", format!("原文：{detail}")),
        _ => return ("この内容は使えません", format!("原文：{detail}")),
    };
    (title, what.to_owned())
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { .. } => {
                tracing::error!(%error, "a stored row cannot be read");
                let detail = "something stored cannot be read; the log of this time names the row";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "A fault in firstlook", detail)
            }
            _ => {
                tracing::warn!(%error, "the database does not do what is asked");
                Self::unavailable("the database does not answer; trying again is harmless")
            }
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header(("retry-after", RETRY_AFTER));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = self.challenge.as_deref().unwrap_or(BASIC);
            response.insert_header((
                "www-authenticate",
                HeaderValue::from_str(challenge).unwrap_or(HeaderValue::from_static(BEARER)),
            ));
        }
        let body = json!({
            "type": "about:blank", "status": self.status.as_u16(), "title": self.title, "detail": self.detail,
        });
        response.content_type("application/problem+json").body(body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_dead_store_asks_to_come_again_and_keeps_its_secrets() {
        let problem: Problem =
            StoreError::Database(sqlx::Error::Configuration("postgres://u:hunter2@x".into())).into();
        let response = problem.error_response();
        assert_eq!((response.status().as_u16(), problem.status().as_u16()), (503, 503));
        assert_eq!(response.headers().get("retry-after").unwrap(), RETRY_AFTER);
        assert!(!problem.to_string().contains("hunter2"));
    }

    #[test]
    fn each_problem_has_its_words_in_japanese() {
        let latin = regex::Regex::new("[a-z]{3,}").unwrap();
        for problem in
            [Problem::foreign(), Problem::misdirected(), Problem::not_found("x"), Problem::unavailable("x")]
        {
            let (title, detail) = problem.words(Language::Ja);
            let own = detail.replace("`server.external_url`", "");
            assert!(!latin.is_match(title) && !latin.is_match(&own), "{title} {detail}");
            assert_eq!(problem.words(Language::En).1, problem.detail);
        }
        let (title, detail) = Problem::bad_request("q=\"x\" is no number").words(Language::Ja);
        assert_eq!((title, detail.as_str()), ("この内容は使えません", "原文：q=\"x\" is no number"));
    }

    #[test]
    fn a_corrupt_row_is_not_the_senders_fault() {
        let error =
            StoreError::Corrupt { table: "slot", column: "key", row: "1".into(), reason: "odd".into() };
        assert_eq!(Problem::from(error).status().as_u16(), 500);
    }

    #[test]
    fn a_challenge_names_the_one_scheme_that_would_do() {
        let basic = Authorization::Basic { username: "sns".into(), password: Secret::new("hunter2") };
        let header = |scheme: &str| Authorization::Header {
            scheme: scheme.to_owned(),
            credentials: Secret::new("hunter2"),
        };
        for (wanted, asked) in [
            (Some(basic), "Basic realm=\"firstlook\""),
            (Some(header("Bearer")), "Bearer"),
            (Some(header("Token")), "Token"),
            (Some(header("no\nheader")), "Bearer"),
            (None, "Bearer"),
        ] {
            let response = Problem::unauthorized(wanted.as_ref()).error_response();
            let all: Vec<_> = response.headers().get_all("www-authenticate").collect();
            assert_eq!(all, [asked]);
        }
    }
}
