//! A digest: one message about many incidents that waited until their receiver may be told, and the lines under it.
//!
//! Knows Block Kit's limits: at most so many lines, so that the longest digest is far from them. Must not know why they
//! waited.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::alert::Severity;
use crate::evidence::Redacted;
use crate::incident::Status;
use crate::language::{Language, Word};

use super::super::lock::COLUMNS;
use super::super::text::{bare, columns, cut, escape, one_line};
use super::super::view::Incident;
use super::super::words::{self, digest as said};
use super::super::zone::Zone;
use super::blocks::{self, Line, list, rich, short};
use super::metadata;

/// Lines of what is open, and of what has ended.
const MOST: (usize, usize) = (20, 10);
/// Columns of a title.
const TITLE: usize = 100;

/// One incident in a digest.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestLine {
    /// `#482`.
    pub number: i64,
    /// As the incident has it.
    pub title: Redacted,
    /// Where it stands by now.
    pub status: Status,
    /// The highest among what fires; after the end, the highest it had.
    pub severity: Severity,
    /// Who has it.
    pub owner: Option<Redacted>,
    /// When its earliest firing episode began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Where its page is.
    pub url: String,
}

/// Body of `chat.postMessage`; `first_try` where the answer to an earlier post was lost. `lines` are in their order, the
/// first leads; `url` is where all incidents are.
pub fn slack_digest(
    language: Language,
    lines: &[DigestLine],
    url: &str,
    zone: &Zone,
    channel: &str,
    first_try: Option<DateTime<Utc>>,
) -> Value {
    let mut body = incoming_digest(language, lines, url, zone, first_try);
    if let Some(fields) = body.as_object_mut() {
        let event = json!({
            "event_type": "firstlook_message",
            "event_payload": { "incident": lines.first().map(|line| line.number), "kind": "digest" },
        });
        fields.insert("channel".to_owned(), json!(channel));
        fields.insert("metadata".to_owned(), event);
    }
    body
}

/// The same for an incoming webhook.
pub fn incoming_digest(
    language: Language,
    lines: &[DigestLine],
    url: &str,
    zone: &Zone,
    first_try: Option<DateTime<Utc>>,
) -> Value {
    let (ended, open): (Vec<&DigestLine>, Vec<&DigestLine>) =
        lines.iter().partition(|line| line.status == Status::Resolved);
    let head = said::head(language, open.len(), ended.len());
    let mut blocks = vec![blocks::header(&head)];
    blocks.extend(part("open", language, said::OPEN, &open, MOST.0, zone));
    blocks.extend(part("ended", language, said::ENDED, &ended, MOST.1, zone));
    let left = open.len().saturating_sub(MOST.0) + ended.len().saturating_sub(MOST.1);
    if left > 0 {
        let more = Line::default().link(url, &said::more(language, left)).section();
        blocks.extend(rich("more", more.into_iter().collect()));
    }
    blocks.extend(blocks::context(said::FOOT.of(language)));
    blocks.extend(
        first_try.and_then(|at| blocks::context(&words::possible_repeat(language, &zone.seconds(at)))),
    );
    let worst = lines.first().map(|line| {
        format!(". {}: {}", words::severity(language, line.severity), bare(&one_line(line.title.as_str())))
    });
    json!({
        "text": escape(&cut(&format!("{head}{}", worst.unwrap_or_default()), COLUMNS, columns)),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn part(
    id: &str,
    language: Language,
    title: Word,
    lines: &[&DigestLine],
    most: usize,
    zone: &Zone,
) -> Option<Value> {
    let shown: Vec<Value> =
        lines.iter().take(most).filter_map(|line| incident(language, line, zone).section()).collect();
    let list = list("bullet", shown)?;
    let title = Line::default().bold(title.of(language)).section();
    rich(id, title.into_iter().chain([list]).collect())
}

fn incident(language: Language, line: &DigestLine, zone: &Zone) -> Line {
    let head = format!("{} {}: ", words::symbol(line.severity), words::severity(language, line.severity));
    let title = short(line.title.as_str(), TITLE);
    let text =
        Line::default().text(&head).link(&line.url, &format!("#{}", line.number)).text(" ").text(&title);
    let text = text.text(said::SINCE.of(language)).time(line.started_at, zone);
    match (line.resolved_at, &line.owner) {
        (Some(at), _) => text.text(words::TO.of(language)).time(at, zone),
        (None, Some(owner)) => text.text(&said::taken(language, &short(owner.as_str(), 60))),
        (None, None) => text,
    }
}

/// Body of `chat.postMessage` for what became of one that a digest told of: a line in the digest's thread.
pub fn digest_line(view: &Incident, zone: &Zone, channel_id: &str, thread_ts: &str) -> Value {
    let became = match view.status {
        Status::Resolved => words::resolved_after(
            view.language,
            view.resolved_at.unwrap_or(view.started_at) - view.started_at,
        ),
        Status::Open | Status::Acknowledged => {
            let owner = view.owner.as_ref().map(|owner| short(&one_line(owner.as_str()), 60));
            let after = view.acknowledged_at.unwrap_or(view.opened_at) - view.opened_at;
            words::acknowledged(
                view.language,
                owner.as_deref().unwrap_or(words::SOMEBODY.of(view.language)),
                after,
            )
        }
    };
    let text = Line::default().link(&view.url, &format!("#{}", view.number)).text(" ");
    let text = text.text(&short(view.title.as_str(), TITLE)).text(&said::since_then(view.language, &became));
    json!({
        "channel": channel_id,
        "thread_ts": thread_ts,
        "text": super::fallback(view, zone, super::Telling::Plain),
        "blocks": rich("r", text.section().into_iter().collect()).into_iter().collect::<Vec<_>>(),
        "unfurl_links": false,
        "unfurl_media": false,
        "metadata": metadata(view, "note"),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::super::samples::{self, start};
    use super::super::limits::check;
    use super::*;
    use crate::evidence::Redactor;

    fn line(number: i64, title: &str, ended: bool) -> DigestLine {
        DigestLine {
            number,
            title: Redactor::default().redact(title),
            status: if ended { Status::Resolved } else { Status::Open },
            severity: Severity::Warning,
            owner: (number == 2).then(|| Redactor::default().redact("Aya <!channel>")),
            started_at: start(),
            resolved_at: ended.then(|| start() + TimeDelta::minutes(15)),
            url: format!("https://firstlook.example.com/incidents/482{number}"),
        }
    }

    #[test]
    fn a_digest_names_what_is_open_and_what_has_ended() {
        let lines = [line(1, "DiskFull", false), line(2, "Slow <!here>", false), line(3, "Blip", true)];
        let body = slack_digest(
            Language::En,
            &lines,
            "https://firstlook.example.com/incidents/482",
            &Zone::utc(),
            "#alerts",
            None,
        );
        check(&body);
        assert_eq!(body["text"], "Digest: 2 incidents open, 1 ended meanwhile. Warning: DiskFull");
        let said = body["blocks"].to_string();
        for words in [
            "Still open",
            "#1",
            "DiskFull",
            ", taken by Aya",
            "Began and ended meanwhile",
            "Blip",
            "18:22 UTC",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(
            (&body["channel"], &body["metadata"]["event_payload"]["incident"]),
            (&json!("#alerts"), &json!(1))
        );
    }

    #[test]
    fn the_longest_digest_is_within_all_limits_and_says_how_many_it_leaves_out() {
        let nasty = "&<>`*_~日本".repeat(60);
        let lines: Vec<DigestLine> = (0..500).map(|n| line(n, &nasty, n % 2 == 1)).collect();
        let url = "https://firstlook.example.com/incidents/482";
        for body in [
            slack_digest(Language::Ja, &lines, url, &Zone::utc(), "#alerts", Some(start())),
            incoming_digest(Language::En, &lines, url, &Zone::utc(), None),
        ] {
            check(&body);
            let said = body["blocks"].to_string();
            assert!(
                said.contains("470") && (said.contains("more, on the page") || said.contains("ページ")),
                "{said}"
            );
        }
    }

    #[test]
    fn what_becomes_of_one_is_a_line_that_names_it() {
        for (view, words) in
            [(samples::resolved(), "Resolved after"), (samples::acknowledged(), "acknowledged,")]
        {
            let body = digest_line(&view, &Zone::utc(), "C1", "17.1");
            check(&body);
            let said = body["blocks"].to_string();
            assert!(said.contains("#482") && said.contains(words), "{said}");
        }
    }
}
